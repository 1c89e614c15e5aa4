/** The green room: when am I on, am I ready, and while on air nothing but the clock. */

import { boot, start } from "../lib/live.js";
import { clock, countdown, day, zoneName } from "../lib/time.js";
import { minutes, spelled } from "../widgets/lengths.js";
import { messageBanner, messageList, pageTitle } from "../widgets/messages.js";
import { Moved } from "../widgets/moved.js";
import { onCamera } from "../widgets/on-camera.js";
import { cueAfter, slotNow, slotsBefore, slotsOf, spanOf } from "../widgets/presenting.js";
import { arrival, devices } from "../widgets/readiness.js";
import { cueTitle } from "../widgets/rundown.js";
import { fill, words } from "../widgets/words.js";
import { writtenAnswer } from "../widgets/written-answer.js";

/** @typedef {import("../widgets/presenting.js").Place} Place */

const SECOND = 1000;
const ON_TIME_SECONDS = 60;
const WARNINGS = 3;
const QUESTIONS = ["on_stage", "approved", "answered"];

const say = words();

/** @param {number} at @param {string} zone */
const read = (at, zone) => ({ time: clock(at, zone), day: day(at, zone), zone: zoneName(zone, at) });

/** @param {number} at @param {string} a @param {string} b  whether both clocks show the same then */
const agree = (at, a, b) => clock(at, a) === clock(at, b) && day(at, a) === day(at, b);

/** @param {any} cue */
const seconds = (cue) => cue.seconds + cue.adjusted_seconds;

