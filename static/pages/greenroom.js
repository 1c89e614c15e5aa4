/** The green room: when am I on, am I ready, and while on air nothing but the clock. */

import { boot, start } from "../lib/live.js";
import { clock, countdown, day, zoneName } from "../lib/time.js";
import { quality, roundTrip } from "../widgets/connection.js";
import { DeviceCheck, nothingFound } from "../widgets/devicecheck.js";
import { minutes, spelled } from "../widgets/lengths.js";
import { messageBanner, messageList, pageTitle } from "../widgets/messages.js";
import { Moved } from "../widgets/moved.js";
import { cueAfter, slotNow, slotsBefore, slotsOf, spanOf } from "../widgets/presenting.js";
import { cueTitle } from "../widgets/rundown.js";
import { fill, words } from "../widgets/words.js";

/** @typedef {import("../widgets/presenting.js").Place} Place */
/** @typedef {import("../widgets/devicecheck.js").Device} Device */

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
  messageBanner,
  messageList,

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
      return this.slot?.place ?? "none";
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
        .map((one) => ({ ...one, votes: live.get("tally", one.id)?.votes ?? 0 }))
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
        .sort((a, b) => a.released_at - b.released_at)
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

  arrival: () => ({
    busy: false,
    refusal: "",

    get record() {
      const live = this.$store.live;
      return live.get("greenroom", live.you?.person) ?? { state: "invited" };
    },
    /** @returns {string} */
    get state() {
      return this.record.state;
    },
    get preparing() {
      const slot = slotNow(slotsOf(this.$store.live, this.$store.live.you?.person));
      return slot?.place === "ahead" || slot?.place === "standby";
    },
    get reportedAt() {
      return clock(this.record.reported_at);
    },
    get tested() {
      return this.record.camera != null || this.record.microphone != null;
    },
    get works() {
      return this.record.camera === true && this.record.microphone === true;
    },
    get trip() {
      // The pings are no part of the store's reactive state: the second is what wakes us.
      return this.$store.live.now ? roundTrip(this.$store.live.trips()) : null;
    },
    get tripText() {
      return this.trip === null ? "" : `${this.trip} ms`;
    },
    get quality() {
      return quality(this.trip, this.$store.live.online);
    },
    get mayBeReady() {
      return this.state === "arrived" || this.state === "checked";
    },
    get untested() {
      return this.mayBeReady && !this.tested;
    },

    /** How far one step of the ladder is: done, trouble, now or ahead. @param {number} step */
    rung(step) {
      const arrived = this.state !== "invited";
      const line = this.quality === "good" || this.quality === "fair";
      const done = [arrived, this.tested, line, this.state === "ready"];
      const trouble = [false, this.tested && !this.works, this.quality === "poor", false];
      if (trouble[step - 1]) return "trouble";
      if (done[step - 1]) return "done";
      return done.indexOf(false) === step - 1 ? "now" : "ahead";
    },
    arrive() {
      return this.report("arrived");
    },
    ready() {
      return this.report("ready");
    },
    notReady() {
      return this.report(this.tested ? "checked" : "arrived");
    },
    /** @param {CustomEvent<Record<Device, boolean>>} event */
    devicesChecked({ detail }) {
      // Who is ready and checks once more stays ready, unless something has stopped working.
      const stays = this.state === "ready" && detail.camera && detail.microphone;
      return this.report(stays ? "ready" : "checked", detail);
    },
    /** @param {string} state @param {Partial<Record<Device, boolean>>} [devices] */
    async report(state, devices = {}) {
      if (this.busy) return;
      this.busy = true;
      this.refusal = "";
      const measured = this.trip === null ? {} : { round_trip_ms: this.trip };
      const command = { type: "greenroom.report", state, ...measured, ...devices };
      const answer = await this.$store.live.do(command);
      this.busy = false;
      this.refusal = answer.text ?? "";
    },
  }),

  devices: () => {
    // Kept out of the component's state: a proxy around devices is of no use to them.
    /** @type {DeviceCheck | null} */
    let checker = null;
    return {
      open: false,
      asking: false,
      found: nothingFound(),

      init() {
        const meter = this.$refs.meter;
        checker = new DeviceCheck(
          /** @type {HTMLVideoElement} */ (this.$refs.video),
          (found) => Object.assign(this.found, found),
          (level) => {
            meter.style.setProperty("--level", level.toFixed(3));
            meter.setAttribute("aria-valuenow", String(Math.round(level * 100)));
          },
        );
        addEventListener("pagehide", () => this.close());
        // Whoever is called needs the camera in the program that carries their picture.
        this.$watch("place", (place) => {
          if (place === "on_air") this.close();
        });
      },
      get camera() {
        return this.found.troubles.camera ?? "";
      },
      get microphone() {
        return this.found.troubles.microphone ?? "";
      },
      get troubled() {
        return !this.asking && (this.camera !== "" || this.microphone !== "");
      },
      get good() {
        return this.found.picture && this.found.heard;
      },
      get broken() {
        return !this.asking && !this.good;
      },
      get listening() {
        return this.found.running && !this.asking && !this.found.heard && !this.microphone;
      },
      async check() {
        if (this.asking) return;
        this.open = true;
        this.asking = true;
        await checker?.start({ ...this.found.chosen });
        this.asking = false;
      },
      close() {
        this.open = false;
        checker?.stop();
      },
      tell() {
        const { picture: camera, heard: microphone } = this.found;
        this.close();
        this.$dispatch("devices-checked", { camera, microphone });
      },
    };
  },
});
