// Sliders that are an answer, and the button and the Enter key that give it.

import { isElsewhere, isOnPressable, BUT_SLIDERS, keycaps, pressOf } from "./presses.js";

const made = (tag, className, values = {}) => Object.assign(document.createElement(tag), { className, ...values });

// One slider with its name before it and its value behind it; moved(slider) is told every change.
export class Slider {
  constructor({ name, spoken = name, colour, least, step, moved, words }) {
    this.words = words;
    this.least = least;
    this.line = made("label", "scale");
    this.input = made("input", "slider", { type: "range", min: least, max: 1, step, value: 0 });
    // The slider speaks its value itself: an output beside it would have it spoken twice.
    this.value = made("span", "value");
    this.value.setAttribute("aria-hidden", "true");
    if (colour) this.line.style.setProperty("--colour", colour);
    this.line.append(made("span", "emotion", { textContent: name }), this.input, this.value);
    this.input.setAttribute("aria-label", spoken);
    this.input.addEventListener("input", () => { this.#told(); moved(this); });
    this.set(0);
  }

  get number() {
    return Number(this.input.value);
  }

  set(number) {
    this.input.value = number;
    this.#told();
  }

  #told() {
    const words = this.words.score(this.number);
    this.value.textContent = words;
    this.input.setAttribute("aria-valuetext", words);
    this.input.style.setProperty("--at", (this.number - this.least) / (1 - this.least));
  }
}

// The button “Done”, which Enter presses from anywhere but another button.
export class Done {
  constructor(words, given) {
    this.given = given;
    this.enabled = false;
    this.button = made("button", "give", { type: "button", textContent: words.say("annotation.done") });
    this.button.append(keycaps(["⏎"]));
    this.listening = new AbortController();
    const { signal } = this.listening;
    this.button.addEventListener("click", (event) => this.#press(pressOf(event)), { signal });
    document.addEventListener("keydown", (event) => this.#pressed(event), { signal });
  }

  // As Naming: a disabled button would drop the focus to the body.
  enable(yes) {
    this.enabled = yes;
    this.button.setAttribute("aria-disabled", String(!yes));
  }

  end() {
    this.listening.abort();
  }

  #pressed(event) {
    if (event.key !== "Enter" || event.repeat || isElsewhere(event, BUT_SLIDERS)) return;
    if (isOnPressable(event)) return;
    event.preventDefault();
    this.#press({ input: "key", at: event.timeStamp, burst: false });
  }

  #press(press) {
    if (this.enabled) this.given(press);
  }
}
