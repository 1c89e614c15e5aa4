/** Watch and ask: the attendee's page. */

import { boot, start } from "../lib/live.js";
import { languageName } from "../lib/names.js";
import {
  nextAt, onAir, phase, questionOnStage, remaining, startsAt, upNext, urgency,
} from "../lib/scene.js";
import { clock, countdown, day, sameDay, zoneName } from "../lib/time.js";
import { agenda } from "../widgets/agenda.js";
import { ask } from "../widgets/ask.js";
import { captionLine, captionList } from "../widgets/captioned.js";
import { chapters } from "../widgets/chapters.js";
import { embed } from "../widgets/embed.js";
import { notice } from "../widgets/notice.js";
import { ownQuestions } from "../widgets/own-questions.js";
import { player } from "../widgets/player.js";
import { publicQuestions } from "../widgets/public-questions.js";
import { releasedFeedback } from "../widgets/released-feedback.js";
import { playerSettings } from "../widgets/settings.js";

start({
  agenda,
  ask,
  captionLine,
  captionList,
  chapters,
  embed,
  notice,
  ownQuestions,
  player,
  playerSettings,
  publicQuestions,
  releasedFeedback,

  watch: () => ({
    get phase() {
      return phase(this.$store.live);
    },
    get urgency() {
      return urgency(this.$store.live);
    },
    get subject() {
      return onAir(this.$store.live);
    },
    get next() {
      return upNext(this.$store.live);
    },
    get kind() {
      return this.$root.dataset[`kind_${this.subject.kind}`] ?? "";
    },
    get language() {
      return languageName(this.subject.language);
    },
    /** @returns {boolean} there was a picture, and it stopped */
    get interrupted() {
      return !boot.replay && this.$store.live.get("picture", "main")?.state === "paused";
    },
    /** @returns {boolean} there was a picture, and everybody may see it again */
    get replayable() {
      const { live } = this.$store;
      return Boolean(live.get("picture", "main")) && live.details?.recording === "public";
    },
    get question() {
      return questionOnStage(this.$store.live);
    },
    get questionText() {
      return this.question?.text ?? "";
    },
    get questionLang() {
      return this.question?.lang ?? null;
    },

    get left() {
      return remaining(this.$store.live);
    },
    /** @returns {{[property: string]: string}} how much of the cue on air has passed */
    get passed() {
      const { cueOnAir, left } = this.$store.live;
      const length = cueOnAir ? cueOnAir.seconds + cueOnAir.adjusted_seconds : 0;
      const share = length && left !== null ? 1 - left / length : 0;
      return { "--passed": Math.min(1, Math.max(0, share)).toFixed(3) };
    },
    /** @returns {number | null} */
    get starts() {
      return startsAt(this.$store.live);
    },
    get until() {
      const { now } = this.$store.live;
      return this.starts === null ? "" : countdown(Math.max(0, (this.starts - now) / 1000));
    },
    /** @returns {boolean} */
    get soon() {
      const { now } = this.$store.live;
      return this.starts !== null && this.starts - now < 24 * 3600_000;
    },
    get due() {
      return this.starts !== null && this.starts <= this.$store.live.now;
    },
    get startsClock() {
      return clock(this.starts);
    },
    get startsDay() {
      const { now } = this.$store.live;
      return this.starts !== null && !sameDay(this.starts, now) ? day(this.starts) : "";
    },
    get myZone() {
      return zoneName(this.$store.live.myZone, this.starts ?? undefined);
    },
    get sinceClock() {
      return clock(this.$store.live.cueOnAir?.started_at);
    },
    get nextClock() {
      return clock(nextAt(this.$store.live));
    },

    /** One lamp for each slot, in order. */
    get lamps() {
      return this.$store.live.slots.map(({ id, place }) => ({ id, place }));
    },
  }),
});
