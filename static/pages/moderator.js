/** The moderator's desk: two hundred questions a minute, and nothing moves under the hand. */

import Alpine from "../vendor/alpine.js";
import { start } from "../lib/live.js";
import { languageName } from "../lib/names.js";
import { countdown, language } from "../lib/time.js";
import { bindKeys } from "../widgets/keys.js";
import { byState, Lane, passing, primary, STATES, WINDOW } from "../widgets/lanes.js";
import { delayGauge } from "../widgets/delay-gauge.js";
import { questionWindows } from "../widgets/question-windows.js";
import { sentenceAt, watchedWords } from "../widgets/watched.js";
import { fill, words } from "../widgets/words.js";

/**
 * @typedef {import("../widgets/lanes.js").State} State
 * @typedef {import("../widgets/lanes.js").Question} Question
 * @typedef {"approve" | "dismiss" | "show" | "answer" | "reply" | "restore"} Judgement
 */

const say = words();
const LOOK_MS = 250;
const AGES_MS = 1000;
const IDLE_MS = 2500;
const SLIP_MS = 350;
const SAID_MS = 6000;
const HOVERS = matchMedia("(hover: hover)");

/** @type {{[judgement in Judgement]: string[]}} the states that each judgement starts from */
const FROM = {
  approve: ["waiting"],
  dismiss: ["waiting", "approved", "on_stage"],
  show: ["approved"],
  answer: ["on_stage", "approved"],
  reply: ["waiting", "approved", "answered"],
  restore: ["on_stage", "answered", "dismissed"],
};

const ages = new Intl.RelativeTimeFormat(language(), { numeric: "auto", style: "narrow" });
/** @type {Map<string, string>} */
const languages = new Map();

/** @param {string} tag */
function tongue(tag) {
  if (!languages.has(tag)) languages.set(tag, languageName(tag));
  return languages.get(tag) ?? tag;
}

