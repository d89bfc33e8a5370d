// How a press reached the page, and which keys are none of the page's business.

const WRITTEN = "textarea, select, [contenteditable], [role=dialog]";
const ELSEWHERE = `input, ${WRITTEN}`;
// Where sliders are the answer, keys that move no slider belong to the page.
export const BUT_SLIDERS = `input:not([type=range]), ${WRITTEN}`;

const ONE_BURST_MS = 500; // The usual time in which two clicks in one place are one double click.
const ONE_PLACE_PX = 24;
let lastClick = null;

// A click as a press: how it reached the page, when, and whether it follows another so closely that it is the second
// half of a double click. `detail` counts those, but stays 1 under fingers on some phones.
export function pressOf(event) {
  const { detail, timeStamp: at, clientX: x, clientY: y } = event;
  if (detail === 0) return { input: "key", at, burst: false }; // no pointer: Enter or the space bar on a button
  const again = lastClick !== null && at - lastClick.at < ONE_BURST_MS
    && Math.hypot(x - lastClick.x, y - lastClick.y) < ONE_PLACE_PX;
  lastClick = { at, x, y };
  const input = { touch: "touch", pen: "touch" }[event.pointerType] ?? "mouse";
  return { input, at, burst: detail > 1 || again };
}

export function isElsewhere(event, where = ELSEWHERE) {
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  return event.composedPath().some((node) => node.matches?.(where));
}

// Is Enter there a press already?
export function isOnPressable(event) {
  return event.composedPath().some((node) => node.matches?.("button, summary, a"));
}

export function keycaps(caps) {
  const shown = document.createElement("span");
  shown.className = "caps";
  shown.setAttribute("aria-hidden", "true");
  shown.append(...caps.map(cap));
  return shown;
}

export function cap(name) {
  return Object.assign(document.createElement("kbd"), { textContent: name });
}

// The key that was meant, on keyboards of other scripts too: their digits are digits, and their letters stand where
// Latin letters do.
export function keyOf({ key, code }) {
  const place = /^(?:Digit|Numpad|Key)([0-9A-Z])$/.exec(code)?.[1];
  return place && key.length === 1 && /[^\p{ASCII}\p{Script=Latin}]/u.test(key) && /[\p{Nd}\p{L}]/u.test(key) ? place : key;
}

// Without a network Streamlit lays a dialog over the page, which makes everything under it inert. What runs here
// goes on without a network and tells of it in its own line, so the dialog is closed as it comes.
export function closeDialogsAsTheyCome() {
  const close = () => document
    .querySelectorAll("[data-testid=stDialog] button[aria-label=Close]").forEach((button) => button.click());
  const dialogs = new MutationObserver(close);
  dialogs.observe(document.body, { childList: true });
  return dialogs;
}
