/** Brings a stream into a video element and keeps it there: hls.js, or what the browser has itself. */

/**
 * @typedef {import("../vendor/hls.js").default} Hls
 * @typedef {{start: number, duration: number, programDateTime: number | null}} Piece
 * @typedef {object} Ears
 * @property {(date: number | null) => void} frame another frame is shown: its moment, ms UTC
 * @property {() => void} blank the picture went away; another one may come
 * @property {() => void} missing there is nothing at the address, as yet
 * @property {(heights: number[]) => void} qualities which there are, in pixels
 */

const WORKER = new URL("../vendor/hls.worker.js", import.meta.url).href;
// From the edge of what the server has, so that a late one does not stop the picture. Where there
// are parts of segments, the playlist says how far.
const BEHIND_SEGMENTS = 2;
const CATCH_UP = 1.05;
const KEPT_SECONDS = 60;
const TICK_MS = 250;
const FRAMELESS_MS = 400;
// Before a picture that is seen is given up: its sound may run on for a while when it has to catch up.
const FROZEN_MS = 2500;
const STUCK_MS = 8000;
const AGAIN_MS = 500;
const AGAIN_LIMIT_MS = 5000;
// What browsers round media times by, and more: the first frame of a piece is not of the one before.
const ROUNDED_SECONDS = 0.001;
const NATIVE = "application/vnd.apple.mpegurl";

/**
 * The last of some pieces of which something holds, else the first.
 * @param {Piece[]} pieces in order
 * @param {(piece: Piece) => boolean} holds
 * @returns {Piece | undefined}
 */
function lastOf(pieces, holds) {
  let place = pieces.length - 1;
  while (place > 0 && !holds(pieces[place])) place -= 1;
  return pieces[place];
}

/**
 * The moment of a media time, ms UTC; null: these pieces have none.
 * @param {Piece[]} pieces in order
 * @param {number} time seconds
 */
export function dateAt(pieces, time) {
  const piece = lastOf(pieces, ({ start }) => start <= time + ROUNDED_SECONDS);
  if (!piece || piece.programDateTime === null) return null;
  return piece.programDateTime + (time - piece.start) * 1000;
}

/**
 * The media time of a moment, in seconds; the nearest there is. Null: these pieces have none.
 * @param {Piece[]} pieces in order
 * @param {number} date ms UTC
 */
export function timeAt(pieces, date) {
  const dated = pieces.filter(({ programDateTime }) => programDateTime !== null);
  const piece = lastOf(dated, ({ programDateTime }) => Number(programDateTime) <= date);
  if (!piece) return null;
  const into = (date - Number(piece.programDateTime)) / 1000;
  return piece.start + Math.min(Math.max(0, into), piece.duration);
}

export class Tuner {
  running = false;
  /** @type {Hls | null} */ hls = null;
  /** @type {number} the moment of the last frame; NaN: none was seen */ date = NaN;
  rebuilt = 0;
  /** @type {number | undefined} */ retry;
  turn = 0;
  /** @type {boolean} it broke while the viewer had stopped it */ broken = false;
  heardAt = 0;
  movedAt = 0;
  time = 0;
  /** @type {boolean} nothing is to be expected for now */ patient = false;
  /** @type {any} the playlist that `listed` is of */ known = null;
  /** @type {Piece[]} */ listed = [];
  /** @type {boolean} the viewer has chosen another moment than the latest */ rewound = false;

  /**
   * @param {HTMLVideoElement | HTMLAudioElement} video
   * @param {string} address of the playlist
   * @param {Ears} ears
   * @param {{whole?: boolean, hastens?: boolean}} [how] `whole`: all of it is there, nothing is
   *   live; `hastens`: it keeps up with live by itself, by playing faster
   */
  constructor(video, address, ears, { whole = false, hastens = true } = {}) {
    this.video = video;
    this.rewound = this.whole = whole;
    this.address = address;
    this.ears = ears;
    this.hastens = hastens;
    setInterval(() => this.tick(), TICK_MS);
    this.listen();
  }

  /** Bring the picture, and bring it again whenever it breaks. */
  async start() {
    this.running = true;
    const turn = ++this.turn;
    this.movedAt = performance.now();
    const { default: Hls } = await import("../vendor/hls.js");
    if (turn !== this.turn) return;
    if (!Hls.isSupported()) return this.native();
    // Not one of our own settings, which would count more than what the playlist says.
    Hls.DefaultConfig = { ...Hls.DefaultConfig, liveSyncDurationCount: BEHIND_SEGMENTS };
    const hls = new Hls({
      workerPath: WORKER,
      maxLiveSyncPlaybackRate: this.pace,
      backBufferLength: KEPT_SECONDS,
    });
    this.hls = hls;
    hls.on(Hls.Events.ERROR, (_, { fatal, response }) => {
      if (!fatal) return;
      if (response?.code === 404) this.ears.missing();
      this.again();
    });
    hls.on(Hls.Events.MANIFEST_PARSED, () => {
      // As long as they mostly are: one long segment makes their longest longer for good.
      const length = hls.levels[0].details?.averagetargetduration;
      if (length) hls.config.liveSyncDuration = BEHIND_SEGMENTS * length;
      this.play();
      this.ears.qualities(hls.levels.map(({ height }) => height));
    });
    const back = this.rewound ? this.date : NaN;
    if (back) hls.once(Hls.Events.FRAG_BUFFERED, () => this.toDate(back));
    hls.loadSource(this.address);
    hls.attachMedia(this.video);
  }

