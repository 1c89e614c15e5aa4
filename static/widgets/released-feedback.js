/** What the experts have released to everybody. */

import { component } from "../lib/component.js";
import { subject } from "../lib/scene.js";

export const releasedFeedback = component(() => ({
  get all() {
    const live = this.$store.live;
    return live
      .all("feedback")
      .filter(({ released_to }) => released_to === "public")
      .sort((a, b) => (b.released_at ?? 0) - (a.released_at ?? 0))
      .map((feedback) => {
        const { name, title } = subject(live, { slot: feedback.slot });
        return { ...feedback, expert: live.person(feedback.author).name, name, title };
      });
  },
  get any() {
    return this.all.length > 0;
  },
  /** @param {any} feedback @returns {{name: string, words: string, mark: number}[]} marks given */
  marks(feedback) {
    const words = this.$root.dataset;
    return Object.entries(feedback.marks)
      .filter(([, mark]) => mark !== null)
      .map(([name, mark]) => ({ name, words: words[`mark_${name}`] ?? name, mark: Number(mark) }));
  },
  /** @param {number} mark from 0 to 10 */
  fill: (mark) => ({ "--mark": String(mark / 10) }),
}));
