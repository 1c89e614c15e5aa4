/** Graphics over the picture, for a video mixer: lower third, timer, question, clock. */

import { nearest, said } from "../lib/captions.js";
import { start } from "../lib/live.js";
import { countryName } from "../lib/names.js";
import { language } from "../lib/time.js";
import { questionOnStage, remaining, urgency } from "../lib/scene.js";

/**
 * Draw an instant in two rows of 32 fields, white for 1, the lower row inverted.
 * @param {CanvasRenderingContext2D} context
 * @param {number} at ms UTC
 */
function fields(context, at) {
  const bits = Math.floor(at) % 2 ** 32;
  for (let field = 0; field < 32; field++) {
    const one = Math.floor(bits / 2 ** (31 - field)) % 2 === 1;
    context.fillStyle = one ? "#fff" : "#000";
    context.fillRect(field, 0, 1, 1);
    context.fillStyle = one ? "#000" : "#fff";
    context.fillRect(field, 1, 1, 1);
  }
}

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

  /** The clock that `server/media/bars.py` reads: one pixel a field, made as large by the style. */
  bars: () => ({
    init() {
      const canvas = /** @type {HTMLCanvasElement} */ (this.$el);
      const context = canvas.getContext("2d");
      if (!context) return;
      const draw = () => {
        // Until the server's clock is known, none is better than a wrong one.
        if (this.$store.live.trips().length) fields(context, this.$store.live.serverNow());
        requestAnimationFrame(draw);
      };
      draw();
    },
  }),

  /** In the language of `?lang=`, else in that of the page. */
  captions: () => ({
    get lang() {
      const wanted = new URLSearchParams(location.search).get("lang") ?? language();
      return nearest(this.$store.live.all("caption").map(({ id }) => id), wanted);
    },
    get text() {
      return said(this.$store.live, this.lang)?.text ?? "";
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