  get pace() {
    return this.rewound || !this.hastens ? 1 : CATCH_UP;
  }

  /** Play what is at another address, from the same moment on. @param {string} address */
  tune(address) {
    if (address === this.address) return;
    this.address = address;
    if (!this.running) return;
    this.clear();
    this.rebuilt = 0;
    void this.start();
  }

  native() {
    if (!this.video.canPlayType(NATIVE)) return;
    this.video.src = this.address;
    this.play();
  }

  /** Take the picture away. */
  stop() {
    this.running = false;
    this.clear();
    this.rewound = this.whole;
    this.date = NaN;
    this.rebuilt = 0;
  }

  clear() {
    this.turn += 1;
    this.broken = false;
    clearTimeout(this.retry);
    this.hls?.destroy();
    this.hls = null;
    this.video.removeAttribute("src");
    this.video.load();
    this.ears.blank();
  }

  /** Begin anew, after longer and longer pauses: what is broken now is rarely whole at once. */
  again() {
    if (!this.running) return;
    this.broken = this.video.paused && this.date > 0;
    if (this.broken) return;
    const pause = Math.min(AGAIN_LIMIT_MS, AGAIN_MS * 2 ** this.rebuilt);
    this.rebuilt += 1;
    this.clear();
    this.retry = setTimeout(() => this.start(), pause);
  }

  /** Browsers let a page begin without sound only. */
  play() {
    if (this.broken) {
      this.clear();
      return void this.start();
    }
    this.video.play().catch(({ name }) => {
      if (name !== "NotAllowedError" || this.video.muted) return;
      this.video.muted = true;
      this.play();
    });
  }

  // ---- where it stands ------------------------------------------------------------------------

  /** @returns {Piece[]} in order; the last may be in the making */
  get pieces() {
    const latest = this.hls?.latestLevelDetails;
    if (latest && latest !== this.known) {
      const { fragments, fragmentHint } = latest;
      this.listed = fragmentHint ? [...fragments, fragmentHint] : fragments;
    }
    this.known = latest;
    return latest ? this.listed : [];
  }

  /** @param {number} time media seconds @returns {number | null} its moment, ms UTC */
  dateOf(time) {
    if (this.hls) return dateAt(this.pieces, time);
    const start = /** @type {any} */ (this.video).getStartDate?.().getTime();
    return Number.isNaN(start ?? NaN) ? null : start + time * 1000;
  }

  /** Between which media times one may go; `end` is where live is. */
  get span() {
    const { seekable } = this.video;
    const [first] = this.pieces;
    const whole = this.hls?.latestLevelDetails;
    if (first && whole) {
      const end = this.whole ? whole.edge : this.hls?.liveSyncPosition;
      return { start: first.start, end: end ?? first.start };
    }
    if (this.hls || !seekable.length) return null;
    return { start: seekable.start(0), end: seekable.end(seekable.length - 1) };
  }

  /** @param {number} time media seconds */
  toTime(time) {
    const { span } = this;
    if (!span) return;
    this.rewound = this.whole || time < span.end;
    if (this.hls) this.hls.config.maxLiveSyncPlaybackRate = this.pace;
    this.video.playbackRate = 1;
    const goal = Math.min(Math.max(span.start, time), span.end);
    // A thin line may take so long to it that all is begun anew: not where it was before.
    this.date = this.dateOf(goal) ?? this.date;
    this.movedAt = performance.now();
    this.video.currentTime = goal;
  }

  /** @param {number} date ms UTC @returns {number | null} its media time */
  timeOf(date) {
    if (this.hls) return timeAt(this.pieces, date);
    const start = /** @type {any} */ (this.video).getStartDate?.().getTime();
    return Number.isNaN(start ?? NaN) ? null : (date - start) / 1000;
  }

  /** @param {number} date ms UTC */
  toDate(date) {
    const time = this.timeOf(date);
    if (time !== null) this.toTime(time);
  }

  toLive() {
    this.toTime(Infinity);
    this.play();
  }

  // ---- what it shows --------------------------------------------------------------------------

  listen() {
    if (!("requestVideoFrameCallback" in this.video)) return;
    this.video.requestVideoFrameCallback((_, { mediaTime }) => {
      this.heardAt = performance.now();
      this.moved(mediaTime);
      this.listen();
    });
  }

  /** @param {number} time media seconds of the frame that is shown */
  moved(time) {
    if (!this.running || this.video.seeking) return;
    const date = this.dateOf(time);
    this.movedAt = performance.now();
    this.rebuilt = 0;
    this.date = date ?? NaN;
    this.ears.frame(date);
  }

  /** Where nobody sees frames, or none come, the clock of the sound says it. */
  tick() {
    const { video } = this;
    const { currentTime } = video;
    if (!this.running) return;
    const moves = currentTime !== this.time && !video.paused && video.readyState > 2;
    this.time = currentTime;
    const now = performance.now();
    const seen = !document.hidden && "videoWidth" in video && video.videoWidth > 0;
    const awaited = seen ? FROZEN_MS : FRAMELESS_MS;
    if (moves && now - this.heardAt > awaited) this.moved(currentTime);
    if (this.patient || (video.paused && this.date)) this.movedAt = now;
    if (now - this.movedAt > STUCK_MS && (this.hls || video.src)) this.again();
  }
}
