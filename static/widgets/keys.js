/** Keys that do something on a page, each press once. */

const TYPING = "input, textarea, select, [contenteditable]";

/** @type {{[char: string]: string}} what input methods for Chinese make of these keys */
const WIDE = { "\uff1f": "?", "\u3001": "/", "\uff0b": "+", "\u2212": "-", "\uff0d": "-", "\u3000": " " };

/** @type {{[code: string]: string}} */
const CODES = { Slash: "/", Equal: "+", NumpadAdd: "+", Minus: "-", NumpadSubtract: "-", Space: " " };

/**
 * The key as it is bound, in lower case; while an input method takes the letters, the key's place.
 * @param {KeyboardEvent} event
 */
export function keyOf(event) {
  const key = WIDE[event.key] ?? event.key.toLowerCase();
  if (key !== "process" && key !== "unidentified") return key === "=" ? "+" : key;
  if (event.code.startsWith("Key")) return event.code.slice(3).toLowerCase();
  if (event.code.startsWith("Digit")) return event.code.slice(5);
  return event.shiftKey && event.code === "Slash" ? "?" : (CODES[event.code] ?? key);
}

/**
 * Bind keys for the whole page. A held key fires once, and again only after it was let go; keys in
 * `repeating` may repeat. Nothing fires while somebody types, in a dialog, or with Ctrl, Alt, Meta.
 * A bound key never also presses the button that has the focus.
 * @param {{[key: string]: (event: KeyboardEvent) => void}} bindings
 * @param {string[]} [repeating]
 * @returns {() => void} unbinds them
 */
export function bindKeys(bindings, repeating = []) {
  /** @type {Set<string>} */
  const down = new Set();
  /** @param {KeyboardEvent} event */
  const mine = (event) =>
    !event.isComposing &&
    !event.ctrlKey &&
    !event.altKey &&
    !event.metaKey &&
    !(event.target instanceof Element && event.target.closest(TYPING)) &&
    !document.querySelector("dialog[open]");
  /** @param {KeyboardEvent} event */
  const press = (event) => {
    // A held Enter clicks the focused button again and again; no button here is meant so.
    if (event.key === "Enter" && event.repeat) event.preventDefault();
    const key = keyOf(event);
    const act = bindings[key];
    if (!act || !mine(event)) return;
    event.preventDefault();
    if ((event.repeat || down.has(event.code)) && !repeating.includes(key)) return;
    down.add(event.code);
    act(event);
  };
  /** @param {KeyboardEvent} event */
  const release = (event) => {
    down.delete(event.code);
    // Firefox clicks a focused button when Space is let go, whatever became of the press.
    if (bindings[keyOf(event)] && mine(event)) event.preventDefault();
  };
  const forget = () => down.clear();
  addEventListener("keydown", press, true);
  addEventListener("keyup", release, true);
  addEventListener("blur", forget);
  return () => {
    removeEventListener("keydown", press, true);
    removeEventListener("keyup", release, true);
    removeEventListener("blur", forget);
  };
}
