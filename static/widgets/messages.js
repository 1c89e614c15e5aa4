/** Messages from the desk: a banner until they are acknowledged, and the list of them all. */

import { component } from "../lib/component.js";
import { clock } from "../lib/time.js";
import { fill } from "./words.js";

const FLASH_MS = 1000;
const SOUND = "luyan:sound";

let audible = stored() === "on";
let title = document.title;

/** Call the page `text`; a message that flashes in its place gives it back. @param {string} text */
export function pageTitle(text) {
  document.title = title = text;
}

/** Two soft rising notes; silent where the browser has not been touched yet. */
function ring() {
  const audio = new AudioContext();
  for (const [after, frequency] of [[0, 660], [0.18, 880]]) {
    const tone = new OscillatorNode(audio, { frequency });
    const gain = new GainNode(audio, { gain: 0 });
    const start = audio.currentTime + after;
    gain.gain.setTargetAtTime(0.15, start, 0.01);
    gain.gain.setTargetAtTime(0, start + 0.12, 0.05);
    tone.connect(gain).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 0.5);
  }
  setTimeout(() => void audio.close(), 1500);
}

/** A browser may forbid its storage: then nothing is remembered, and nothing breaks. */
function stored() {
  try {
    return localStorage.getItem(SOUND);
  } catch {
    return null;
  }
}

/** @param {import("../lib/live.js").Live} live  messages to me, newest first */
function mine(live) {
  const me = live.you?.person;
  return live
    .all("message")
    .filter(({ to }) => to === me)
    .sort((a, b) => b.sent_at - a.sent_at);
}

/** What I have not acknowledged: in front of everything, while the page's title flashes. */
export const messageBanner = component(() => {
  let rungAt = 0;
  return {
    sending: "",
    refusal: "",
    more: "",

    init() {
      const { title: words = "", more = "" } = this.$el.dataset;
      this.more = more;
      setInterval(() => {
        document.title = this.newest && document.title === title ? `● ${words}` : title;
      }, FLASH_MS);
      this.$watch("newestId", () => {
        const sentAt = this.newest?.sent_at ?? 0;
        if (sentAt > rungAt && audible) ring();
        rungAt = Math.max(rungAt, sentAt);
      });
    },
    get unread() {
      return mine(this.$store.live).filter(({ acknowledged_at }) => acknowledged_at == null);
    },
    /** @returns {any} */
    get newest() {
      return this.unread[0] ?? null;
    },
    get newestId() {
      return this.newest?.id ?? "";
    },
    get others() {
      const count = this.unread.length - 1;
      return count > 0 ? fill(this.more, { count }) : "";
    },
    get text() {
      return this.newest?.text ?? "";
    },
    get at() {
      return clock(this.newest?.sent_at);
    },
    get telling() {
      return this.sending !== "" && this.sending === this.newestId;
    },
    async acknowledge() {
      const message = this.newestId;
      if (!message || this.telling) return;
      this.sending = message;
      this.refusal = "";
      const answer = await this.$store.live.do({ type: "message.acknowledge", message });
      if (this.sending === message && answer.type === "refused") this.sending = "";
      this.refusal = answer.text ?? "";
    },
  };
});

/** All of them, newest first, and whether a new one makes itself heard. */
export const messageList = component(() => ({
  sound: audible,

  get messages() {
    return mine(this.$store.live).map((one) => ({
      id: one.id,
      text: one.text,
      at: clock(one.sent_at),
      read: one.acknowledged_at != null,
      readAt: clock(one.acknowledged_at),
    }));
  },
  toggleSound() {
    this.sound = audible = !audible;
    if (audible) ring();
    try {
      localStorage.setItem(SOUND, audible ? "on" : "off");
    } catch {
      // Forgotten with the page, then.
    }
  },
}));
