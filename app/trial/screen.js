// What stands on the page: it shows what it is told and reports what is pressed; it decides nothing.

import { CAPS, CHOICE_OF_KEY, EXPERIMENTS, timeLeft } from "./words.js";
import { Panel } from "./label.js";

const ELSEWHERE = "input, textarea, select, [contenteditable], [role=dialog]";

export class Screen {
  // on: {answer(choice, {input, at, burst}), undo(), visibility()}
  constructor(root, data, on) {
    this.trial = root.querySelector(".trial");
    this.part = (name) => this.trial.querySelector(name);
    this.panels = ["left", "right"].map((side) =>
      new Panel(this.part(`[data-side=${side}]`), data.emotions, data.palette));
    this.part(".instructions").replaceChildren(...data.instructions.map((text) =>
      Object.assign(document.createElement("p"), { textContent: text })));
    this.on = on;
    this.experiment = null;
    this.listening = new AbortController();
    this.#listen({ signal: this.listening.signal });
    // Without a network Streamlit lays a dialog over the page, which makes everything under it inert. The trial
    // goes on without a network and tells of it in its own line, so the dialog is closed as it comes.
    this.dialogs = new MutationObserver(closeDialogs);
    this.dialogs.observe(document.body, { childList: true });
  }

  end() {
    this.listening.abort();
    this.dialogs.disconnect();
  }

  ask(question) {
    this.#wordsOf(question.experiment, question.options);
    this.part(".face").replaceChildren(question.picture);
    this.panels[0].show(question.left, "Left");
    this.panels[1].show(question.right, "Right");
    this.part(".asking").hidden = false;
    this.state("asking");
    this.trial.dataset.question = question.number;
  }

  // Once it is painted, because moving the focus lays the page out at once.
  announce(question) {
    this.part(".wording").focus({ preventScroll: true });
    this.part(".announcer").textContent = `Question ${question.number} of ${question.total}`;
  }

  // Between two questions where the next is not at hand: the old one fades, so that nobody answers it again.
  wait() {
    this.state("loading");
  }

  clear(state) {
    this.part(".asking").hidden = true;
    this.state(state);
  }

  state(state) {
    this.trial.dataset.state = state;
    this.trial.setAttribute("aria-busy", String(state === "loading"));
  }

  progress(answered, total, left) {
    const number = Math.min(answered + 1, total);
    const words = answered < total ? `${number} of ${total} · ${timeLeft(left)}` : `${total} of ${total}`;
    this.part(".place").textContent = total ? words : "";
    this.part(".done").style.setProperty("--done", total ? answered / total : 0);
  }

  undoable(yes) {
    const button = this.part(".undo");
    // A disabled button that holds the focus would drop it to the body.
    if (!yes && button.matches(":focus")) this.part(".wording").focus({ preventScroll: true });
    button.disabled = !yes;
  }

  saving(kind, words) {
    const line = this.part(".saving");
    line.dataset.kind = kind;
    if (line.textContent !== words) line.textContent = words;
  }

  notice(words) {
    this.part(".notice").textContent = words;
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

  #listen(signal) {
    this.part(".answers").addEventListener("click", (event) => this.#clicked(event), signal);
    this.part(".undo").addEventListener("click", (event) => event.detail > 1 || this.on.undo(), signal);
    document.addEventListener("keydown", (event) => this.#pressed(event), signal);
    document.addEventListener("visibilitychange", () => this.on.visibility(), signal);
  }

  #clicked(event) {
    const choice = event.target.closest("button")?.dataset.choice;
    if (!choice) return;
    const pointer = { touch: "touch", pen: "touch" }[event.pointerType] ?? "mouse";
    const input = event.detail === 0 ? "key" : pointer;
    // detail counts the clicks that follow each other closely.
    this.on.answer(choice, { input, at: event.timeStamp, burst: event.detail > 1 });
  }

  #pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.composedPath().some((node) => node.matches?.(ELSEWHERE))) return;
    const undo = event.key === "Backspace" || event.key.toLowerCase() === "u";
    const choice = CHOICE_OF_KEY[event.key];
    const offered = choice && this.part(`.answers [data-choice=${choice}]`);
    const presses = event.repeat && (event.key === "Enter" || event.key === " ");
    if (!undo && !offered && !presses) return;
    event.preventDefault();
    if (event.repeat) return;
    if (undo) this.on.undo();
    else this.on.answer(choice, { input: "key", at: event.timeStamp, burst: false });
  }
}

function closeDialogs() {
  document.querySelectorAll("[data-testid=stDialog] button[aria-label=Close]").forEach((button) => button.click());
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
  const shown = document.createElement("span");
  shown.className = "caps";
  shown.setAttribute("aria-hidden", "true");
  shown.append(...CAPS[choice].map((cap) => Object.assign(document.createElement("kbd"), { textContent: cap })));
  button.append(shown);
  return button;
}
