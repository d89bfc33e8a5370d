// Valence and arousal: a point on the affect grid (Russell, Weiss and Mendelsohn 1989), by click, touch or arrow
// keys; or the same by two sliders. Enter gives the answer.

import { BUT_SLIDERS, isElsewhere } from "./presses.js";
import { Done, Slider } from "./sliders.js";

const GRID_STEP = 0.05;
const FAR = 4; // With Shift an arrow key goes so many steps.
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const EDGES = { left: "unpleasant", right: "pleasant", top: "excited", bottom: "calm" };

const within = (number) => Math.min(1, Math.max(-1, Math.round(number / GRID_STEP) * GRID_STEP));
const block = (className) => Object.assign(document.createElement("div"), { className });

export class Affect {
  // said({valence, arousal}, press) is told the answer; hint(words) what is lacking.
  constructor(group, _data, words, said, hint) {
    this.words = words;
    this.hint = hint;
    const moved = () => this.#place(this.valence.number, this.arousal.number);
    const slider = (name, spoken) => new Slider({ name, spoken, least: -1, step: GRID_STEP, moved, words });
    this.valence = slider(words.say("annotation.pleasant"), words.say("annotation.valence"));
    this.arousal = slider(words.say("annotation.excited"), words.say("annotation.arousal"));
    this.done = new Done(words, (press) => {
      if (!this.touched) hint(words.say("annotation.place_first"));
      else said({ valence: rounded(this.valence), arousal: rounded(this.arousal) }, press);
    });
    this.grid = this.#grid();
    const rows = block("scales");
    rows.append(this.valence.line, this.arousal.line);
    const dock = block("dock");
    dock.append(this.done.button);
    group.replaceChildren(this.#framed(), rows, dock);
    this.listening = new AbortController();
    document.addEventListener("keydown", (event) => this.#pressed(event), { signal: this.listening.signal });
    this.clear();
  }

  clear() {
    this.touched = false;
    this.valence.set(0);
    this.arousal.set(0);
    this.point.hidden = true;
  }

  enable(yes) {
    this.done.enable(yes);
  }

  end() {
    this.listening.abort();
    this.done.end();
  }

  // The grid is a picture for those who see; its sliders say the same to a screen reader.
  #grid() {
    const grid = block("affect-grid");
    grid.setAttribute("aria-hidden", "true");
    this.point = block("point");
    grid.append(this.point);
    const follow = (event) => this.#point(event);
    grid.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      grid.setPointerCapture(event.pointerId);
      follow(event);
    });
    grid.addEventListener("pointermove", (event) => {
      if (grid.hasPointerCapture(event.pointerId)) follow(event);
    });
    return grid;
  }

  #framed() {
    const frame = block("affect-frame");
    frame.append(this.grid, ...Object.entries(EDGES).map(([edge, word]) => {
      const named = Object.assign(document.createElement("span"), { className: `edge ${edge}`,
        textContent: this.words.say(`annotation.${word}`) });
      named.setAttribute("aria-hidden", "true");
      return named;
    }));
    return frame;
  }

  #point(event) {
    const box = this.grid.getBoundingClientRect();
    const across = 2 * (event.clientX - box.left) / box.width - 1;
    const up = 1 - 2 * (event.clientY - box.top) / box.height;
    this.#place(within(across), within(up));
  }

  #place(valence, arousal) {
    this.touched = true;
    this.valence.set(valence);
    this.arousal.set(arousal);
    this.point.hidden = false;
    this.point.style.setProperty("--across", (valence + 1) / 2);
    this.point.style.setProperty("--down", (1 - arousal) / 2);
    this.hint("");
  }

  // On a slider the arrow keys are the slider's.
  #pressed(event) {
    const way = ARROWS[event.key];
    if (!way || !this.done.enabled || isElsewhere(event)) return;
    event.preventDefault();
    const step = GRID_STEP * (event.shiftKey ? FAR : 1);
    this.#place(within(this.valence.number + way[0] * step), within(this.arousal.number + way[1] * step));
  }
}

const rounded = (slider) => Number(slider.number.toFixed(2));
