// Two labels beside a face: which describes it better, or which belongs to it.

import { CAPS, CHOICE_OF_KEY, EXPERIMENTS } from "./words.js";
import { Panel } from "./label.js";
import { keycaps, pressOf } from "./presses.js";
import { Screen } from "./screen.js";

export class Comparing extends Screen {
  constructor(root, data, on) {
    super(root, data, on);
    this.experiment = null;
    this.panels = ["left", "right"].map((side) =>
      new Panel(this.part(`[data-side=${side}]`), data));
    const { signal } = this.listening;
    this.part(".answers").addEventListener("click", (event) => this.#clicked(event), { signal });
  }

  draw(question) {
    this.#wordsOf(question.experiment, question.options);
    this.panels[0].show(question.left, "Left");
    this.panels[1].show(question.right, "Right");
  }

  offers(question, { choice }) {
    return question.options.includes(choice);
  }

  givenBy(event) {
    const choice = CHOICE_OF_KEY[event.key];
    return choice && this.part(`.answers [data-choice=${choice}]`) ? { choice } : null;
  }

  #wordsOf(experiment, options) {
    if (experiment === this.experiment) return;
    this.experiment = experiment;
    const { question, help, options: names } = EXPERIMENTS[experiment];
    this.part(".wording").textContent = question;
    this.part(".how").textContent = help;
    this.part(".answers").replaceChildren(...options.map((choice) => answerButton(choice, names[choice])));
    this.part(".key-list").replaceChildren(...options.flatMap((choice, index) =>
      [index ? ", " : "", ...caps(choice), ` ${names[choice].toLowerCase()}`]));
  }

  #clicked(event) {
    const choice = event.target.closest("button")?.dataset.choice;
    if (choice) this.on.answer({ choice }, pressOf(event));
  }
}

function caps(choice) {
  return CAPS[choice].flatMap((cap, index) =>
    [index ? " or " : "", Object.assign(document.createElement("kbd"), { textContent: cap })]);
}

function answerButton(choice, name) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: name });
  button.dataset.choice = choice;
  button.setAttribute("aria-keyshortcuts", CAPS[choice].map((cap) => ({ "←": "ArrowLeft", "→": "ArrowRight",
    "↑": "ArrowUp", "↓": "ArrowDown" })[cap] ?? cap).join(" "));
  button.append(keycaps(CAPS[choice]));
  return button;
}
