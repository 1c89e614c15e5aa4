/** Somebody's own page before the show: when they are on, what they answer, and their hours. */

import { planned, standing } from "../lib/invited.js";
import { boot, start } from "../lib/live.js";
import { clock, day, fullDay, zoneName } from "../lib/time.js";
import { ownHours } from "../widgets/own-hours.js";
import { slotsOf } from "../widgets/presenting.js";
import { shown } from "../widgets/press.js";
import { fill, words } from "../widgets/words.js";

/** @typedef {import("../lib/invited.js").Times} Times */

const DAY_MINUTES = 24 * 60;
const HALF_HOUR = 30;
const WORDS_LIMIT = 1000;
/** The hour from which on a part of the day has this name, as in `server/web/letters.py`. */
const PARTS = /** @type {const} */ ([
  [22, "night"], [18, "evening"], [9, "day"], [7, "morning"], [5, "dawn"], [0, "deep_night"],
]);

const say = words();
/** @type {number[]} how dear each half hour of a day is */
const levels = JSON.parse(document.getElementById("levels")?.textContent ?? "[]");

/** @param {number} at @param {string} zone */
const minutesOf = (at, zone) => {
  const [hours, minutes] = clock(at, zone).split(":").map(Number);
  return hours * 60 + minutes;
};

/** @param {number} at @param {string} zone */
const partOf = (at, zone) => {
  const hour = minutesOf(at, zone) / 60;
  return PARTS.find(([since]) => hour >= since)?.[1] ?? "day";
};

/** @param {Times} times @param {string} zone */
const read = ({ starts_at, ends_at }, zone) => ({
  time: clock(starts_at, zone),
  until: clock(ends_at, zone),
  day: fullDay(starts_at, zone),
  zone: zoneName(zone, starts_at),
});

/** @param {number} at @param {string} a @param {string} b  whether both clocks show the same then */
const agree = (at, a, b) => clock(at, a) === clock(at, b) && day(at, a) === day(at, b);

start({
  ownHours,

  invitation: () => ({
    /** @type {string} the slot about which something is being written */ writing: "",
    text: "",
    /** @type {string} the slot whose answer is on its way */ busy: "",
    /** @type {{[slot: string]: string}} */ faults: {},
    limit: WORDS_LIMIT,

    get me() {
      return boot.person ?? undefined;
    },
    get zone() {
      const live = this.$store.live;
      return live.person(this.me).zone ?? boot.person_zone ?? live.myZone;
    },
    get presenting() {
      return boot.view === "presenter";
    },
    get online() {
      return this.$store.live.online;
    },

    /** The show as a whole, on their clock and on its own. */
    get whole() {
      const { details, zone } = this.$store.live;
      const times = { starts_at: details?.starts_at ?? 0, ends_at: details?.ends_at ?? 0 };
      const elsewhere = !agree(times.starts_at, this.zone, zone);
      return { own: read(times, this.zone), there: read(times, zone), elsewhere };
    },

    get mine() {
      const live = this.$store.live;
      return slotsOf(live, this.me).map((slot) => this.one(slot, live.get("invitation", slot.id)));
    },
    /** @param {any} slot @param {any} invitation */
    one(slot, invitation) {
      const live = this.$store.live;
      const plan = planned(live.cues, slot.id);
      const stands = standing(slot, invitation, plan);
      const over = slot.place === "on_air" || slot.place === "done";
      // What the plan says now; of what has left it, what was told last.
      const times = ((stands === "gone" || stands === "cancelled") && invitation) || plan || invitation;
      const at = times?.starts_at ?? 0;
      const from = minutesOf(at, this.zone);
      const length = Math.max(HALF_HOUR, ((times?.ends_at ?? 0) - at) / 60_000);
      const before = stands === "changed" ? invitation.starts_at : invitation?.before_at;
      const answerable = ["sent", "accepted", "move", "changed"].includes(stands) && !over;
      return {
        id: slot.id,
        topic: slot.topic,
        stands: over ? "over" : stands,
        planned: times !== null,
        sequence: invitation?.sequence ?? 0,
        own: read(times ?? { starts_at: 0, ends_at: 0 }, this.zone),
        there: read(times ?? { starts_at: 0, ends_at: 0 }, live.zone),
        elsewhere: !agree(at, this.zone, live.zone),
        travelling: !agree(at, this.zone, live.myZone),
        device: read(times ?? { starts_at: 0, ends_at: 0 }, live.myZone),
        part: say[partOf(at, this.zone)],
        slotStyle: {
          "--from": String(from / DAY_MINUTES),
          "--length": String(Math.min(length, DAY_MINUTES - from) / DAY_MINUTES),
        },
        moved: (stands === "changed" || stands === "sent") && before != null && before !== at,
        before:
          before == null
            ? ""
            : fill(say.before, { time: clock(before, this.zone), day: fullDay(before, this.zone) }),
        words: invitation?.words ?? "",
        answered: invitation?.answered_at
          ? fill(say.answered, {
              time: clock(invitation.answered_at, this.zone),
              day: day(invitation.answered_at, this.zone),
            })
          : "",
        mayAccept: answerable && (stands === "sent" || stands === "move"),
        mayMove: answerable,
        calendar: `/s/${encodeURIComponent(boot.show)}/invitation/${encodeURIComponent(slot.id)}.ics`,
        kept: ["sent", "accepted"].includes(stands),
        writing: this.writing === slot.id,
        busy: this.busy === slot.id,
        fault: this.faults[slot.id] ?? "",
      };
    },
    get halves() {
      return levels.map((level, half) => ({ half, level }));
    },

    // ---- answering

    /** @param {any} one */
    open(one) {
      this.writing = one.id;
      this.text = one.words;
      void this.$nextTick(() => document.getElementById(`words-${one.id}`)?.focus());
    },
    shut() {
      this.writing = "";
    },
    get tooLong() {
      return [...this.text.trim()].length > WORDS_LIMIT;
    },
    /** @param {any} one */
    accept(one) {
      return this.answer(one.id, { type: "invitation.accept", slot: one.id, sequence: one.sequence });
    },
    /** @param {any} one */
    move(one) {
      if (this.tooLong) return undefined;
      const words = this.text.trim();
      return this.answer(one.id, { type: "invitation.move", slot: one.id, sequence: one.sequence, words });
    },
    /** @param {string} slot @param {{type: string, [field: string]: any}} command */
    async answer(slot, command) {
      if (this.busy) return;
      this.busy = slot;
      this.faults = {};
      const answer = await this.$store.live.do(command);
      if (answer.type === "done") {
        await shown(this.$store.live, answer.seq ?? 0);
        this.writing = "";
      } else this.faults = { [slot]: answer.text ?? answer.code ?? "" };
      this.busy = "";
    },
  }),
});