start({
  writtenAnswer,
  arrival,
  devices,
  messageBanner,
  messageList,
  onCamera,

  greenroom: () => ({
    /** @type {number} by how many seconds the start has just moved */ moved: 0,

    init() {
      let moves = new Moved();
      let watched = "";
      const title = document.title;
      this.$watch("place", () => {
        const called = { standby: say.title_standby, on_air: say.title_on_air };
        pageTitle(title.replace(say.title, called[/** @type {"standby"} */ (this.place)] ?? say.title));
        // Whoever reads further down must see that they are called.
        if (this.place in called) scrollTo({ top: 0 });
      });
      setInterval(() => {
        const live = this.$store.live;
        if (!live.ready) return;
        // Another slot is another start: it has not moved, it was never this one.
        if (watched !== this.slot?.id) moves = new Moved();
        watched = this.slot?.id;
        this.moved = moves.see(this.waiting ? this.startAt : null, live.now) / SECOND;
      }, SECOND);
    },

    get me() {
      return this.$store.live.you?.person ?? boot.person ?? undefined;
    },
    get own() {
      return slotsOf(this.$store.live, this.me);
    },
    /** @returns {any} */
    get slot() {
      return slotNow(this.own);
    },
    /** @returns {Place} */
    get place() {
      return this.slot?.place ?? (this.withdrawn ? "withdrawn" : "none");
    },
    /** Every slot of theirs was taken out of the rundown. */
    get withdrawn() {
      return this.$store.live.all("slot").some(({ presenter }) => presenter === this.me);
    },
    get waiting() {
      return this.place === "ahead" || this.place === "standby";
    },

    // ---- when am I on
    get span() {
      return spanOf(this.$store.live, this.slot);
    },
    get startAt() {
      return this.span?.start ?? null;
    },
    get zone() {
      const live = this.$store.live;
      return live.person(this.me).zone ?? boot.person_zone ?? live.myZone;
    },
    get mine() {
      return read(this.startAt ?? 0, this.zone);
    },
    get shows() {
      return read(this.startAt ?? 0, this.$store.live.zone);
    },
    get device() {
      return read(this.startAt ?? 0, this.$store.live.myZone);
    },
    get elsewhere() {
      return !agree(this.startAt ?? 0, this.zone, this.$store.live.zone);
    },
    get travelling() {
      return !agree(this.startAt ?? 0, this.zone, this.$store.live.myZone);
    },
    get untilStart() {
      return this.startAt === null ? 0 : (this.startAt - this.$store.live.now) / SECOND;
    },
    get due() {
      return this.untilStart <= 0;
    },
    get until() {
      return countdown(this.untilStart);
    },
    get planned() {
      return clock(this.span?.planned, this.zone);
    },
    get lateSeconds() {
      return this.span ? (this.span.start - this.span.planned) / SECOND : 0;
    },
    get onTime() {
      return Math.abs(this.lateSeconds) < ON_TIME_SECONDS;
    },
    get late() {
      return minutes(this.lateSeconds);
    },
    get movedBy() {
      return minutes(this.moved);
    },
    get before() {
      return slotsBefore(this.$store.live, this.slot);
    },
    get length() {
      const cues = this.$store.live.cues.filter(({ slot }) => slot === this.slot?.id);
      return cues.map((cue) => `${cueTitle(cue, say)} ${spelled(seconds(cue))}`).join(" · ");
    },
    get slots() {
      const live = this.$store.live;
      return this.own.map((slot) => {
        const at = spanOf(live, slot)?.start ?? 0;
        const { id, topic, place } = slot;
        return { id, topic, place, time: clock(at, this.zone), day: day(at, this.zone) };
      });
    },
    get several() {
      return this.own.length > 1;
    },

    // ---- what is on air, and my clock when it is me
    get running() {
      return this.$store.live.cueOnAir !== null;
    },
    get runningName() {
      const live = this.$store.live;
      return live.person(live.slotOnAir?.presenter).name;
    },
    get cueName() {
      return cueTitle(this.$store.live.cueOnAir, say);
    },
    get leftText() {
      return countdown(this.$store.live.left);
    },
    /** How many of three marks to show: as many as the share of the warnings passed. */
    get marks() {
      const live = this.$store.live;
      const all = live.details?.warn_seconds?.length || 1;
      return Math.ceil((WARNINGS * live.warning) / all);
    },
    get level() {
      const live = this.$store.live;
      if (live.held) return "held";
      return live.over ? "over" : String(this.marks);
    },
    get calm() {
      return this.level === "0";
    },
    get warned() {
      return !this.calm && this.level !== "held" && this.level !== "over";
    },
    get threshold() {
      const { details, warning } = this.$store.live;
      const all = [...(details?.warn_seconds ?? [])].sort((a, b) => b - a);
      return warning ? fill(say.less_than, { time: spelled(all[warning - 1]) }) : "";
    },
    get timeLeft() {
      const live = this.$store.live;
      const whole = live.cueOnAir ? seconds(live.cueOnAir) : 0;
      const share = whole ? Math.min(1, Math.max(0, (live.left ?? 0) / whole)) : 0;
      return { "--share": share.toFixed(4) };
    },
    get ticks() {
      const live = this.$store.live;
      const whole = live.cueOnAir ? seconds(live.cueOnAir) : 0;
      const all = (live.details?.warn_seconds ?? []).filter((/** @type {number} */ at) => at < whole);
      return all.map((/** @type {number} */ at) => ({ at, style: { "--at": String(at / whole) } }));
    },
    get nextCue() {
      return cueAfter(this.$store.live, this.slot);
    },
    get nextName() {
      return cueTitle(this.nextCue, say);
    },
    get nextLength() {
      return this.nextCue ? spelled(seconds(this.nextCue)) : "";
    },

    // ---- what I am asked and given
    get questions() {
      const live = this.$store.live;
      const mine = new Set(this.own.map(({ id }) => id));
      return live
        .all("question")
        .filter(({ slot, state }) => mine.has(slot) && QUESTIONS.includes(state))
        .map((one) => ({
          ...one,
          votes: live.get("tally", one.id)?.votes ?? 0,
          // While they are on stage they answer aloud.
          writable: one.state !== "on_stage" && live.get("slot", one.slot)?.place === "done",
        }))
        .sort(
          (a, b) =>
            QUESTIONS.indexOf(a.state) - QUESTIONS.indexOf(b.state) ||
            b.votes - a.votes ||
            a.asked_at - b.asked_at,
        );
    },
    get openQuestions() {
      return this.questions.filter(({ state }) => state !== "answered").length;
    },
    /** @returns {any} */
    get asked() {
      return this.$store.live.all("question").find(({ state }) => state === "on_stage") ?? null;
    },
    get askedText() {
      return this.asked?.text ?? "";
    },
    get askedLang() {
      return this.asked?.lang ?? "";
    },
    get feedback() {
      const live = this.$store.live;
      const mine = new Map(this.own.map((slot) => [slot.id, slot]));
      return live
        .all("feedback")
        .filter(({ slot, author }) => mine.has(slot) && author !== this.me)
        .sort((a, b) => (a.released_at ?? 0) - (b.released_at ?? 0))
        .map((one) => {
          const { name, organisation } = live.person(one.author);
          return { ...one, name, organisation, topic: mine.get(one.slot).topic };
        });
    },
    /** @param {any} feedback @param {string} name */
    given: (feedback, name) => feedback.marks[name] != null,
    /** @param {any} feedback @param {string} name */
    mark: (feedback, name) => feedback.marks[name] ?? "",
    /** @param {any} feedback @param {string} name */
    bar: (feedback, name) => ({ "--share": String((feedback.marks[name] ?? 0) / 10) }),
  }),
});
