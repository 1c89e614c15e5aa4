/** Graphics over the picture, for a video mixer: lower third, timer, question. */

import { start } from "../lib/live.js";
import { countryName } from "../lib/names.js";
import { questionOnStage, remaining, urgency } from "../lib/scene.js";

start({
  /** What leaves the picture keeps its words until it is gone. */
  lowerThird: () => ({
    taken: false,
    name: "",
    under: "",
    topic: "",

    init() {
      this.$watch("$store.live.seq", () => this.follow());
      this.follow();
    },
    follow() {
      const live = this.$store.live;
      const strap = live.get("lowerthird", "main");
      this.taken = Boolean(strap?.person);
      if (!this.taken) return;
      const person = live.person(strap.person);
      const slot = live.all("slot").find(({ presenter }) => presenter === person.id);
      this.name = person.name;
      this.under = [person.organisation, countryName(person.country)].filter(Boolean).join(" · ");
      this.topic = slot?.topic ?? "";
    },
    get long() {
      return this.name.length > 40;
    },
  }),

  timer: () => ({
    get shown() {
      return this.$store.live.left !== null;
    },
    get urgency() {
      return urgency(this.$store.live);
    },
    get left() {
      return remaining(this.$store.live);
    },
  }),

  question: () => ({
    taken: false,
    text: "",
    /** @type {string | null} */ lang: null,

    init() {
      this.$watch("$store.live.seq", () => this.follow());
      this.follow();
    },
    follow() {
      const question = questionOnStage(this.$store.live);
      this.taken = question !== null;
      if (!question) return;
      this.text = question.text;
      this.lang = question.lang;
    },
    get long() {
      return this.text.length > 220;
    },
  }),
});
