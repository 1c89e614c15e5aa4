/** One press, one decision: what is locked between a press and the picture it has made. */

/**
 * @typedef {import("../lib/live.js").Live} Live
 * @typedef {import("../lib/socket.js").Answer} Answer
 */

/** The least time between two decisions, ms: longer than any double press or bouncing key. */
export const REST_MS = 1200;
const PICTURE_MS = 3000;
/** A press that has not reached the server by then, ms, must not move the stage any more. */
const WITHIN_MS = 5000;
const LOOK_MS = 40;

/** @param {number} ms */
const pause = (ms) => new Promise((then) => setTimeout(then, ms));

/**
 * Wait until the screen shows the show as it was at `seq` (or newer), 3 s at most.
 * @param {Live} live
 * @param {number} seq
 */
export async function shown(live, seq) {
  const until = performance.now() + PICTURE_MS;
  while (live.seq < seq && performance.now() < until) await pause(LOOK_MS);
  await pause(LOOK_MS);
}

export class Press {
  /** @type {boolean} a decision has been sent and is not on screen yet */ sending = false;
  /** @type {boolean} the screen has just changed */ resting = false;
  /** @type {number} changes of length that are under way */ small = 0;
  /** @type {number} */ restUntil = 0;

  /** Whether a decision has to wait. */
  get locked() {
    return this.sending || this.resting;
  }

  /** Lock, and wait until the small changes made here are on screen: they move `seen` too. */
  async quiet() {
    this.sending = true;
    while (this.small) await pause(LOOK_MS);
  }

  /** Let go without having decided anything. */
  leave() {
    this.sending = false;
  }

  /**
   * Give a decision and wait until it is on screen; the lock rests for a while after that.
   * @param {Live} live
   * @param {{type: string, seen: number, [field: string]: any}} command
   * @returns {Promise<Answer>}
   */
  async decide(live, command) {
    this.sending = true;
    this.rest();
    try {
      const answer = await live.do(command, WITHIN_MS);
      // Refused: somebody else's change is on its way here, if it has not come yet.
      await shown(live, answer.type === "done" ? (answer.seq ?? 0) : 0);
      return answer;
    } finally {
      this.sending = false;
    }
  }

  /**
   * Give a command that may be repeated at once, such as half a minute more, twice.
   * @param {Live} live
   * @param {{type: string, [field: string]: any}} command
   * @returns {Promise<Answer>}
   */
  async nudge(live, command) {
    this.small += 1;
    try {
      const answer = await live.do(command, WITHIN_MS);
      await shown(live, answer.seq ?? 0);
      return answer;
    } finally {
      this.small -= 1;
    }
  }

  /** Lock for a moment from now. */
  rest() {
    this.restUntil = performance.now() + REST_MS;
    if (!this.resting) this.wake();
  }

  wake() {
    const left = this.restUntil - performance.now();
    this.resting = left > 0;
    if (this.resting) setTimeout(() => this.wake(), left);
  }
}
