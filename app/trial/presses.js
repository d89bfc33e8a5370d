// How a press reached the page, and which keys are none of the page's business.

const ELSEWHERE = "input, textarea, select, [contenteditable], [role=dialog]";

export function inputOf(event) {
  if (event.detail === 0) return "key"; // a click without a pointer: Enter or the space bar on a button
  return { touch: "touch", pen: "touch" }[event.pointerType] ?? "mouse";
}

export function isElsewhere(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  return event.composedPath().some((node) => node.matches?.(ELSEWHERE));
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
