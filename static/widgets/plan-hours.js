/** Everybody's hours: when they can, and when they would like to, on their own clocks. */

import { component } from "../lib/component.js";
import { clock, day, zoneName } from "../lib/time.js";
import { words } from "./words.js";

const SPAN = /^(?:(\d{4}-\d\d-\d\d) )?(\d\d:\d\d)-(\d\d:\d\d)$/;
const ROLES = ["presenter", "commentator", "host"];

/** @typedef {{day: string, from: string, to: string}} Span */

/** @param {string} text @returns {Span} */
function spanOf(text) {
  const [, date = "", from = "", to = ""] = SPAN.exec(text) ?? [];
  return { day: date, from, to: to === "24:00" ? "00:00" : to };
}
/** @param {Span} span */
const textOf = ({ day: date, from, to }) => `${date} ${from}-${to}`.trim();

export const planHours = component(() => ({
  editing: { id: "", name: "", zone: "", words: "" },
  /** @type {Span[]} */ available: [],
  /** @type {Span[]} */ preferred: [],
  fault: "",
  faultField: "",
  saving: false,

  get rows() {
    const live = this.$store.live;
    return live
      .all("person")
      .filter(({ role }) => ROLES.includes(role))
      .sort((a, b) => ROLES.indexOf(a.role) - ROLES.indexOf(b.role))
      .map(({ id, name, zone, role }) => {
        const given = live.get("availability", id);
        return {
          id,
          name,
          role,
          zone: zoneName(zone, live.details?.starts_at),
          available: given?.available ?? [],
          preferred: given?.preferred ?? [],
          words: given?.words ?? "",
          given: given?.given_at ? `${day(given.given_at, live.zone)} ${clock(given.given_at, live.zone)}` : "",
        };
      });
  },
  /** @param {{id: string, name: string, zone: string, words: string, available: string[], preferred: string[]}} row */
  edit(row) {
    this.editing = { id: row.id, name: row.name, zone: row.zone, words: row.words };
    this.available = row.available.map(spanOf);
    this.preferred = row.preferred.map(spanOf);
    this.fault = "";
    this.faultField = "";
    this.dialog.showModal();
  },
  /** @param {"available" | "preferred"} list */
  add(list) {
    this[list] = [...this[list], { day: "", from: "09:00", to: "18:00" }];
  },
  /** @param {"available" | "preferred"} list @param {number} at */
  remove(list, at) {
    this[list] = this[list].filter((_, each) => each !== at);
  },
  close() {
    this.dialog.close();
  },
  async save() {
    if (this.saving) return;
    this.saving = true;
    const answer = await this.$store.live.do({
      type: "availability.give",
      person: this.editing.id,
      available: this.available.map(textOf),
      preferred: this.preferred.map(textOf),
      words: this.editing.words,
    });
    this.saving = false;
    if (answer.type === "done") return this.dialog.close();
    this.fault = answer.text ?? words().lost ?? "";
    this.faultField = answer.field?.split(/[.[]/)[0] ?? "";
  },
  /** @returns {HTMLDialogElement} */
  get dialog() {
    return /** @type {HTMLDialogElement} */ (this.$refs.hours);
  },
}));
