// A human soft-label: eight sliders from 0 to 1. The keys 1 to 8 go to a slider, Enter gives the answer.

import { BUT_SLIDERS, isElsewhere, keyOf } from "./presses.js";
import { Done, Slider } from "./sliders.js";

const STEP = 0.05;

export class Scores {
  // said({scores}, press) is told the answer; hint(words) what is lacking.
  constructor(group, { emotions, palette }, words, said, hint) {
    const moved = () => { this.touched = true; hint(""); };
    this.sliders = emotions.map((emotion) =>
      new Slider({ name: words.emotion(emotion), colour: palette[emotion], least: 0, step: STEP, moved, words }));
    this.done = new Done(words, (press) => {
      if (!this.touched) hint(words.say("annotation.move_first"));
      else said({ scores: this.sliders.map((slider) => slider.number) }, press);
    });
    const rows = Object.assign(document.createElement("div"), { className: "scales" });
    rows.append(...this.sliders.map(({ line }) => line));
    const dock = Object.assign(document.createElement("div"), { className: "dock" });
    dock.append(this.done.button);
    group.replaceChildren(rows, dock);
    this.listening = new AbortController();
    document.addEventListener("keydown", (event) => this.#pressed(event), { signal: this.listening.signal });
    this.clear();
  }

  clear() {
    this.touched = false;
    this.sliders.forEach((slider) => slider.set(0));
  }

  enable(yes) {
    this.done.enable(yes);
  }

  end() {
    this.listening.abort();
    this.done.end();
  }

  #pressed(event) {
    const slider = /^[1-8]$/.test(keyOf(event)) ? this.sliders[Number(keyOf(event)) - 1] : null;
    if (!slider || isElsewhere(event, BUT_SLIDERS)) return;
    event.preventDefault();
    slider.input.focus();
  }
}
