/** Notices that a projected start has moved, calmly: whole minutes, and for a while only. */

const STEP = 60_000;
const REST = 120_000;

export class Moved {
  /** @type {number | null} */
  #stood = null;
  #shown = 0;
  #at = 0;

  /**
   * Look at the start once more. Returns by how many ms it has moved since it last stood still
   * for two minutes; 0 while it stands, or moves by less than a minute.
   * @param {number | null} start ms UTC, null: not known
   * @param {number} now ms UTC
   */
  see(start, now) {
    if (start === null) return 0;
    this.#stood ??= start;
    const moved = start - this.#stood;
    if (Math.abs(moved - this.#shown) >= STEP) {
      this.#shown = Math.round(moved / STEP) * STEP;
      this.#at = now;
    } else if (this.#shown && now - this.#at > REST) {
      this.#stood += this.#shown;
      this.#shown = 0;
    }
    return this.#shown;
  }
}
