/** The caller's desk: one press, one decision, and what it did in plain sight. */

import { start } from "../lib/live.js";
import { clock, clockSeconds, countdown, signed, zoneName } from "../lib/time.js";
import { delayGauge } from "../widgets/delay-gauge.js";
import { bindKeys } from "../widgets/keys.js";
import { settle } from "../widgets/keyed.js";
import { lightsOf } from "../widgets/lights.js";
import { countryName } from "../lib/names.js";
import { noticeDesk } from "../widgets/notice.js";
import { cutter, pictures, preview } from "../widgets/preview.js";
import { Press, shown } from "../widgets/press.js";
import { isToCome, missing, repair, takenOut } from "../widgets/repair.js";
import { questionWindows } from "../widgets/question-windows.js";
import { cueName, cueTitle, groupsOf } from "../widgets/rundown.js";
import { sentOf } from "../widgets/sent.js";
import { trouble } from "../widgets/trouble.js";
import { fill, words } from "../widgets/words.js";

/**
 * @typedef {import("../lib/socket.js").Answer} Answer
 * @typedef {{kind: "good" | "calm" | "bad", text: string}} Said
 * @typedef {{type: "stage.recall" | "stage.arm", cue: string, name: string, seen: number}} Asked
 */

const say = words();
const ROWS_MS = 1000;
const READING_MS = 8000;