start({
  delayGauge,
  questionWindows,

  moderator: () => ({
    lanes: {
      waiting: new Lane("waiting", "newest"),
      approved: new Lane("approved", "votes"),
      on_stage: new Lane("on_stage", "newest"),
      answered: new Lane("answered", "newest"),
      dismissed: new Lane("dismissed", "newest"),
    },
    /** @type {State} the lane in hand */ lane: "waiting",
    /** @type {State} the lane below the stage, on a wide screen */ rest: "answered",
    /** @type {string | null} the question in hand */ cursor: null,
    filter: { lang: "", slot: "", text: "" },
    filtering: false,
    /** @type {string[]} languages that questions have come in */ tongues: [],
    /** @type {{[id: string]: true}} judged, and not yet answered for */ busy: {},
    /** @type {Map<string, string>} whence I took a question */ mine: new Map(),
    /** @type {string[]} what I judged, the last one first */ judged: [],
    /** @type {{[id: string]: string}} what was being said when they were asked */ sentences: {},
    dismissing: { id: "", text: "", lang: "", reason: "" },
    replying: { id: "", text: "", lang: "", reply: "" },
    said: { kind: "calm", text: "" },
    /** @type {{[state: string]: number}} */ touchedAt: {},
    slippedAt: 0,
    due: false,

    init() {
      this.$watch("$store.live.seq", () => this.soon());
      for (const field of ["lang", "slot", "text"]) {
        this.$watch(`filter.${field}`, () => this.look(true));
      }
      setInterval(() => this.soon(), AGES_MS);
      /** @param {Judgement} judgement */
      const act = (judgement) => () => this.byKey(judgement);
      bindKeys(
        {
          j: () => this.move(1),
          k: () => this.move(-1),
          arrowdown: () => this.move(1),
          arrowup: () => this.move(-1),
          arrowright: () => this.across(1),
          arrowleft: () => this.across(-1),
          a: act("approve"),
          d: act("dismiss"),
          s: act("show"),
          x: act("answer"),
          w: act("reply"),
          z: act("restore"),
          n: () => this.flow(this.lane),
          escape: () => this.point(null),
          "/": () => this.search(),
          "?": () => this.dialog("help").showModal(),
          ...Object.fromEntries(STATES.map((state, at) => [String(at + 1), () => this.turn(state)])),
        },
        ["j", "k", "arrowdown", "arrowup"],
      );
      this.dialog("dismiss").addEventListener("keydown", (event) => {
        if (event.target instanceof HTMLInputElement) return;
        const reasons = this.dialog("dismiss").querySelectorAll("[data-reason]");
        const chosen = /** @type {HTMLElement | undefined} */ (reasons[Number(event.key) - 1]);
        if (chosen && !event.repeat) this.dismiss(chosen.dataset.reason ?? "");
      });
    },

    // ---- looking

    /** Look within a moment: a burst of patches is one look. */
    soon() {
      if (this.due) return;
      this.due = true;
      setTimeout(() => {
        this.due = false;
        this.look();
      }, LOOK_MS);
    },
    /** Bring the lanes in line with the show. @param {boolean} [afresh] in order, from the top */
    look(afresh = false) {
      const live = this.$store.live;
      if (!live.ready) return;
      // Read without Alpine's proxies: two thousand questions, four times a second.
      const questions = Alpine.raw(live.records.question ?? {});
      const tallies = Alpine.raw(live.records.tally ?? {});
      const all = /** @type {Question[]} */ (/** @type {unknown} */ (Object.values(questions)));
      const sorted = byState(all, passing(this.filter));
      /** @param {string} id */
      const votes = (id) => tallies[id]?.votes ?? 0;
      for (const state of STATES) {
        const still = this.still(state);
        this.lanes[state].take(sorted[state], {
          flow: afresh || state === "on_stage" || (still && this.atTop(state)),
          tidy: still,
          mine: (id) => id in this.busy || this.mine.get(id) === state,
          votes,
          find: (id) => /** @type {any} */ (questions[id]),
          draw: (question) => this.drawn(state, question, votes(question.id)),
        });
      }
      const heard = [...new Set(all.map(({ lang }) => primary(lang)))].sort();
      if (heard.join() !== this.tongues.join()) this.tongues = heard;
    },
    /** @param {State} state @param {Question} question @param {number} votes */
    drawn(state, question, votes) {
      const live = this.$store.live;
      const over = live.stage?.ended_at != null;
      const minutes = Math.floor((live.now - question.asked_at) / 60_000);
      return {
        id: question.id,
        text: question.text,
        lang: question.lang,
        language: tongue(question.lang),
        slot: live.person(live.get("slot", question.slot)?.presenter).name,
        watched: watchedWords(live, question, this.$root.dataset),
        sentence: this.sentences[question.id] ?? "",
        age: minutes < 60 ? ages.format(-minutes, "minute") : ages.format(-Math.floor(minutes / 60), "hour"),
        edited: question.edited_at != null,
        votes,
        reason: question.reason,
        written: question.written,
        writable: question.written || over,
        reply: question.reply,
        here: question.id === this.cursor && state === this.lane,
        busy: question.id in this.busy,
      };
    },
    /** Whether it can be told what was being said when a question was asked. */
    get captioned() {
      return this.$store.live.all("caption").length > 0;
    },
    /** @param {string} id */
    async listen(id) {
      const { watched_at, lang } = this.$store.live.get("question", id);
      this.sentences[id] = (await sentenceAt(watched_at, primary(lang))) || (say.no_words ?? "");
      this.look();
    },
    /** Whether nobody is reading or pointing in this lane. @param {State} state */
    still(state) {
      if (performance.now() - (this.touchedAt[state] ?? 0) < IDLE_MS) return false;
      if (this.lane === state && this.cursor) return false;
      return !(HOVERS.matches && this.list(state)?.matches(":hover"));
    },
    /** @param {State} state */
    atTop(state) {
      return (this.list(state)?.scrollTop ?? 0) < 8 && this.lanes[state].limit === WINDOW;
    },
    /** @param {State} state */
    touched(state) {
      this.touchedAt[state] = performance.now();
    },
    /** Show what is new, from the top. @param {State} state */
    flow(state) {
      const cursor = this.cursor;
      this.lanes[state].limit = WINDOW;
      this.lanes[state].ids = [];
      this.look();
      this.list(state)?.scrollTo({ top: 0 });
      if (cursor && this.lane === state) this.point(this.lanes[state].beside(null, 1));
    },
    /** @param {State} state */
    more(state) {
      this.lanes[state].limit += WINDOW;
      this.look();
    },
    /** @param {State} state @param {import("../widgets/lanes.js").Order} order */
    sort(state, order) {
      this.lanes[state].order = order;
      this.flow(state);
    },
    clearFilter() {
      this.filter = { lang: "", slot: "", text: "" };
      this.look(true);
    },
    /** @param {string} tag */
    tongue(tag) {
      return tongue(tag);
    },
    get filtered() {
      return Boolean(this.filter.lang || this.filter.slot || this.filter.text);
    },
    get slots() {
      const live = this.$store.live;
      return live.slots.map((slot) => ({
        id: slot.id,
        label: `${live.person(slot.presenter).name} · ${slot.project || slot.topic}`,
      }));
    },
    get onAir() {
      const live = this.$store.live;
      const name = live.person(live.slotOnAir?.presenter).name || live.cueOnAir?.title;
      return name ? `${name} ${countdown(live.left)}` : "";
    },
    get away() {
      const live = this.$store.live;
      return live.stale || !live.online;
    },

    // ---- the question in hand

    /** @param {string | null} id */
    point(id) {
      for (const state of STATES) {
        for (const card of this.lanes[state].cards) if (card.here) card.here = false;
      }
      this.cursor = id;
      const card = this.lanes[this.lane].cards.find((each) => each.id === id);
      if (!card) return;
      card.here = true;
      this.$nextTick(() => {
        const shown = document.getElementById(`${this.lane}-${id}`);
        shown?.focus({ preventScroll: true });
        shown?.scrollIntoView({ block: "nearest" });
      });
    },
    /** @param {State} state @param {string} id */
    pick(state, id) {
      this.lane = state;
      // A finger passes; only a pointer or a key stays on a question, and holds the list still.
      if (this.cursor !== id && HOVERS.matches) this.point(id);
    },
    /** @param {number} step */
    move(step) {
      this.touched(this.lane);
      const lane = this.lanes[this.lane];
      const next = lane.beside(this.cursor, step);
      if (next) return this.point(next);
      if (step > 0 && lane.more) {
        this.more(this.lane);
        const further = lane.beside(this.cursor, step);
        if (further) this.point(further);
      }
    },
    /** @param {State} state */
    turn(state) {
      this.lane = state;
      if (state === "answered" || state === "dismissed") this.rest = state;
      this.point(this.cursor ? this.lanes[state].beside(null, 1) : null);
    },
    /** @param {number} step */
    across(step) {
      this.turn(STATES[(STATES.indexOf(this.lane) + step + STATES.length) % STATES.length]);
      if (!this.cursor) this.move(1);
    },
    search() {
      this.filtering = true;
      this.$nextTick(() => this.$refs.search.focus());
    },

    // ---- judging

    /** A key means the question in hand; X and Z also the one on stage, and the last one judged. @param {Judgement} judgement */
    byKey(judgement) {
      const live = this.$store.live;
      const fits = (/** @type {string | null | undefined} */ id) =>
        FROM[judgement].includes(live.get("question", id)?.state) ? id : null;
      const stage = judgement === "answer" ? fits(this.lanes.on_stage.ids[0]) : null;
      const last = judgement === "restore" ? this.judged.find((id) => fits(id)) : null;
      const card = this.lanes[this.lane].cards.find(({ id }) => id === this.cursor);
      const id = card?.gone ? null : fits(this.cursor) || stage || last;
      if (id) this.begin(judgement, id);
      else if (card?.gone) this.tell("calm", say.moved_on);
      else this.tell("calm", this.cursor ? say.not_here : say.none_chosen);
    },
    /** A click or tap; the second of a double click would meet the next question. @param {State} state @param {Judgement} judgement @param {string} id @param {MouseEvent} event */
    tap(state, judgement, id, event) {
      if (event.detail > 1 || performance.now() - this.slippedAt < SLIP_MS) return;
      this.touched(state);
      this.begin(judgement, id);
    },
    /** @param {Judgement} judgement @param {string} id */
    begin(judgement, id) {
      if (this.away) return this.tell("calm", say.away);
      const { text, lang, reply } = this.$store.live.get("question", id);
      if (judgement === "reply") {
        this.replying = { id, text, lang, reply };
        return this.dialog("reply").showModal();
      }
      if (judgement !== "dismiss") return void this.judge(judgement, id, {});
      this.dismissing = { id, text, lang, reason: "" };
      this.dialog("dismiss").showModal();
    },
    reply() {
      const { id, reply } = this.replying;
      if (!reply.trim()) return;
      this.dialog("reply").close();
      this.judge("reply", id, { text: reply });
    },
    /** @param {string} reason */
    dismiss(reason) {
      if (!reason.trim()) return;
      this.dialog("dismiss").close();
      this.judge("dismiss", this.dismissing.id, { reason });
    },
    /**
     * @param {Judgement} judgement
     * @param {string} id
     * @param {{reason?: string, text?: string}} more
     */
    async judge(judgement, id, more) {
      const live = this.$store.live;
      if (id in this.busy) return;
      const before = live.get("question", id);
      this.busy[id] = true;
      this.mine.set(id, before?.state);
      if (this.cursor === id) this.point(this.lanes[this.lane].beside(id, 1) ?? this.lanes[this.lane].beside(id, -1));
      this.look();
      this.slippedAt = performance.now();
      const command = { type: `question.${judgement}`, question: id, seen: live.seq, ...more };
      const answer = await live.do(command);
      delete this.busy[id];
      if (answer.type === "done") {
        this.judged = [id, ...this.judged.filter((other) => other !== id)].slice(0, 50);
        this.tell("good", fill(say[judgement], { text: snippet(before?.text ?? "") }));
      } else {
        this.mine.delete(id);
        this.refused(id, before?.state, answer);
      }
      this.soon();
    },
    /** @param {string} id @param {string} state @param {import("../lib/socket.js").Answer} answer */
    refused(id, state, answer) {
      if (answer.code !== "question.moved_on") return this.tell("bad", answer.text);
      const now = this.$store.live.get("question", id)?.state;
      // The same state still: its asker has put it in other words since.
      this.tell("calm", now === state && state === "waiting" ? say.reworded : say.moved_on);
    },
    /** @param {string} kind @param {string | undefined} text */
    tell(kind, text) {
      const said = { kind, text: text ?? "" };
      this.said = said;
      setTimeout(() => {
        if (this.said.text === said.text) this.said.text = "";
      }, SAID_MS);
    },

    /** @param {State} state @returns {HTMLElement | null} */
    list(state) {
      return this.$root.querySelector(`.lane[data-state="${state}"] ol`);
    },
    /** @param {string} name @returns {HTMLDialogElement} */
    dialog(name) {
      return /** @type {HTMLDialogElement} */ (this.$refs[name]);
    },
  }),
});

/** @param {string} text */
const snippet = (text) => (text.length > 60 ? `${text.slice(0, 59)}…` : text);
