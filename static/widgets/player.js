/** The picture, where there is one: it lies over the poster, and the page keeps in step with it. */

import { component } from "../lib/component.js";
import { boot } from "../lib/live.js";
import { moment } from "../lib/programme.js";
import { clockSeconds, countdown, language } from "../lib/time.js";
import { keyOf } from "./keys.js";
import { Tuner } from "./tuner.js";

const REPLAY = boot.replay;
const REFUSED = "luyan.picture";
const TICK_MS = 250;
const GONE_MS = 1500;
const STEP_SECONDS = 5;
// A jump ends after the frame at which its chapter began, not before it.
const AFTER_MS = 100;
// So much later than the latest that there is counts as live.
const LIVE_SECONDS = 3;

/** Without storage a page forgets, and nothing breaks. */
function refused() {
  try {
    return localStorage.getItem(REFUSED) === "without";
  } catch {
    return false;
  }
}

/** @param {boolean} refused */
function remember(refused) {
  try {
    localStorage.setItem(REFUSED, refused ? "without" : "with");
  } catch {
    // A private window: the choice lives as long as the page.
  }
}

/** @param {number} seconds "5 s" as people of this language write it, from a minute on "1:05" */
function length(seconds) {
  if (seconds >= 60) return countdown(seconds);
  const unit = { style: "unit", unit: "second", unitDisplay: "narrow" };
  const format = new Intl.NumberFormat(language(), /** @type {Intl.NumberFormatOptions} */ (unit));
  return format.format(seconds);
}

export const player = component(() => {
  /** @type {Tuner} */ let tuner;
  /** @type {HTMLVideoElement} */ let video;
  /** @type {import("../lib/programme.js").Glance} */
  let glance = { date: null, movedAt: 0, still: false, delay: null };
  let played = false;
  let interrupted = false;
  let scrubbing = false;

  return {
    refused: !REPLAY && refused(),
    /** @type {boolean} a frame is shown */ on: false,
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

    init() {
      video = /** @type {HTMLVideoElement} */ (this.$refs.video);
      const ears = {
        frame: (/** @type {number | null} */ date) => this.seen(date),
        blank: () => this.blank(),
        qualities: (/** @type {number[]} */ heights) => (this.qualities = heights),
      };
      const recording = `/s/${encodeURIComponent(boot.show)}/hls/recording.m3u8`;
      const address = REPLAY ? recording : boot.playlist;
      tuner = new Tuner(video, address, ears, Boolean(REPLAY));
      setInterval(() => this.tick(), TICK_MS);
      video.addEventListener("volumechange", () => this.heard());
      video.addEventListener("pause", () => this.stopped());
      video.addEventListener("play", () => this.stopped());
      document.addEventListener("visibilitychange", () => {
        if (!document.hidden && interrupted) this.goLive();
      });
      document.addEventListener("fullscreenchange", () => {
        this.full = document.fullscreenElement === this.$root;
      });
    },

    get state() {
      return REPLAY ? "live" : (this.$store.live.get("picture", "main")?.state ?? "off");
    },
    get offered() {
      return this.refused && this.state === "live";
    },
    /** Bring the picture as soon as there is one; run again whenever that may have changed. */
    follow() {
      const wanted = this.state === "live" && !this.refused;
      if (wanted && !tuner.running) void tuner.start();
    },

    // ---- keeping the page in step -------------------------------------------------------------

    /** @param {number | null} date of the frame that is shown, ms UTC */
    seen(date) {
      this.on = true;
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
    heard() {
      this.muted = video.muted;
      if (!video.muted) this.unheard = false;
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
      return document.pictureInPictureEnabled;
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
      video.muted = !video.muted;
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
    without() {
      if (this.full) void document.exitFullscreen();
      this.refused = true;
      remember(true);
      tuner.stop();
      // There is nothing to be in step with any more.
      glance = { date: null, movedAt: 0, still: false, delay: null };
      this.still = false;
      this.$store.live.showAt(null);
    },
    with() {
      this.refused = false;
      remember(false);
    },

    /** A finger brings the controls, a mouse has them already. @param {PointerEvent} event */
    touch(event) {
      if (event.pointerType === "mouse") this.toggle();
    },
    /** @param {KeyboardEvent} event */
    key(event) {
      const target = /** @type {HTMLElement} */ (event.target);
      const key = keyOf(event);
      if (event.ctrlKey || event.altKey || event.metaKey || target.matches("select")) return;
      // On a button, Space and Enter are the button's.
      if (key === " " && target.matches("button")) return;
      /** @type {{[key: string]: () => void}} */
      const keys = {
        " ": () => this.toggle(),
        k: () => this.toggle(),
        m: () => this.mute(),
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
