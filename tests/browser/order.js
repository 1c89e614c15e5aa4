/*
 * What is out of order on a page for those who do not see it, or who use no mouse: one sentence for
 * each fault. Run it right after a key was pressed, so that the browser draws the focus as it does
 * for the keyboard.
 */
() => {
  const faults = [];
  const seen = (element) => element.checkVisibility({ visibilityProperty: true });
  const say = (element) => {
    const words = (element.textContent || element.name || "").trim().replace(/\s+/g, " ");
    return `<${element.localName}${element.id ? ` #${element.id}` : ""}> ${words.slice(0, 40)}`;
  };

  if (!document.documentElement.lang) faults.push("the page has no language");
  if (!document.title.trim()) faults.push("the page has no title");
  if (document.querySelectorAll("main").length !== 1) faults.push("the page has no single main");

  const headings = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(seen);
  const levels = headings.map(({ localName }) => Number(localName[1]));
  if (levels.filter((level) => level === 1).length !== 1) faults.push("there is no single h1");
  levels.forEach((level, at) => {
    const before = at ? levels[at - 1] : 0;
    if (level > before + 1) faults.push(`a heading skips a level: ${say(headings[at])}`);
  });

  const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
  const twice = new Set(ids.filter((id, at) => ids.indexOf(id) !== at));
  for (const id of twice) faults.push(`an id is used twice: ${id}`);
  for (const attribute of ["aria-labelledby", "aria-describedby", "aria-controls", "for"]) {
    for (const element of document.querySelectorAll(`[${attribute}]`)) {
      for (const id of element.getAttribute(attribute).split(/\s+/).filter(Boolean)) {
        if (!document.getElementById(id)) faults.push(`${attribute} leads nowhere: ${id}`);
      }
    }
  }
  for (const image of document.querySelectorAll("img:not([alt])")) {
    faults.push(`an image has no words: ${image.src}`);
  }
  for (const element of document.querySelectorAll("[tabindex]")) {
    if (element.tabIndex > 0) faults.push(`a tabindex upsets the order: ${say(element)}`);
  }
  for (const element of document.querySelectorAll("[aria-hidden=true]")) {
    const inside = element.querySelector("a[href], button, input, select, textarea");
    if (inside && seen(inside)) faults.push(`what is hidden can be reached: ${say(inside)}`);
  }

  const look = (element) => {
    const { outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor, backgroundColor } =
      getComputedStyle(element);
    const outline = outlineStyle === "none" ? "" : `${outlineStyle} ${outlineWidth} ${outlineColor}`;
    return [outline, boxShadow, borderColor, backgroundColor].join(" | ");
  };
  const before = document.activeElement;
  for (const element of document.querySelectorAll("a[href], button, input, select, textarea")) {
    if (!seen(element) || element.disabled || element.type === "hidden") continue;
    // A radio button may leave it to the words beside it to show that it has the focus.
    const shown = [element, element.nextElementSibling, element.parentElement].filter(Boolean);
    element.blur();
    const without = shown.map(look).join();
    element.focus({ preventScroll: true });
    if (document.activeElement !== element) continue;
    if (shown.map(look).join() === without) faults.push(`its focus cannot be seen: ${say(element)}`);
  }
  before?.focus?.({ preventScroll: true });
  return faults;
}
