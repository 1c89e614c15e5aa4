/** What a presenter shows: their camera, their screen, or the screen with the camera in a corner. */

import { trouble } from "./devicecheck.js";

/** @typedef {import("./devicecheck.js").Device} Device */
/** @typedef {"camera" | "screen" | "both"} Mode */

const WIDTH = 1280;
const HEIGHT = 720;
const FRAMES_A_SECOND = 25;
/** The camera's part of the width, and its distance from the edges in pixels. */
const INSET = 0.22;
const MARGIN = 24;

export class Shot {
  /** @type {MediaStreamTrack[]} */
  #tracks = [];
  /** @type {Worker | null} */
  #ticker = null;
  /** @type {MediaStream} what is recorded */
  stream = new MediaStream();

  /**
   * Open what a mode needs; throws one of `Trouble` where the browser or the person says no.
   * @param {Mode} mode
   * @param {Record<Device, string>} chosen  device ids; "" leaves it to the browser
   * @param {(kind: "camera" | "microphone" | "screen") => void} lost  called when one of them ends
   */
  static async open(mode, chosen, lost) {
    const shot = new Shot();
    try {
      await shot.#open(mode, chosen, lost);
    } catch (error) {
      shot.close();
      throw trouble(error);
    }
    return shot;
  }

  /** Let go of everything: lights go out, and the browser no longer says that it shares. */
  close() {
    this.#ticker?.terminate();
    for (const track of [...this.#tracks, ...this.stream.getTracks()]) track.stop();
  }

  /** @param {Mode} mode @param {Record<Device, string>} chosen @param {(kind: any) => void} lost */
  async #open(mode, chosen, lost) {
    // The screen first: a browser asks for it only right after a click.
    const screen = mode === "camera" ? null : await this.#screen(lost);
    const { camera, microphone } = await this.#devices(mode !== "screen", chosen, lost);
    const [picture] = mode === "both" && screen ? await this.#compose(screen, camera) : [screen ?? camera];
    this.stream = new MediaStream([picture, microphone].filter((track) => track !== null));
  }

  /** @param {(kind: "screen") => void} lost */
  async #screen(lost) {
    const video = { width: { max: WIDTH }, height: { max: HEIGHT }, frameRate: { max: FRAMES_A_SECOND } };
    const [track] = (await navigator.mediaDevices.getDisplayMedia({ video })).getVideoTracks();
    this.#keep(track, () => lost("screen"));
    track.contentHint = "detail";
    return track;
  }

  /** @param {boolean} seen @param {Record<Device, string>} chosen @param {(kind: Device) => void} lost */
  async #devices(seen, chosen, lost) {
    const size = { width: { ideal: WIDTH }, height: { ideal: HEIGHT }, frameRate: { ideal: FRAMES_A_SECOND } };
    const exact = (/** @type {string} */ id) => (id ? { deviceId: { exact: id } } : {});
    const video = seen ? { ...size, ...exact(chosen.camera) } : false;
    const audio = { ...exact(chosen.microphone), echoCancellation: true, noiseSuppression: true };
    const stream = await navigator.mediaDevices.getUserMedia({ video, audio });
    const [camera = null] = stream.getVideoTracks();
    const [microphone] = stream.getAudioTracks();
    if (camera) this.#keep(camera, () => lost("camera"));
    this.#keep(microphone, () => lost("microphone"));
    return { camera, microphone };
  }

  /** Draw one over the other. @param {MediaStreamTrack} screen @param {MediaStreamTrack | null} camera */
  async #compose(screen, camera) {
    const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
    const context = canvas.getContext("2d", { alpha: false });
    if (!context) throw new DOMException("", "NotReadableError");
    const below = await playing(screen);
    const above = camera && (await playing(camera));
    this.#ticker = new Worker(new URL("../lib/ticker.js", import.meta.url));
    this.#ticker.onmessage = () => draw(context, below, above);
    this.#ticker.postMessage(1000 / FRAMES_A_SECOND);
    draw(context, below, above);
    return canvas.captureStream(FRAMES_A_SECOND).getVideoTracks();
  }

  /** @param {MediaStreamTrack} track @param {() => void} lost */
  #keep(track, lost) {
    this.#tracks.push(track);
    track.addEventListener("ended", lost);
  }
}

/** @param {MediaStreamTrack} track */
async function playing(track) {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.srcObject = new MediaStream([track]);
  await video.play();
  return video;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {HTMLVideoElement} below  fits into the picture, whole
 * @param {HTMLVideoElement | null} above
 */
function draw(context, below, above) {
  context.fillStyle = "#05090c";
  context.fillRect(0, 0, WIDTH, HEIGHT);
  const share = Math.min(WIDTH / (below.videoWidth || WIDTH), HEIGHT / (below.videoHeight || HEIGHT));
  const [width, height] = [below.videoWidth * share, below.videoHeight * share];
  context.drawImage(below, (WIDTH - width) / 2, (HEIGHT - height) / 2, width, height);
  if (!above) return;
  const inset = { width: WIDTH * INSET, height: (WIDTH * INSET * 9) / 16 };
  const [left, top] = [WIDTH - inset.width - MARGIN, HEIGHT - inset.height - MARGIN];
  // A camera of another shape fills the corner, cut at its sides.
  const zoom = Math.max(inset.width / (above.videoWidth || 16), inset.height / (above.videoHeight || 9));
  const [cut, rise] = [inset.width / zoom, inset.height / zoom];
  context.fillStyle = "#ffffff";
  context.fillRect(left - 3, top - 3, inset.width + 6, inset.height + 6);
  context.drawImage(
    above,
    (above.videoWidth - cut) / 2, (above.videoHeight - rise) / 2, cut, rise,
    left, top, inset.width, inset.height,
  );
}
