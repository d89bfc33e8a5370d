// Which label fits the face: a button for each, pressed by key, mouse or touch.

import { isElsewhere, keyOf, keycaps, pressOf } from "./presses.js";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "-"];

export class Naming {
  // chosen(label, {input, at, burst}) is told every press while the buttons are enabled.
  constructor(group, labels, words, chosen) {
    Object.assign(this, { group, labels, chosen });
    this.listening = new AbortController();
    group.replaceChildren(...labels.map((label, index) => button(label, words.emotion(label), KEYS[index])));
    const { signal } = this.listening;
    group.addEventListener("click", (event) => this.#clicked(event), { signal });
    document.addEventListener("keydown", (event) => this.#pressed(event), { signal });
    this.enable(false);
  }

  // A disabled button would drop the focus to the body, so the group only says so and stops listening.
  enable(yes) {
    this.enabled = yes;
    this.group.setAttribute("aria-disabled", String(!yes));
  }

  // Marks buttons as "right" or "wrong"; without marks it clears them.
  mark(marks = {}) {
    for (const one of this.group.children) {
      const mark = marks[one.dataset.label];
      if (mark) one.dataset.mark = mark;
      else delete one.dataset.mark;
    }
  }

  end() {
    this.listening.abort();
  }

  #clicked(event) {
    const label = event.target.closest("button")?.dataset.label;
    if (label && this.enabled) this.chosen(label, pressOf(event));
  }

  #pressed(event) {
    const label = this.labels[KEYS.indexOf(keyOf(event))];
    if (!label || !this.enabled || isElsewhere(event)) return;
    event.preventDefault();
    if (!event.repeat) this.chosen(label, { input: "key", at: event.timeStamp, burst: false });
  }
}

function button(label, name, cap) {
  const made = Object.assign(document.createElement("button"), { type: "button" });
  made.dataset.label = label;
  made.setAttribute("aria-keyshortcuts", cap);
  made.append(Object.assign(document.createElement("span"), { textContent: name }), keycaps([cap]));
  return made;
}
