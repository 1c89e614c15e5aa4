/**
 * One page's line to the server: frames in and out, kept up whatever the network does.
 *
 * A websocket; after some failed attempts server-sent events with posted commands. Commands are
 * kept under their id and sent again after each reconnect, until the server has answered them.
 */

import { ServerClock } from "./clock.js";

const SILENCE_MS = 12_000;
const PING_MS = 10_000;
const FIRST_PINGS_MS = [0, 300, 900];
const ATTEMPTS = 3;
const BACKOFF_MS = 500;
const BACKOFF_LIMIT_MS = 4000;
const STAY_AWAY = 4500;

/**
 * @typedef {{type: string, [field: string]: any}} Frame
 * @typedef {{type: "do", id: string, command: object, by?: number}} Do
 * @typedef {{type: "done" | "refused", id: string, seq?: number, code?: string, text?: string, field?: string}} Answer
 * @typedef {{send: (frame: Frame) => void, close: () => void, posts: boolean}} Line
 * @typedef {object} Ears what the page hears
 * @property {() => {since: number, epoch: string | null}} held where the page's copy stands
 * @property {(frame: Frame) => void} frame a frame that is about the show
 * @property {(state: {online: boolean, away: number}) => void} state `away`: the code of a bye for good
 */

/** An id nobody else will think of; `crypto.randomUUID` is missing on plain http. */
const uniqueId = () =>
  Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join("");

export class Socket {
  clock = new ServerClock();
  online = false;
  away = 0;
  /** @type {Line | null} */ line = null;
  /** @type {Map<string, {frame: Do, answer: (answer: Answer) => void}>} */ waiting = new Map();
  failures = 0;
  heard = 0;
  events = false;
  /** @type {Set<boolean>} whether by `events`: the ways that have worked before */ proven = new Set();
  /** @type {number | undefined} */ retry;
  /** @type {number | null} how late the picture of this page is, ms; null: it shows none */ behind = null;

  /**
   * @param {string} show
   * @param {string} view
   * @param {Ears} ears
   */
  constructor(show, view, ears) {
    this.path = `/s/${encodeURIComponent(show)}`;
    this.view = view;
    this.ears = ears;
  }

  /** Open the line and keep it open. */
  open() {
    setInterval(() => this.watch(), 1000);
    setInterval(() => this.ping(), PING_MS);
    const wake = () => {
      if (document.visibilityState === "visible" && !this.line) this.connect();
    };
    document.addEventListener("visibilitychange", wake);
    addEventListener("online", wake);
    addEventListener("offline", () => this.line && this.lost());
    this.connect();
  }

  /**
   * Give a command; the promise is kept when the server has answered, however long that takes.
   * @param {{type: string, [field: string]: any}} command
   * @param {number} [within] ms after which it must not be done any more
   * @returns {Promise<Answer>}
   */
  do(command, within) {
    const id = uniqueId();
    const by = within === undefined ? undefined : Math.round(this.clock.now() + within);
    /** @type {Do} */
    const frame = { type: "do", id, command, by };
    return new Promise((answer) => {
      this.waiting.set(id, { frame, answer });
      if (this.online) this.give(frame);
    });
  }

  /** Ask for everything newer than what is held. */
  hello() {
    if (this.line?.posts) return this.lost(false);
    this.line?.send({ type: "hello", view: this.view, ...this.ears.held() });
  }

  connect() {
    clearTimeout(this.retry);
    if (this.away >= STAY_AWAY) return;
    this.heard = Date.now();
    this.line = this.events ? this.listen() : this.dial();
  }

