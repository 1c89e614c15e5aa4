/** The chapters of a replay: what was on stage when, to jump to. */

import { component } from "../lib/component.js";
import { boot } from "../lib/live.js";
import { clock, countdown } from "../lib/time.js";

export const chapters = component(() => ({
  /** @returns {{at: number, title: string, into: string, time: string}[]} */
  get chapters() {
    const { start = 0, chapters = [] } = boot.replay ?? {};
    return chapters.map(({ at, title }) => ({
      at,
      title,
      into: countdown((at - start) / 1000),
      time: clock(at),
    }));
  },
  /** @returns {number} the instant of the chapter that is shown */
  get here() {
    const { now } = this.$store.live;
    return boot.replay?.chapters.filter(({ at }) => at <= now).at(-1)?.at ?? 0;
  },
  /** @param {number} at */
  current(at) {
    return at === this.here ? "true" : null;
  },
  /** @param {number} at */
  jump(at) {
    this.$dispatch("jump", at);
  },
}));
