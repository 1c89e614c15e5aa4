/** Watch and ask: the attendee's page. */

import { boot, start } from "../lib/live.js";
import { languageName } from "../lib/names.js";
import { nextAt } from "../lib/scene.js";
import { clock, day, sameDay, zoneName } from "../lib/time.js";
import { agenda } from "../widgets/agenda.js";
import { ask } from "../widgets/ask.js";
import { captionLine, captionList } from "../widgets/captioned.js";
import { chapters } from "../widgets/chapters.js";
import { embed } from "../widgets/embed.js";
import { notice } from "../widgets/notice.js";
import { onStage } from "../widgets/on-stage.js";
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

  watch: () => onStage({
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