  /** @returns {Line} */
  dial() {
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}${this.path}/live`);
    const line = {
      send: (/** @type {Frame} */ frame) => socket.send(JSON.stringify(frame)),
      close: () => socket.close(),
      posts: false,
    };
    const mine = () => this.line === line;
    socket.onopen = () => mine() && this.hello();
    socket.onmessage = ({ data }) => mine() && this.take(JSON.parse(data));
    socket.onclose = ({ code }) => mine() && this.closed(code);
    return line;
  }

  /** @returns {Line} */
  listen() {
    const { since, epoch } = this.ears.held();
    const query = new URLSearchParams({ view: this.view, since: String(since) });
    if (epoch) query.set("epoch", epoch);
    const source = new EventSource(`${this.path}/events?${query}`);
    const line = { send: () => {}, close: () => source.close(), posts: true };
    source.onmessage = ({ data }) => this.line === line && this.take(JSON.parse(data));
    // The browser would ask again with the old `since`: we come back by ourselves.
    source.onerror = () => this.line === line && this.closed(0);
    return line;
  }

  /** @param {Frame} frame */
  take(frame) {
    this.heard = Date.now();
    if (frame.type === "pong") return this.clock.sample(frame.sent, frame.time);
    if (frame.type === "bye") return this.closed(frame.code, frame.retry_after);
    if (frame.type === "done" || frame.type === "refused") return this.settle(frame);
    if (frame.type === "welcome" || frame.type === "pulse") this.clock.hint(frame.time);
    if (frame.type === "welcome") this.welcomed();
    this.ears.frame(frame);
  }

  welcomed() {
    this.failures = 0;
    this.proven.add(this.events);
    this.tell(true);
    for (const wait of FIRST_PINGS_MS) setTimeout(() => this.ping(), wait);
    for (const { frame } of this.waiting.values()) this.give(frame);
  }

  /** @param {Do} frame */
  give(frame) {
    if (this.line?.posts) this.post(frame);
    else this.line?.send(frame);
  }

  /** @param {Do} frame */
  async post(frame) {
    const line = this.line;
    try {
      const response = await fetch(`${this.path}/commands?view=${this.view}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(frame),
      });
      this.settle(await response.json());
    } catch {
      // Not answered, so it still waits: the next welcome sends it again.
      if (this.line === line) this.lost();
    }
  }

  /** @param {Frame} frame */
  settle(frame) {
    const waiting = this.waiting.get(frame.id);
    this.waiting.delete(frame.id);
    waiting?.answer(/** @type {Answer} */ (frame));
  }

  ping() {
    if (!this.online) return;
    const behind = this.behind === null ? null : Math.round(this.behind);
    this.line?.send({ type: "ping", sent: this.clock.local(), behind });
  }

  /** Take how late the picture is, to go with each ping; that one has come or gone is said at once. @param {number | null} behind ms */
  watching(behind) {
    const news = (behind === null) !== (this.behind === null);
    this.behind = behind;
    if (news) this.ping();
  }

  /** Nothing heard for too long is the same as a closed line, whatever the browser thinks. */
  watch() {
    if (this.line && Date.now() - this.heard > SILENCE_MS) this.lost();
  }

  /** @param {number} code @param {number | null} [after] seconds */
  closed(code, after) {
    if (code >= STAY_AWAY && code < 5000) this.away = code;
    this.lost(true, after ?? 0);
  }

  /** @param {boolean} [failed] @param {number} [after] seconds to wait at least */
  lost(failed = true, after = 0) {
    const line = this.line;
    this.line = null;
    line?.close();
    if (failed && !this.online) this.failed();
    this.tell(false);
    if (this.away) return;
    // Thousands come back at once after a restart: everybody at another moment.
    const backoff = Math.min(BACKOFF_LIMIT_MS, BACKOFF_MS * 2 ** Math.min(this.failures, 6));
    const wait = failed ? after * 1000 + backoff * (0.2 + 0.8 * Math.random()) : 0;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.connect(), wait);
  }

  /** After some attempts in vain, go the other way; later if this one has worked before. */
  failed() {
    this.failures += 1;
    const patience = this.proven.has(this.events) ? 3 * ATTEMPTS : ATTEMPTS;
    if (this.failures % patience === 0) this.events = !this.events;
  }

  /** @param {boolean} online */
  tell(online) {
    this.online = online;
    this.ears.state({ online, away: this.away });
  }
}
