/** The organiser's page: who presents when, by the clock of the show and by their own. */

import { start } from "../lib/live.js";
import { clock, day, sameDay, zoneName } from "../lib/time.js";

start({
  plan: () => ({
    get zone() {
      return zoneName(this.$store.live.zone, this.$store.live.details?.starts_at);
    },

    get rows() {
      const live = this.$store.live;
      return live.slots.flatMap((slot) => {
        const at = live.cues.find((cue) => cue.slot === slot.id)?.planned_at;
        if (at === undefined) return [];
        const { name, zone } = live.person(slot.presenter);
        const another = sameDay(at, at, zone, live.zone) ? "" : `${day(at, zone)}, `;
        return [{
          id: slot.id,
          name,
          topic: slot.topic,
          here: clock(at, live.zone),
          there: another + clock(at, zone),
          zone: zoneName(zone, at),
        }];
      });
    },
  }),
});
