/** A worker that ticks: a page that is not looked at has no frames, and its timers are slowed. */

/** @type {ReturnType<typeof setInterval> | undefined} */
let ticking;

self.addEventListener("message", ({ data }) => {
  clearInterval(ticking);
  if (data > 0) ticking = setInterval(() => self.postMessage(null), data);
});
