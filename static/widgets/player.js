/** The picture, where there is one: it lies over the poster, and the page keeps in step with it. */

import { component } from "../lib/component.js";
import { boot } from "../lib/live.js";
import { moment } from "../lib/programme.js";
import { clockSeconds, countdown, language } from "../lib/time.js";
import { switchCaptions } from "./captioned.js";
import { Interpretation } from "./interpretation.js";
import { keyOf } from "./keys.js";
import { receive, reception } from "./reception.js";
import { Tuner } from "./tuner.js";

const REPLAY = boot.replay;
const HLS = `/s/${encodeURIComponent(boot.show)}/hls`;
// The other reels lie beside the programme, whoever serves it.
const reel = (/** @type {string} */ name) =>
  new URL(`${encodeURIComponent(name)}/live.m3u8`, new URL(boot.playlist, location.href)).href;
// Interpreters come and go; who opens the settings is told at once.
const REELS_MS = 60_000;
// One who has just been chosen takes a moment to come.
const LACKING_MS = 4000;
const TICK_MS = 250;
const GONE_MS = 1500;
const STEP_SECONDS = 5;
// A jump ends after the frame at which its chapter began, not before it.
const AFTER_MS = 100;
// So much later than the latest that there is counts as live.
const LIVE_SECONDS = 3;

/** @param {number} seconds "5 s" as people of this language write it, from a minute on "1:05" */
function length(seconds) {
  if (seconds >= 60) return countdown(seconds);
  const unit = { style: "unit", unit: "second", unitDisplay: "narrow" };
  const format = new Intl.NumberFormat(language(), /** @type {Intl.NumberFormatOptions} */ (unit));
  return format.format(seconds);
}

