/** How far a presenter is: arrived, camera and microphone tried, line measured, ready. */

import { component } from "../lib/component.js";
import { clock } from "../lib/time.js";
import { quality, roundTrip } from "./connection.js";
import { DeviceCheck, nothingFound } from "./devicecheck.js";
import { slotNow, slotsOf } from "./presenting.js";

/** @typedef {import("./devicecheck.js").Device} Device */

/** What the presenter has reported, and the buttons to report more. */
export const arrival = component(() => ({
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
}));

/** The trial of camera and microphone; says what came of it by `devices-checked`. */
export const devices = component(() => {
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
      this.$dispatch("devices-chosen", { ...this.found.chosen });
      this.$dispatch("devices-checked", { camera, microphone });
    },
  };
});
