/** What the caller must know of the picture, loudly. */

import { component } from "../lib/component.js";

export const trouble = component(() => ({
  /** @returns {boolean} nothing is recorded, and viewers get no new picture */
  get diskFull() {
    return this.$store.live.get("picture", "main")?.trouble === "disk_full";
  },
}));