start({
  cutter,
  delayGauge,
  trouble,
  noticeDesk,
  pictures,
  preview,
  questionWindows,
  missing,
  repair,
  takenOut,

  caller: () => ({
    tab: "rundown",
    press: new Press(),
    /** @type {Said} what the last press did */ said: { kind: "calm", text: "" },
    /** @type {string | null} the cue on air as this desk last saw it */ known: null,
    /** @type {boolean} something was said since the sheet was opened */ told: false,
    foreign: false,
    /** @type {any[]} */ groups: [],
    /** @type {any[]} */ lights: [],
    /** @type {any[]} */ sent: [],
    /** @type {string | null} the cue whose sheet is open */ open: null,
    /** @type {Asked | null} */ asked: null,
    letter: { to: "", text: "", sending: false, refusal: "" },
    strap: "",
    touchedAt: -READING_MS,

    init() {
      this.$watch("$store.live.seq", () => this.look());
      this.$watch("$store.live.present", () => settle(this.lights, lightsOf(this.$store.live)));
      setInterval(() => this.look(), ROWS_MS);
      bindKeys({
        " ": () => this.advance(),
        h: () => this.hold(),
        r: () => this.recallPrevious(),
        u: () => this.undo(),
        m: () => this.write(""),
        l: () => this.strapKey(),
        x: () => this.upNext && this.openSheet(this.upNext.cue),
        "+": () => this.adjust(this.onAirId, 30),
        "-": () => this.adjust(this.onAirId, -30),
        "?": () => this.dialog("help").showModal(),
      });
      // In these Space stays without effect: a hand that means "advance" must not press what is there.
      for (const dialog of [this.dialog("question"), this.dialog("sheet")]) {
        const refuse = (/** @type {KeyboardEvent} */ event) => {
          if (event.key === " ") event.preventDefault();
        };
        dialog.addEventListener("keydown", refuse);
        dialog.addEventListener("keyup", refuse);
      }
    },

    /** Bring rows, lights and messages in line with the show. */
    look() {
      const live = this.$store.live;
      if (!live.ready) return;
      settle(this.groups, groupsOf(live, say));
      settle(this.lights, lightsOf(live));
      settle(this.sent, sentOf(live));
      const now = live.stage?.on_air ?? null;
      if (now === this.known && this.known !== null) return;
      const first = this.known === null;
      this.known = now;
      if (first || this.press.sending) return this.follow();
      this.press.rest();
      this.foreign = true;
      this.tell("calm", now ? fill(say.elsewhere_on_air, { cue: this.onAirName }) : say.ended);
      this.follow();
    },

    /** Bring the row on air into view, unless somebody is reading elsewhere. */
    follow() {
      if (performance.now() - this.touchedAt < READING_MS) return;
      this.$nextTick(() => this.toOnAir());
    },
    toOnAir() {
      const list = this.$refs.rundown;
      const row = list.querySelector("[data-state=on_air]") ?? list.querySelector("[data-state=standby]");
      if (!row) return;
      const top = row.getBoundingClientRect().top - list.getBoundingClientRect().top;
      list.scrollTo({ top: list.scrollTop + top - list.clientHeight / 3, behavior: "smooth" });
    },
    touched() {
      this.touchedAt = performance.now();
    },

    // ---- what is true now

    get onAirId() {
      return this.$store.live.stage?.on_air ?? "";
    },
    get onAirName() {
      return cueName(this.$store.live, this.$store.live.cueOnAir, say);
    },
    get onAir() {
      return this.people(this.$store.live.cueOnAir);
    },
    get standby() {
      const cue = this.$store.live.cueStandby;
      return { ...this.people(cue), length: cue ? countdown(cue.seconds + cue.adjusted_seconds) : "" };
    },
    /** The next presenter after the one on air: whose light matters now. */
    get upNext() {
      const live = this.$store.live;
      const from = live.cueStandby?.position ?? Infinity;
      const cue = live.cues.find(
        (each) => each.position >= from && each.slot && each.slot !== live.cueOnAir?.slot,
      );
      const light = this.lights.find((each) => each.id === cue?.slot);
      if (!cue || !light) return null;
      const at = live.projected[cue.id]?.start ?? cue.planned_at;
      return { cue: cue.id, light, time: clock(at, live.zone) };
    },
    /** @param {any} cue */
    people(cue) {
      const slot = this.$store.live.get("slot", cue?.slot);
      const person = this.$store.live.person(slot?.presenter);
      return {
        title: cueTitle(cue, say),
        person: slot?.presenter ?? "",
        name: person.name,
        country: countryName(person.country),
        project: slot?.project || slot?.topic || "",
        note: cue?.note ?? "",
        meeting: slot?.meeting ?? "",
      };
    },
    get phase() {
      const live = this.$store.live;
      if (live.stage?.ended_at != null) return "ended";
      if (!live.cueOnAir) return "before";
      if (live.held) return "held";
      if (live.over) return "over";
      if (!live.warning) return "running";
      return live.warning >= live.warnings.length ? "last" : "warned";
    },
    get countdown() {
      const live = this.$store.live;
      if (live.left !== null) return countdown(live.left);
      const first = live.cueStandby;
      return first ? countdown((first.planned_at - live.now) / 1000) : "–:––";
    },
    get share() {
      const { left, cueOnAir: cue } = this.$store.live;
      const whole = cue ? cue.seconds + cue.adjusted_seconds : 0;
      return whole && left !== null ? Math.max(0, Math.min(100, (left / whole) * 100)) : 0;
    },
    get clock() {
      return clockSeconds(this.$store.live.now, this.$store.live.zone);
    },
    get zoneName() {
      return zoneName(this.$store.live.zone, Math.floor(this.$store.live.now / 60_000) * 60_000);
    },
    get drift() {
      const seconds = Math.round(this.$store.live.drift);
      const time = countdown(Math.abs(seconds));
      if (Math.abs(seconds) < 5) return { kind: "even", text: say.on_time };
      return seconds > 0
        ? { kind: "late", text: fill(say.over, { time }) }
        : { kind: "early", text: fill(say.under, { time }) };
    },
    get away() {
      const live = this.$store.live;
      return live.stale || !live.online || !live.ready;
    },
    get shut() {
      return this.away || this.press.locked;
    },
    get done() {
      const stage = this.$store.live.stage;
      return Boolean(stage) && !stage.on_air && !stage.standby;
    },
    get notes() {
      return this.$store.live.details?.notes ?? "";
    },
    get persons() {
      const order = ["host", "presenter", "commentator"];
      return this.$store.live
        .all("person")
        .map(({ id, name, role }) => ({ id, name, role, label: `${name} · ${say[role] ?? role}` }))
        .sort((a, b) => order.indexOf(a.role) - order.indexOf(b.role) || a.name.localeCompare(b.name));
    },

    // ---- decisions

    /** @param {"good" | "calm" | "bad"} kind @param {string | undefined} text */
    tell(kind, text) {
      this.said = { kind, text: text ?? "" };
      this.told = true;
    },
    /** Whether a decision may be given now; if not, say why. */
    free() {
      if (this.away) this.tell("calm", say.away);
      else if (this.foreign && this.press.locked) this.tell("calm", say.moved_on);
      return !this.shut;
    },
    /**
     * @param {{type: string, seen?: number, [field: string]: any}} command `seen`: what is on screen
     * @param {() => string} done what to say once it is on screen
     */
    async decide(command, done) {
      this.foreign = false;
      const before = this.onAirId;
      this.tell("calm", say.sending);
      await this.press.quiet();
      if (this.onAirId !== before) {
        this.press.leave();
        return this.tell("calm", say.moved_on);
      }
      const seen = command.seen ?? this.$store.live.seq;
      const answer = await this.press.decide(this.$store.live, { ...command, seen });
      this.look();
      if (answer.type === "done") return this.tell("good", done());
      if (answer.code !== "stage.moved_on") return this.tell("bad", answer.text);
      // The other desk's change may be a heartbeat behind the refusal.
      await shown(this.$store.live, seen + 1);
      this.look();
      const moved = this.onAirId !== before;
      this.tell("calm", fill(moved ? say.moved_on : say.changed, { cue: this.onAirName }));
    },
    advance() {
      if (!this.free()) return;
      this.decide({ type: "stage.advance" }, () =>
        this.onAirId ? fill(say.now_on_air, { cue: this.onAirName }) : (say.ended ?? ""),
      );
    },
    hold() {
      if (!this.onAirId || !this.free()) return;
      if (this.$store.live.held) this.decide({ type: "stage.resume" }, () => say.resumed);
      else this.decide({ type: "stage.hold" }, () => say.held);
    },
    undo() {
      if (!this.free()) return;
      this.decide({ type: "stage.undo" }, () =>
        fill(this.onAirId ? say.undone : say.undone_idle, { cue: this.onAirName }),
      );
    },
    /** @param {string} cue @param {number} seconds */
    async adjust(cue, seconds) {
      if (!cue || this.away || this.press.sending) return void this.free();
      const live = this.$store.live;
      const answer = await this.press.nudge(live, { type: "cue.adjust", cue, seconds });
      this.look();
      if (answer.type !== "done") return this.tell("bad", answer.text);
      const values = { time: signed(seconds), cue: cueName(live, live.get("cue", cue), say) };
      this.tell("good", fill(say.adjusted, values));
    },
    recallPrevious() {
      const live = this.$store.live;
      const cues = live.cues.filter(({ started_at }) => started_at != null);
      const before = live.cueOnAir?.position ?? Infinity;
      const cue = cues.filter(({ position }) => position < before).pop() ?? live.cueOnAir;
      if (cue) this.ask("stage.recall", cue.id);
      else this.tell("calm", say.nothing_earlier);
    },
    /** @param {Asked["type"]} type @param {string} cue */
    ask(type, cue) {
      if (!this.free()) return;
      const live = this.$store.live;
      const name = cueName(live, live.get("cue", cue), say);
      this.asked = { type, cue, name, seen: live.seq };
      this.dialog("sheet").close();
      this.dialog("question").showModal();
    },
    yes() {
      const asked = this.asked;
      this.dialog("question").close();
      if (!asked || !this.free()) return;
      const done = asked.type === "stage.recall" ? say.recalled : say.armed;
      this.decide({ type: asked.type, cue: asked.cue, seen: asked.seen }, () =>
        fill(done, { cue: asked.name }),
      );
    },

    // ---- the sheet of one cue

    /** @param {string} cue */
    openSheet(cue) {
      this.open = cue;
      this.told = false;
      this.dialog("sheet").showModal();
    },
    get sheet() {
      const live = this.$store.live;
      const cue = live.get("cue", this.open);
      const rows = this.groups.flatMap(({ rows }) => rows);
      return {
        ...(rows.find(({ id }) => id === this.open) ?? {}),
        ...this.people(cue),
        slot: cue?.slot ?? "",
        toCome: Boolean(cue?.slot) && isToCome(live, cue.slot),
        called: cue?.started_at != null,
        ended: cue?.ended_at != null,
        standing: this.open === live.stage?.standby,
      };
    },

    // ---- messages and the name strap

    /** @param {string} to a person; "" is every presenter */
    write(to) {
      this.letter.to = to;
      this.letter.refusal = "";
      this.dialog("sheet").close();
      this.dialog("letter").showModal();
      this.$nextTick(() => this.$refs.words.focus());
    },
    /** @param {string} text */
    phrase(text) {
      this.letter.text = text;
      this.$refs.words.focus();
    },
    async send() {
      const { to, text } = this.letter;
      if (this.away) this.letter.refusal = say.away ?? "";
      if (!text.trim() || this.letter.sending || this.away) return;
      this.letter.sending = true;
      const answer = await this.$store.live.do({ type: "message.send", text, to: to || null });
      this.letter.sending = false;
      if (answer.type !== "done") {
        this.letter.refusal = answer.text ?? "";
        return;
      }
      this.letter.text = "";
      this.dialog("letter").close();
      this.tell("good", say.message_sent);
      await shown(this.$store.live, answer.seq ?? 0);
      this.look();
    },
    get strapUp() {
      const up = this.$store.live.get("lowerthird", "main")?.person;
      return up ? this.$store.live.person(up).name : "";
    },
    /** @param {string} person */
    async take(person) {
      if (!person || this.away) return void this.free();
      const answer = await this.$store.live.do({ type: "lower_third.take", person });
      const { name } = this.$store.live.person(person);
      if (answer.type === "done") this.tell("good", fill(say.strap_up, { name }));
      else this.tell("bad", answer.text);
    },
    async clear() {
      if (this.away) return void this.free();
      const answer = await this.$store.live.do({ type: "lower_third.clear" });
      if (answer.type === "done") this.tell("good", say.strap_cleared);
      else this.tell("bad", answer.text);
    },
    strapKey() {
      if (this.strapUp) this.clear();
      else this.take(this.onAir.person);
    },

    /** @param {string} name @returns {HTMLDialogElement} */
    dialog(name) {
      return /** @type {HTMLDialogElement} */ (this.$refs[name]);
    },
  }),
});
