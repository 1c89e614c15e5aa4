/** A presenter's line: what MediaRecorder records goes up a websocket, again and again if it breaks. */

/** H.264 in what the server can read; WebM comes out at once, MP4 only with each key frame. */
const TYPES = [
  "video/webm;codecs=h264,opus",
  "video/x-matroska;codecs=avc1,opus",
  "video/mp4;codecs=avc1.42E01F,opus",
  "video/mp4;codecs=avc1.42E01E,mp4a.40.2",
];
const STEPS_BITS = [2_500_000, 1_200_000, 500_000];
const SOUND_BITS = 96_000;
const CHUNK_MS = 200;
const KEY_FRAME_MS = 1000;
/** What may wait for a slow line, in seconds of picture; beyond, a simpler one is sent. */
const SLOW_SECONDS = 2;
const HOPELESS_SECONDS = 6;
const BACKOFF_MS = 700;
const BACKOFF_LIMIT_MS = 5000;
const STAY_AWAY = 4500;

/**
 * @typedef {"connecting" | "sending" | "lost" | "refused"} Phase
 * @typedef {{phase?: Phase, slow?: boolean, refusal?: string}} News
 */

/** @returns {string | null} how this browser can record what can be shown; null: it cannot */
export function recordable() {
  if (typeof MediaRecorder === "undefined") return null;
  return TYPES.find((type) => MediaRecorder.isTypeSupported(type)) ?? null;
}

/**
 * How simple the picture must be for a line that has so much waiting.
 * @param {number} step  the one that is sent now
 * @param {number} waiting  bytes
 * @returns {number | null} the step to send from now on; null: start again, what waits is too old
 */
export function simpler(step, waiting) {
  const seconds = (waiting * 8) / (/** @type {number} */ (STEPS_BITS[step]) + SOUND_BITS);
  if (seconds > HOPELESS_SECONDS && step === STEPS_BITS.length - 1) return null;
  return seconds > SLOW_SECONDS ? Math.min(step + 1, STEPS_BITS.length - 1) : step;
}

export class CameraLine {
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {MediaRecorder | null} */
  #recorder = null;
  /** @type {number | undefined} */
  #retry;
  #failures = 0;
  #step = 0;

  /**
   * @param {string} show
   * @param {MediaStream} stream
   * @param {string} type  as `recordable` gave it
   * @param {(news: News) => void} tell
   */
  constructor(show, stream, type, tell) {
    this.address = `${location.origin.replace(/^http/, "ws")}/s/${encodeURIComponent(show)}/camera`;
    this.stream = stream;
    this.type = type;
    this.tell = tell;
  }

  /** Connect, and begin another recording: the server reads each from its first byte. */
  open() {
    this.#drop();
    this.tell({ phase: "connecting", refusal: "" });
    const socket = new WebSocket(this.address);
    this.#socket = socket;
    const mine = () => this.#socket === socket;
    socket.onopen = () => mine() && this.#record(socket);
    socket.onmessage = ({ data }) => mine() && this.#take(JSON.parse(data));
    socket.onclose = ({ code }) => mine() && this.#closed(code);
  }

  /** Stop, and stay away. */
  close() {
    this.#drop();
  }

  /** @param {WebSocket} socket */
  #record(socket) {
    const options = {
      mimeType: this.type,
      videoBitsPerSecond: STEPS_BITS[this.#step],
      audioBitsPerSecond: SOUND_BITS,
      videoKeyFrameIntervalDuration: KEY_FRAME_MS,
    };
    const recorder = new MediaRecorder(this.stream, options);
    this.#recorder = recorder;
    recorder.ondataavailable = ({ data }) => {
      if (this.#recorder !== recorder || socket.readyState !== WebSocket.OPEN || !data.size) return;
      socket.send(data);
      this.#watch(socket.bufferedAmount);
    };
    recorder.onerror = () => this.#recorder === recorder && this.#closed(0);
    recorder.start(CHUNK_MS);
  }

  /** @param {number} waiting */
  #watch(waiting) {
    const step = simpler(this.#step, waiting);
    if (step === this.#step) return;
    this.#step = step ?? this.#step;
    this.tell({ slow: true });
    this.open();
  }

  /** @param {{type: string, code?: string, text?: string}} frame */
  #take(frame) {
    if (frame.type === "filming") {
      this.#failures = 0;
      this.tell({ phase: "sending" });
    } else if (frame.type === "refused") {
      this.tell({ refusal: frame.text ?? "" });
    }
  }

  /** @param {number} code */
  #closed(code) {
    this.#drop();
    if (code >= STAY_AWAY && code < 5000) return this.tell({ phase: "refused" });
    this.tell({ phase: "lost" });
    const wait = Math.min(BACKOFF_LIMIT_MS, BACKOFF_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#retry = setTimeout(() => this.open(), wait);
  }

  #drop() {
    clearTimeout(this.#retry);
    const [socket, recorder] = [this.#socket, this.#recorder];
    this.#socket = null;
    this.#recorder = null;
    if (recorder && recorder.state !== "inactive") recorder.stop();
    socket?.close();
  }
}
