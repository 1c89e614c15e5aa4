/** The picture in a player of another house, which does not say what moment it shows: a set delay. */

import { component } from "../lib/component.js";
import { boot } from "../lib/live.js";
import { seconds } from "./delay-gauge.js";

const TICK_MS = 250;
const MOST_SECONDS = 120;
const KEPT = `luyan.nudge.${boot.show}`;

/** @returns {{nudge: number, on: boolean}} what this viewer chose before; a browser may keep nothing */
function kept() {
  try {
    const { nudge, on } = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
    return { nudge: Number.isInteger(nudge) ? nudge : 0, on: on === true };
  } catch {
    return { nudge: 0, on: false };
  }
}

export const embed = component(() => ({
  /** @type {number} seconds, what this viewer has added */ nudge: 0,
  /** @type {boolean} this viewer wants the picture */ on: false,
  /** @type {number} seconds, as the show has it */ set: 0,
  house: "",

  init() {
    const { delay = "0", house = "" } = this.$root.dataset;
    this.set = Number(delay);
    this.house = house;
    Object.assign(this, kept());
    setInterval(() => this.tick(), TICK_MS);
  },
  /** Keep the page at the moment that the picture shows, as far as anybody can know. */
  tick() {
    const live = this.$store.live;
    live.behind = this.on ? this.delay * 1000 : null;
    live.showAt(this.on ? live.serverNow() - this.delay * 1000 : null);
  },
  /** @returns {number} seconds from the stage to this screen */
  get delay() {
    return Math.min(MOST_SECONDS, Math.max(0, this.set + this.nudge));
  },
  get late() {
    return seconds(this.delay * 1000, 0);
  },
  get nudged() {
    return this.nudge !== 0;
  },

  keep() {
    try {
      localStorage.setItem(KEPT, JSON.stringify({ nudge: this.nudge, on: this.on }));
    } catch {
      // Forgotten with the page, then.
    }
  },
  /** @param {number} by seconds */
  move(by) {
    const next = this.set + this.nudge + by;
    if (next < 0 || next > MOST_SECONDS) return;
    this.nudge += by;
    this.tick();
    this.keep();
  },
  later() {
    this.move(1);
  },
  earlier() {
    this.move(-1);
  },
  reset() {
    this.move(-this.nudge);
  },
  /** @param {boolean} on */
  turn(on) {
    this.on = on;
    this.tick();
    this.keep();
  },
  play() {
    this.turn(true);
  },
  stop() {
    this.turn(false);
  },
}));
