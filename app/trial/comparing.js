// Two labels beside a face: which describes it better, or which belongs to it.

import { CAPS, CHOICE_OF_KEY } from "./words.js";
import { Panel } from "./label.js";
import { cap, keyOf, keycaps, pressOf } from "./presses.js";
import { Screen } from "./screen.js";

export class Comparing extends Screen {
  constructor(root, data, on) {
    super(root, data, on);
    this.experiment = null;
    this.panels = ["left", "right"].map((side) =>
      new Panel(this.part(`[data-side=${side}]`), data, this.words));
    const { signal } = this.listening;
    this.part(".answers").addEventListener("click", (event) => this.#clicked(event), { signal });
  }

  draw(question) {
    this.#wordsOf(question.experiment, question.options);
    this.panels[0].show(question.left, "left");
    this.panels[1].show(question.right, "right");
  }

  offers(question, { choice }) {
    return question.options.includes(choice);
  }

  givenBy(event) {
    const choice = CHOICE_OF_KEY[keyOf(event)];
    return choice && this.part(`.answers [data-choice=${choice}]`) ? { choice } : null;
  }

  #wordsOf(experiment, options) {
    if (experiment === this.experiment) return;
    this.experiment = experiment;
    const name = (choice) => this.words.say(`trial.${choice}`);
    this.part(".wording").textContent = this.words.say(`trial.question_${experiment}`);
    this.part(".how").textContent = this.words.say(`trial.help_${experiment}`);
    this.part(".answers").replaceChildren(...options.map((choice) => answerButton(choice, name(choice))));
    this.tellKeys(options.map((choice) => {
      const [first, second] = CAPS[choice].map((key) => [cap(key)]);
      const key = this.words.nodes("trial.key_or", { first, second });
      return this.words.nodes("trial.key", { key, what: this.words.lower(name(choice)) });
    }));
  }

  #clicked(event) {
    const choice = event.target.closest("button")?.dataset.choice;
    if (choice) this.on.answer({ choice }, pressOf(event));
  }
}

function answerButton(choice, name) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: name });
  button.dataset.choice = choice;
  button.setAttribute("aria-keyshortcuts", CAPS[choice].map((key) => ({ "←": "ArrowLeft", "→": "ArrowRight",
    "↑": "ArrowUp", "↓": "ArrowDown" })[key] ?? key).join(" "));
  button.append(keycaps(CAPS[choice]));
  return button;
}
