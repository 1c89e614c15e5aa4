/** The picture's sources at the desk: which is on air, what each shows, and how another is taken. */

import { component } from "../lib/component.js";
import { boot } from "../lib/live.js";
import { bindKeys } from "./keys.js";
import { fill, words } from "./words.js";

/** @typedef {import("../lib/live.js").Live} Live */
/** @typedef {{id: string, name: string, key: string, live: boolean, air: boolean, next: boolean}} Picture */
/** @typedef {import("../vendor/hls.js").default} Hls */

const WORKER = new URL("../vendor/hls.worker.js", import.meta.url).href;
const STUDIO = "studio";
const CAMERA = "camera-";
const BEHIND_SECONDS = 2;
const KEPT_SECONDS = 4;
const AGAIN_MS = 1500;
/** A source that has just come has no whole second to show yet. */
const FIRST_MS = 2500;

/**
 * The sources that have a picture: the studio, then the presenters in order of the rundown.
 * @param {Live} live
 * @returns {Picture[]}
 */
export function picturesOf(live) {
  const shown = live.get("picture", "main")?.source ?? null;
  const next = live.get("slot", live.cueStandby?.slot)?.presenter;
  const order = live.cues.map((cue) => live.get("slot", cue.slot)?.presenter);
  const place = (/** @type {any} */ { person }) => (person ? order.indexOf(person) : -1);
  return live
    .all("source")
    .filter(({ id, state }) => (id === STUDIO || id.startsWith(CAMERA)) && (state === "live" || id === shown))
    .sort((a, b) => place(a) - place(b))
    .map(({ id, person, state }, index) => ({
      id,
      name: person ? live.person(person).name : "",
      key: index < 9 ? String(index + 1) : "",
      live: state === "live",
      air: id === shown,
      next: Boolean(person) && person === next && id !== shown,
    }));
}

/** All sources, and the one that is on air. */
export const pictures = component(() => {
  const say = words();
  return {
    get sources() {
      return picturesOf(this.$store.live);
    },
    /** Who stands by and is on camera: shown beside their name. */
    get coming() {
      return this.sources.filter(({ next, live }) => next && live);
    },
    get off() {
      return (this.$store.live.get("picture", "main")?.state ?? "off") === "off";
    },
    get air() {
      return this.sources.find(({ air }) => air) ?? null;
    },
    /** The programme has nothing to show. */
    get dead() {
      return !this.off && this.air !== null && !this.air.live;
    },
    get byHand() {
      const live = this.$store.live;
      const cut = live.get("cut", "main");
      return Boolean(cut) && cut.cue === (live.stage?.on_air ?? null) && cut.source === this.air?.id;
    },
    /** @param {Picture} picture */
    take(picture) {
      const desk = /** @type {any} */ (this);
      if (picture.air || !picture.live || !desk.free()) return;
      const name = picture.name || say.studio;
      desk.decide({ type: "picture.take", source: picture.id }, () => fill(say.picture_taken, { name }));
    },
  };
});

/** Taking a source by keys: C, then its number. Nothing else in there takes anything. */
export const cutter = component(() => ({
  /** @type {Picture[]} as they were when this was opened: a number must not change its meaning */
  choices: [],

  init() {
    const dialog = this.dialogOf();
    bindKeys({
      c: () => {
        this.choices = picturesOf(this.$store.live);
        if (this.choices.length) dialog.showModal();
      },
    });
    dialog.addEventListener("keydown", (event) => {
      if (event.key === " ") event.preventDefault();
      const chosen = this.choices.find(({ key }) => key === event.key);
      if (chosen && !event.repeat) this.choose(chosen);
    });
    dialog.addEventListener("keyup", (event) => event.key === " " && event.preventDefault());
  },
  dialogOf() {
    return /** @type {HTMLDialogElement} */ (this.$el.closest("dialog"));
  },
  /** @param {Picture} picture */
  choose(picture) {
    this.leave();
    /** @type {any} */ (this).take(picture);
  },
  leave() {
    this.dialogOf().close();
  },
}));

/** One source's last seconds, as they come; `each` is the source, `seen` whether anybody looks. */
export const preview = component(() => {
  /** @type {Hls | null} */
  let hls = null;
  /** @type {number | undefined} */
  let timer;
  let playing = "";
  return {
    quiet: true,
    shown: false,

    follow() {
      const { id, live } = /** @type {any} */ (this).each;
      const wanted = live && /** @type {any} */ (this).seen ? id : "";
      if (wanted === playing) return;
      this.stop();
      playing = wanted;
      if (!wanted) return;
      const since = this.$store.live.get("source", id)?.since ?? 0;
      const wait = Math.max(0, FIRST_MS - (this.$store.live.serverNow() - since));
      timer = setTimeout(() => this.start(), Math.min(wait, FIRST_MS));
    },
    destroy() {
      this.stop();
    },
    get video() {
      return /** @type {HTMLVideoElement} */ (this.$refs.video);
    },
    async start() {
      const id = playing;
      const address = `/s/${encodeURIComponent(boot.show ?? "")}/hls/preview-${encodeURIComponent(id)}/live.m3u8`;
      const { default: Hls } = await import("../vendor/hls.js");
      if (id !== playing) return;
      this.video.onplaying = () => (this.shown = true);
      if (!Hls.isSupported()) {
        this.video.src = address;
        return void this.video.play().catch(() => undefined);
      }
      hls = new Hls({
        workerPath: WORKER,
        liveSyncDuration: BEHIND_SECONDS,
        maxLiveSyncPlaybackRate: 1.5,
        backBufferLength: KEPT_SECONDS,
        maxBufferLength: KEPT_SECONDS,
      });
      hls.on(Hls.Events.ERROR, (_, { fatal }) => {
        if (!fatal || id !== playing) return;
        this.stop();
        playing = id;
        timer = setTimeout(() => this.start(), AGAIN_MS);
      });
      hls.on(Hls.Events.MANIFEST_PARSED, () => this.video.play().catch(() => undefined));
      hls.loadSource(address);
      hls.attachMedia(this.video);
    },
    stop() {
      clearTimeout(timer);
      playing = "";
      hls?.destroy();
      hls = null;
      this.shown = false;
    },
    listen() {
      this.quiet = !this.quiet;
      this.video.muted = this.quiet;
    },
  };
});
