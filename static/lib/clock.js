/** The server's clock as this browser can best know it. */

const KEPT = 20;
const BEST = 5;
const STEP = 2000;

/** Monotonic local time in ms, near enough to the epoch to be compared with the server's. */
export const localNow = () => performance.timeOrigin + performance.now();

/** Measures how far the server's clock is from ours; `now` is the server's time in ms UTC. */
export class ServerClock {
  /** @param {() => number} [local] the local clock, ms */
  constructor(local = localNow) {
    this.local = local;
    this.offset = 0;
    /** @type {{offset: number, trip: number}[]} */
    this.samples = [];
  }

  /** The server's time, ms UTC. */
  now() {
    return this.local() + this.offset;
  }

  /**
   * Learn from a ping: the way there and back took `received - sent`, the server was at `time`.
   * @param {number} sent local ms
   * @param {number} time server ms
   * @param {number} received local ms
   */
  sample(sent, time, received = this.local()) {
    const trip = received - sent;
    if (!(trip >= 0)) return;
    this.samples.push({ offset: time + trip / 2 - received, trip });
    if (this.samples.length > KEPT) this.samples.shift();
    // Short trips leave the least room for error; of those the median is not misled by one.
    const best = [...this.samples].sort((a, b) => a.trip - b.trip).slice(0, BEST);
    const offsets = best.map(({ offset }) => offset).sort((a, b) => a - b);
    const middle = offsets.length >> 1;
    this.offset =
      offsets.length % 2 ? offsets[middle] : (offsets[middle - 1] + offsets[middle]) / 2;
  }

  /**
   * Learn from a frame that only came one way: a first guess, and a sign that a clock has jumped.
   * @param {number} time server ms
   */
  hint(time) {
    const offset = time - this.local();
    const jumped = Math.abs(offset - this.offset) > STEP;
    if (jumped) this.samples = [];
    if (jumped || !this.samples.length) this.offset = offset;
  }
}
