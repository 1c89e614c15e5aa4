/** The green room as lights: how far each presenter is, and whether they are there. */

import { countryName } from "../lib/names.js";
import { language } from "../lib/time.js";

/** @typedef {import("../lib/live.js").Live} Live */

const trips = new Intl.NumberFormat(language(), { style: "unit", unit: "millisecond" });

/** @param {boolean | null | undefined} works */
const checked = (works) => (works == null ? "" : works ? "yes" : "no");

/** @param {Live} live @param {any} slot */
function light(live, slot) {
  const person = live.person(slot.presenter);
  const room = live.get("greenroom", slot.presenter);
  const state = room?.state ?? "invited";
  const connected = slot.presenter in live.present;
  const near = slot.place === "standby" || slot.place === "on_air";
  return {
    id: slot.id,
    person: slot.presenter,
    name: person.name,
    country: countryName(person.country),
    state,
    place: slot.place === "ahead" ? state : slot.place,
    connected,
    camera: checked(room?.camera),
    microphone: checked(room?.microphone),
    trip: room?.round_trip_ms == null ? "" : trips.format(room.round_trip_ms),
    worry: (near && !connected) || (slot.place === "standby" && state !== "ready"),
  };
}

/**
 * One light for each slot, in the order in which they are on.
 * @param {Live} live
 */
export function lightsOf(live) {
  const order = new Map();
  for (const cue of live.cues) if (cue.slot && !order.has(cue.slot)) order.set(cue.slot, order.size);
  const place = (/** @type {any} */ slot) => order.get(slot.id) ?? order.size;
  return [...live.slots]
    .sort((a, b) => place(a) - place(b))
    .map((slot, at) => ({ ...light(live, slot), number: at + 1 }));
}
