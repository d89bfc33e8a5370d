// How a press reached the page, and which keys are none of the page's business.

const WRITTEN = "textarea, select, [contenteditable], [role=dialog]";
const ELSEWHERE = `input, ${WRITTEN}`;
// Where sliders are the answer, keys that move no slider belong to the page.
export const BUT_SLIDERS = `input:not([type=range]), ${WRITTEN}`;

export function inputOf(event) {
  if (event.detail === 0) return "key"; // a click without a pointer: Enter or the space bar on a button
  return { touch: "touch", pen: "touch" }[event.pointerType] ?? "mouse";
}

export function isElsewhere(event, where = ELSEWHERE) {
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  return event.composedPath().some((node) => node.matches?.(where));
}

export function keycaps(caps) {
  const shown = document.createElement("span");
  shown.className = "caps";
  shown.setAttribute("aria-hidden", "true");
  shown.append(...caps.map((cap) => Object.assign(document.createElement("kbd"), { textContent: cap })));
  return shown;
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
