/** An interpreter's sound in the place of the picture's own, in step with the picture. */

import { timeAt, Tuner } from "./tuner.js";

const STEP_MS = 500;
// Less is not heard; more than a second half is not caught up with, but leapt to.
const CLOSE_MS = 40;
const LEAP_MS = 500;
// A drift is gone after so long, at a rate that nobody hears.
const CATCH_UP_MS = 5000;
const FASTEST = 0.05;
const LATE_MS = 1500;

/** @typedef {import("./tuner.js").Piece} Piece */

/**
 * At which rate to play something that is `off` ms ahead; null: leap.
 * @param {number} off negative: behind
 */
export function rateFor(off) {
  if (Math.abs(off) > LEAP_MS) return null;
  if (Math.abs(off) < CLOSE_MS) return 1;
  return 1 - Math.min(FASTEST, Math.max(-FASTEST, off / CATCH_UP_MS));
}

/**
 * Whether there is sound of a moment, or was until just before it.
 * @param {Piece[]} pieces in order
 * @param {number} date ms UTC
 */
export function covers(pieces, date) {
  return pieces.some(({ programDateTime, duration }) => {
    const into = programDateTime === null ? NaN : date - programDateTime;
    return into >= 0 && into < duration * 1000 + LATE_MS;
  });
}

export class Interpretation {
  lang = "";
  /** @type {number} how long a leap takes, in which the picture goes on, ms */ lead = LEAP_MS / 2;
  leapt = false;
  /** @type {boolean} it is heard, so the picture's own sound is not */ heard = false;

  /**
   * @param {HTMLAudioElement} audio
   * @param {Tuner} picture
   * @param {(lang: string) => string} address of the playlist for a language
   * @param {() => void} changed whether it is heard has changed
   */
  constructor(audio, picture, address, changed) {
    this.audio = audio;
    this.picture = picture;
    this.address = address;
    this.changed = changed;
    const nothing = () => {};
    const ears = { frame: nothing, blank: nothing, missing: nothing, qualities: nothing };
    this.tuner = new Tuner(audio, "", ears, { hastens: false });
    setInterval(() => this.keep(), STEP_MS);
  }

  /** @param {string} lang "": none */
  choose(lang) {
    if (lang === this.lang) return;
    this.lang = lang;
    this.tuner.stop();
    this.tell(false);
    if (!lang) return;
    this.tuner.address = this.address(lang);
    void this.tuner.start();
  }

  /** @param {boolean} heard */
  tell(heard) {
    if (heard === this.heard) return;
    this.heard = heard;
    this.changed();
  }

  /** Keep in step with the picture, or leave the hearing to its own sound. */
  keep() {
    const { audio, tuner } = this;
    const { video } = this.picture;
    if (!this.lang) return;
    const date = this.picture.running ? this.picture.dateOf(video.currentTime) : null;
    const { pieces } = tuner;
    if (date === null || !covers(pieces, date)) {
      audio.pause();
      // Nothing to go on from: it begins anew as soon as there is something.
      tuner.date = NaN;
      tuner.patient = true;
      return this.tell(false);
    }
    if (video.paused || video.seeking || video.readyState < 3) return audio.pause();
    tuner.patient = false;
    const own = tuner.dateOf(audio.currentTime);
    const rate = own === null ? null : rateFor(own - date);
    if (audio.seeking) return;
    if (own !== null && this.leapt) {
      this.lead = Math.min(LEAP_MS, Math.max(0, this.lead - (own - date)));
      this.leapt = false;
    }
    if (rate === null) {
      audio.currentTime = timeAt(pieces, date + this.lead) ?? audio.currentTime;
      this.leapt = true;
    } else {
      audio.playbackRate = video.playbackRate * rate;
    }
    if (audio.paused) tuner.play();
    this.tell(audio.readyState > 2 || this.heard);
  }
}