export const player = component(() => {
  /** @type {Tuner} */ let tuner;
  /** @type {Interpretation} */ let interpretation;
  /** @type {HTMLVideoElement} */ let video;
  /** @type {import("../lib/programme.js").Glance} */
  let glance = { date: null, movedAt: 0, still: false, delay: null };
  let interpretedAt = 0;
  let played = false;
  let interrupted = false;
  let scrubbing = false;

  return {
    /** @type {boolean} a frame is shown, or the sound of one is heard */ on: false,
    /** @type {boolean} what is wanted is not to be had */ missing: false,
    still: false,
    muted: true,
    /** @type {boolean} the viewer has never had sound */ unheard: true,
    live: true,
    /** @type {boolean} frames should come, and do not */ stuck: false,
    /** @type {number} seconds from the stage to this screen */ behind: 0,
    at: 0,
    start: 0,
    end: 0,
    /** @type {number[]} */ qualities: [],
    quality: -1,
    full: false,
    settings: false,
    /** @type {string[]} languages that interpreters speak now */ sounds: [],
    /** @type {boolean} an interpreter is chosen, and has not been heard for a while */ uninterpreted: false,

    init() {
      video = /** @type {HTMLVideoElement} */ (this.$refs.video);
      /** @type {import("./tuner.js").Ears} */
      const ears = {
        frame: (date) => this.seen(date),
        blank: () => this.blank(),
        missing: () => (this.missing = true),
        qualities: (heights) => (this.qualities = heights),
      };
      tuner = new Tuner(video, this.address, ears, { whole: Boolean(REPLAY) });
      interpretation = new Interpretation(
        /** @type {HTMLAudioElement} */ (this.$refs.voice),
        tuner,
        (lang) => reel(`sound-${lang}`),
        () => this.sound(),
      );
      setInterval(() => void this.lookForSounds(), REELS_MS);
      setInterval(() => this.tick(), TICK_MS);
      video.addEventListener("volumechange", () => this.heard());
      video.addEventListener("pause", () => this.stopped());
      video.addEventListener("play", () => this.stopped());
      document.addEventListener("visibilitychange", () => {
        if (!document.hidden && interrupted) this.goLive();
      });
      document.addEventListener("fullscreenchange", () => {
        this.full = document.fullscreenElement === this.$root;
        this.settings = false;
      });
    },

    get state() {
      return REPLAY ? "live" : (this.$store.live.get("picture", "main")?.state ?? "off");
    },
    /** @returns {import("./reception.js").Mode} */
    get mode() {
      return REPLAY ? "picture" : reception.mode;
    },
    get refused() {
      return this.mode === "text";
    },
    get offered() {
      return this.refused && this.state === "live";
    },
    /** Where what is wanted is found. */
    get address() {
      if (REPLAY) return `${HLS}/recording.m3u8`;
      return this.mode === "sound" ? reel("sound") : boot.playlist;
    },
    /** Bring what is wanted as soon as there is any; run again whenever that may have changed. */
    follow() {
      if (this.refused && tuner.running) return this.leave();
      if (tuner.address !== this.address) this.missing = false;
      tuner.tune(this.address);
      if (this.state !== "live" || this.refused || tuner.running) return;
      void tuner.start();
      void this.lookForSounds();
    },
    /** Nobody looks any more: there is nothing to be in step with. */
    leave() {
      if (this.full) void document.exitFullscreen();
      this.settings = false;
      tuner.stop();
      glance = { date: null, movedAt: 0, still: false, delay: null };
      this.still = false;
      this.$store.live.showAt(null);
    },

    // ---- keeping the page in step -------------------------------------------------------------

    /** @param {number | null} date of the frame that is shown, ms UTC */
    seen(date) {
      this.on = true;
      this.missing = false;
      this.still = video.paused;
      // A browser may not let it play at all until it is told to: nothing to be in step with yet.
      played ||= !video.paused;
      if (!played) return;
      const now = this.$store.live.serverNow();
      const said = glance.delay ?? boot.delay;
      const delay = date === null ? said : Math.max(0, now - date);
      glance = { date, movedAt: now, still: video.paused, delay };
      this.$store.live.showAt(REPLAY ? glance.date : moment(glance, now));
    },
    /** The page stays where the picture was, for as long as it may come back. */
    blank() {
      played = false;
      this.on = false;
      this.still = glance.still = false;
      this.stuck = false;
    },
    /** How late this screen is by its line alone: not by what its viewer has chosen. */
    get lag() {
      const follows = !REPLAY && this.on && !this.still && !tuner.rewound && glance.date !== null;
      return follows ? glance.delay : null;
    },
    tick() {
      const now = this.$store.live.serverNow();
      this.$store.live.behind = this.lag;
      const gone = !glance.still && now - glance.movedAt > GONE_MS;
      this.$store.live.showAt(REPLAY ? glance.date : moment(glance, now));
      const lacking = !REPLAY && reception.sound !== "" && this.on && !interpretation.heard;
      if (!lacking) interpretedAt = now;
      this.uninterpreted = now - interpretedAt > LACKING_MS;
      if (!tuner.running) return;
      tuner.patient = this.state !== "live";
      if (this.state === "off") tuner.stop();
      // What may come back soon goes on where it was: the poster only covers it. The stage goes on
      // meanwhile, as late as it was.
      if (gone && tuner.patient) {
        this.blank();
        glance.date = null;
      }
      this.stuck = this.on && gone;
      const { span } = tuner;
      if (!span) return;
      this.live = !tuner.rewound && span.end - video.currentTime < LIVE_SECONDS;
      if (glance.date !== null) this.behind = Math.round((now - glance.date) / 1000);
      this.start = Math.floor(span.start);
      this.end = Math.floor(span.end);
      if (!scrubbing) this.at = Math.min(this.end, Math.round(video.currentTime));
    },
    stopped() {
      interrupted = video.paused && document.hidden;
      if (!this.on || !played) return;
      this.still = glance.still = video.paused;
      glance.movedAt = this.$store.live.serverNow();
    },

    // ---- what is heard ------------------------------------------------------------------------

    heard() {
      if (!interpretation.heard) this.muted = video.muted;
      if (!this.muted) this.unheard = false;
    },
    /** Either the picture's own sound or the interpreter's, and none of them to who wants none. */
    sound() {
      video.muted = this.muted || interpretation.heard;
      interpretation.audio.muted = this.muted;
    },
    /** Listen to an interpreter, or to none; run again whenever that may have changed. */
    listen() {
      const { sound } = reception;
      interpretation.choose(this.refused || !this.sounds.includes(sound) ? "" : sound);
    },
    async lookForSounds() {
      if (REPLAY || !tuner.running || document.hidden) return;
      try {
        const response = await fetch(`${HLS}/reels.json`);
        if (response.ok) this.sounds = (await response.json()).sounds;
      } catch {
        // The line is down; the next look will tell.
      }
    },

    // ---- what one reads -----------------------------------------------------------------------

    get delay() {
      return length(this.behind);
    },
    /** @returns {string} the time of day in the picture */
    get clock() {
      return clockSeconds(this.$store.live.now);
    },
    get late() {
      return !REPLAY && !this.live;
    },
    get choosable() {
      return this.qualities.length > 1;
    },
    get rewindable() {
      return this.end - this.start > STEP_SECONDS;
    },
    /** The show's chapters, as places on the track. */
    get marks() {
      if (!REPLAY || !this.rewindable) return [];
      const length = this.end - this.start;
      return REPLAY.chapters.flatMap(({ at }) => {
        const time = tuner.timeOf(at);
        return time === null ? [] : [{ at, style: { "--at": (time - this.start) / length } }];
      });
    },
    /** @returns {string} how far it is, and of how much */
    get progress() {
      return `${countdown(this.at - this.start)} / ${countdown(this.end - this.start)}`;
    },
    get heights() {
      return this.qualities.map((height, level) => ({ level, name: `${height}p` }));
    },
    get floats() {
      return document.pictureInPictureEnabled && this.mode === "picture";
    },
    get fills() {
      return document.fullscreenEnabled || "webkitEnterFullscreen" in HTMLVideoElement.prototype;
    },

    // ---- what one does ------------------------------------------------------------------------

    toggle() {
      if (video.paused) tuner.play();
      else video.pause();
    },
    mute() {
      this.muted = !this.muted;
      this.sound();
      this.heard();
    },
    goLive() {
      if (!REPLAY) tuner.toLive();
    },
    /** @param {number} seconds */
    step(seconds) {
      tuner.toTime(video.currentTime + seconds);
    },
    /** @param {Event & {target: HTMLInputElement}} event */
    scrub(event) {
      scrubbing = true;
      this.at = Number(event.target.value);
    },
    /** @param {Event & {target: HTMLInputElement}} event */
    scrubbed(event) {
      scrubbing = false;
      const time = Number(event.target.value);
      if (time >= this.end && !REPLAY) this.goLive();
      else tuner.toTime(time);
    },
    /** Go to a moment of the show. @param {CustomEvent<number>} event its instant, ms UTC */
    jump({ detail }) {
      tuner.toDate(detail + AFTER_MS);
      tuner.play();
      this.$root.scrollIntoView({ block: "nearest" });
    },
    /** @param {Event & {target: HTMLSelectElement}} event */
    choose(event) {
      this.quality = Number(event.target.value);
      if (tuner.hls) tuner.hls.nextLevel = this.quality;
    },
    float() {
      if (document.pictureInPictureElement) void document.exitPictureInPicture();
      else video.requestPictureInPicture().catch(() => {});
    },
    fill() {
      if (this.full) void document.exitFullscreen();
      else if (document.fullscreenEnabled) void this.$root.requestFullscreen();
      else /** @type {any} */ (video).webkitEnterFullscreen?.();
    },
    with() {
      receive({ mode: "picture" });
    },
    hear() {
      receive({ mode: "sound" });
    },
    caption() {
      switchCaptions(this.$store.live);
    },
    set() {
      this.settings = !this.settings;
      if (!this.settings) return;
      void this.lookForSounds();
      void this.$nextTick(() => this.$refs.settings.focus());
    },
    close() {
      if (!this.settings) return;
      this.settings = false;
      this.$refs.set.focus();
    },

    /** A finger brings the controls, a mouse has them already. @param {PointerEvent} event */
    touch(event) {
      if (event.pointerType === "mouse") this.toggle();
    },
    /** @param {KeyboardEvent} event */
    key(event) {
      const target = /** @type {HTMLElement} */ (event.target);
      const key = keyOf(event);
      if (event.ctrlKey || event.altKey || event.metaKey || this.refused) return;
      if (key === "escape") return this.close();
      if (target.matches("select, [type=radio]")) return;
      // On a button, Space and Enter are the button's.
      if (key === " " && target.matches("button")) return;
      /** @type {{[key: string]: () => void}} */
      const keys = {
        " ": () => this.toggle(),
        k: () => this.toggle(),
        m: () => this.mute(),
        c: () => this.caption(),
        "?": () => this.set(),
        l: () => this.goLive(),
        f: () => this.fill(),
        arrowleft: () => this.step(-STEP_SECONDS),
        arrowright: () => this.step(STEP_SECONDS),
      };
      if (!keys[key]) return;
      event.preventDefault();
      keys[key]();
    },
  };
});
