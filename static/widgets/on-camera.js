/** A presenter on camera: what to show, whether anybody sees it, and how to stop. */

import { component } from "../lib/component.js";
import { boot } from "../lib/live.js";
import { CameraLine, recordable } from "./camera-line.js";
import { loudness } from "./devicecheck.js";
import { slotNow, slotsOf } from "./presenting.js";
import { Shot } from "./shot.js";

/** @typedef {import("./devicecheck.js").Device} Device */
/** @typedef {import("./devicecheck.js").Trouble} Trouble */
/** @typedef {import("./shot.js").Mode} Mode */

const METER_MS = 100;

export const onCamera = component(() => {
  // Kept out of the component's state: a proxy around streams and sockets is of no use to them.
  /** @type {Shot | null} */
  let shot = null;
  /** @type {CameraLine | null} */
  let line = null;
  /** @type {(() => void) | null} */
  let silence = null;
  let turn = 0;
  /** @type {Record<Device, string>} */
  const chosen = { camera: "", microphone: "" };

  return {
    /** @type {Mode} */
    mode: "camera",
    on: false,
    opening: false,
    /** @type {import("./camera-line.js").Phase} */
    phase: "connecting",
    slow: false,
    refusal: "",
    /** @type {Trouble | ""} */
    trouble: "",
    unshared: false,
    asked: false,
    capable: recordable() !== null,
    shares: "getDisplayMedia" in (navigator.mediaDevices ?? {}),

    init() {
      addEventListener("pagehide", () => this.end());
      addEventListener("beforeunload", (event) => {
        if (this.state === "on_air") event.preventDefault();
      });
    },

    /** @returns {string} */
    get me() {
      return this.$store.live.you?.person ?? "";
    },
    get source() {
      return `camera-${this.me}`;
    },
    /** Whether this show takes a picture at all. */
    get taken() {
      const picture = this.$store.live.get("picture", "main");
      return picture !== undefined && picture !== null && picture.state !== "off";
    },
    /** @returns {string} */
    get meeting() {
      const slot = slotNow(slotsOf(this.$store.live, this.me));
      return slot?.meeting ?? "";
    },
    get offered() {
      return this.taken || this.meeting !== "";
    },
    /** Whether going on camera is what comes next. */
    get called() {
      return !this.on && (this.$store.live.get("greenroom", this.me)?.state ?? "invited") !== "invited";
    },
    get mayGo() {
      return this.taken && this.capable && !this.on;
    },
    get incapable() {
      return this.taken && !this.capable;
    },
    /** What others see of me now: "off", "opening", "lost", "seen" or "on_air". */
    get state() {
      if (!this.on) return "off";
      if (this.phase === "lost") return "lost";
      const live = this.$store.live;
      const there = live.get("source", this.source)?.state === "live";
      if (this.phase !== "sending" || !there) return "opening";
      return live.get("picture", "main")?.source === this.source ? "on_air" : "seen";
    },
    get mirrored() {
      return this.mode === "camera";
    },

    /** @param {CustomEvent<Record<Device, string>>} event  what was tried a moment ago */
    devicesChosen({ detail }) {
      Object.assign(chosen, detail);
    },
    /** @param {Mode} mode */
    async show(mode) {
      if (this.opening) return;
      this.opening = true;
      this.refusal = this.trouble = "";
      this.unshared = this.asked = false;
      const mine = ++turn;
      try {
        const next = await Shot.open(mode, chosen, (kind) => mine === turn && this.lose(kind));
        if (mine !== turn) return next.close();
        this.release();
        shot = next;
        this.mode = mode;
        this.start();
      } catch (trouble) {
        this.trouble = /** @type {Trouble} */ (trouble);
      } finally {
        this.opening = false;
      }
    },
    camera() {
      return this.show("camera");
    },
    screen() {
      return this.show("screen");
    },
    both() {
      return this.show("both");
    },
    start() {
      const type = recordable();
      if (!shot || !type) return;
      const video = /** @type {HTMLVideoElement} */ (this.$refs.self);
      video.srcObject = new MediaStream(shot.stream.getVideoTracks());
      video.play().catch(() => undefined);
      silence = listen(shot.stream, (level) => {
        this.$refs.level.style.setProperty("--level", level.toFixed(3));
        this.$refs.level.setAttribute("aria-valuenow", String(Math.round(level * 100)));
      });
      this.on = true;
      this.slow = false;
      line = new CameraLine(boot.show ?? "", shot.stream, type, (news) => {
        Object.assign(this, news);
        if (news.phase === "refused") this.end();
      });
      line.open();
    },
    /** What is shared was taken back, or unplugged. @param {"camera" | "microphone" | "screen"} kind */
    lose(kind) {
      if (kind === "screen") {
        this.unshared = true;
        void this.show("camera").then(() => (this.unshared = this.on));
      } else {
        this.trouble = "lost";
        this.end();
      }
    },
    /** Stop; while on air only after a second word. */
    stop() {
      if (this.state === "on_air" && !this.asked) this.asked = true;
      else this.end();
    },
    stay() {
      this.asked = false;
    },
    end() {
      turn += 1;
      this.on = this.asked = this.opening = false;
      this.release();
    },
    release() {
      line?.close();
      shot?.close();
      silence?.();
      line = shot = silence = null;
      /** @type {HTMLVideoElement} */ (this.$refs.self).srcObject = null;
    },
  };
});

/**
 * Tell how loud a stream is, until the function that is returned is called.
 * @param {MediaStream} stream @param {(level: number) => void} tell  0 to 1
 */
function listen(stream, tell) {
  const [track] = stream.getAudioTracks();
  if (!track) return null;
  const audio = new AudioContext();
  const analyser = audio.createAnalyser();
  audio.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  void audio.resume();
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    tell(loudness(samples));
  }, METER_MS);
  return () => {
    clearInterval(timer);
    void audio.close();
    tell(0);
  };
}
