/** Tries a camera and a microphone in the browser, and lets go of both afterwards. */

/** @typedef {"denied" | "missing" | "busy" | "lost" | "insecure" | "failed"} Trouble */
/** @typedef {"camera" | "microphone"} Device */
/** @typedef {{id: string, label: string}} Choice */

/**
 * What is known so far. `level` 0-1; `heard`: a sound well above silence has come in.
 * @typedef {object} Findings
 * @property {boolean} running
 * @property {boolean} picture
 * @property {boolean} heard
 * @property {Partial<Record<Device, Trouble>>} troubles
 * @property {Record<Device, Choice[]>} choices
 * @property {Record<Device, string>} chosen
 */

const HEARD = 0.3;
const FLOOR_DB = -60;

/** @returns {Findings} */
export function nothingFound() {
  return {
    running: false,
    picture: false,
    heard: false,
    troubles: {},
    choices: { camera: [], microphone: [] },
    chosen: { camera: "", microphone: "" },
  };
}

export class DeviceCheck {
  /** @type {MediaStream[]} */
  #streams = [];
  /** @type {AudioContext | null} */
  #audio = null;
  #frame = 0;
  // A choice made while an earlier one is still being opened makes the earlier one void.
  #turn = 0;

  /**
   * @param {HTMLVideoElement} video  shows the picture
   * @param {(found: Partial<Findings>) => void} tell  is given what has changed
   * @param {(level: number) => void} meter  is given the loudness, 0-1, at every frame
   */
  constructor(video, tell, meter) {
    this.video = video;
    this.tell = tell;
    this.meter = meter;
  }

  /**
   * Open camera and microphone; each that fails says why, and the other goes on without it.
   * @param {Record<Device, string>} wanted  device ids; "" leaves it to the browser
   */
  async start(wanted) {
    this.stop();
    const turn = this.#turn;
    if (!navigator.mediaDevices?.getUserMedia) {
      this.tell({ troubles: { camera: "insecure", microphone: "insecure" } });
      return;
    }
    this.tell({ running: true, picture: false, heard: false, troubles: {} });
    const video = wanted.camera ? { deviceId: { exact: wanted.camera } } : true;
    const audio = wanted.microphone ? { deviceId: { exact: wanted.microphone } } : true;
    /** @type {Partial<Record<Device, Trouble>>} */
    const troubles = {};
    /** @type {MediaStream[]} */
    let streams = [];
    try {
      streams = [await navigator.mediaDevices.getUserMedia({ video, audio })];
    } catch {
      // Asked for one by one, so that a missing camera does not hide a good microphone.
      const [camera, microphone] = await Promise.all([open({ video }), open({ audio })]);
      if (typeof camera === "string") troubles.camera = camera;
      else streams.push(camera);
      if (typeof microphone === "string") troubles.microphone = microphone;
      else streams.push(microphone);
    }
    if (turn !== this.#turn) {
      release(streams);
      return;
    }
    this.#streams = streams;
    this.tell({ troubles, running: streams.length > 0 });
    const tracks = streams.flatMap((stream) => stream.getTracks());
    for (const track of tracks) {
      track.addEventListener("ended", () => this.#lost(track));
    }
    this.#watch(tracks.filter((track) => track.kind === "video"));
    this.#listen(tracks.filter((track) => track.kind === "audio"));
    await this.#list(tracks);
  }

  /** Let go of both devices: their lights go out. */
  stop() {
    this.#turn += 1;
    cancelAnimationFrame(this.#frame);
    release(this.#streams);
    this.#streams = [];
    void this.#audio?.close();
    this.#audio = null;
    this.video.srcObject = null;
    this.meter(0);
    this.tell({ running: false });
  }

  /** @param {MediaStreamTrack} track */
  #lost(track) {
    const camera = track.kind === "video";
    this.tell({ troubles: camera ? { camera: "lost" } : { microphone: "lost" } });
    this.tell(camera ? { picture: false } : { heard: false });
  }

  /** @param {MediaStreamTrack[]} tracks */
  #watch(tracks) {
    if (!tracks.length) return;
    this.video.srcObject = new MediaStream(tracks);
    this.video.onloadeddata = () => this.tell({ picture: this.video.videoWidth > 0 });
    this.video.play().catch(() => undefined);
  }

  /** @param {MediaStreamTrack[]} tracks */
  #listen(tracks) {
    if (!tracks.length) return;
    const audio = new AudioContext();
    const analyser = audio.createAnalyser();
    audio.createMediaStreamSource(new MediaStream(tracks)).connect(analyser);
    this.#audio = audio;
    // Born asleep where the permission took longer than the browser remembers a click.
    void audio.resume();
    const samples = new Float32Array(analyser.fftSize);
    let shown = 0;
    const measure = () => {
      analyser.getFloatTimeDomainData(samples);
      const level = loudness(samples);
      shown = Math.max(level, shown * 0.92);
      this.meter(shown);
      if (level > HEARD) this.tell({ heard: true });
      this.#frame = requestAnimationFrame(measure);
    };
    measure();
  }

  /** @param {MediaStreamTrack[]} tracks  names are only known once one of them is open */
  async #list(tracks) {
    const found = await navigator.mediaDevices.enumerateDevices();
    const of = (/** @type {string} */ kind) =>
      found
        .filter((device) => device.kind === kind && device.deviceId)
        .map((device) => ({ id: device.deviceId, label: device.label || device.deviceId }));
    const used = (/** @type {string} */ kind) =>
      tracks.find((track) => track.kind === kind)?.getSettings().deviceId ?? "";
    this.tell({
      choices: { camera: of("videoinput"), microphone: of("audioinput") },
      chosen: { camera: used("video"), microphone: used("audio") },
    });
  }
}

/** @param {MediaStreamConstraints} constraints @returns {Promise<MediaStream | Trouble>} */
async function open(constraints) {
  try {
    return await navigator.mediaDevices.getUserMedia(constraints);
  } catch (error) {
    return trouble(error);
  }
}

/** @param {unknown} error @returns {Trouble}  what a person can do something about */
export function trouble(error) {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  // A chosen device that has been unplugged cannot meet the constraint that names it.
  if (name === "NotFoundError" || name === "OverconstrainedError") return "missing";
  if (name === "NotReadableError" || name === "AbortError") return "busy";
  return "failed";
}

/** @param {MediaStream[]} streams */
function release(streams) {
  for (const stream of streams) for (const track of stream.getTracks()) track.stop();
}

/** @param {Float32Array} samples @returns {number} 0 (silence) to 1 (full), even to the ear */
export function loudness(samples) {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibels = 10 * Math.log10(sum / samples.length + 1e-12);
  return Math.min(1, Math.max(0, 1 - decibels / FLOOR_DB));
}
