/** What the desk has sent, and who has read it. */

import { clock } from "../lib/time.js";

/** @typedef {import("../lib/live.js").Live} Live */

/** Messages that were sent together share the first half of their id. @param {string} id */
const sending = (id) => id.split(".")[0];

/**
 * One row for each sending, newest first: to whom, and how many have acknowledged it.
 * @param {Live} live
 */
export function sentOf(live) {
  /** @type {Map<string, any[]>} */
  const sendings = new Map();
  for (const message of live.all("message")) {
    const id = sending(message.id);
    const together = sendings.get(id);
    if (together) together.push(message);
    else sendings.set(id, [message]);
  }
  return [...sendings]
    .map(([id, messages]) => {
      const missing = messages.filter(({ acknowledged_at }) => acknowledged_at == null);
      const read = messages.length - missing.length;
      return {
        id,
        at: messages[0].sent_at,
        time: clock(messages[0].sent_at, live.zone),
        text: messages[0].text,
        many: messages.length > 1,
        to: live.person(messages[0].to).name,
        count: messages.length,
        read,
        all: missing.length === 0,
        missing: missing.map(({ to }) => live.person(to).name).join(", "),
      };
    })
    .sort((a, b) => b.at - a.at);
}
