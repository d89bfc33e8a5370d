// What stands on the page: it shows what it is told and reports what is pressed; it decides nothing.

import { Words } from "./words.js";
import { cap, closeDialogsAsTheyCome, isElsewhere, isOnPressable, keyOf } from "./presses.js";

// What every task has; Comparing and Annotating draw the question and take its answer.
export class Screen {
  // on: {answer(given, {input, at, burst}), undo(), goOn()}; given is {choice} or {response}.
  constructor(root, data, on) {
    this.trial = root.querySelector(".trial");
    this.part = (name) => this.trial.querySelector(name);
    this.words = new Words(data.wording);
    this.words.begin(this.trial, data.emotions.map((emotion) => this.words.emotion(emotion)));
    this.part(".instructions").innerHTML = data.instructions; // made of Markdown by our server, without raw HTML
    this.on = on;
    this.listening = new AbortController();
    this.#listen({ signal: this.listening.signal });
    this.dialogs = closeDialogsAsTheyCome();
  }

  end() {
    this.listening.abort();
    this.dialogs.disconnect();
  }

  ask(question) {
    this.part(".face").replaceChildren(question.picture);
    this.draw(question);
    this.part(".break").hidden = true;
    this.part(".asking").hidden = false;
    this.state("asking");
    this.trial.dataset.question = question.number;
  }

  // Once it is painted, because moving the focus lays the page out at once.
  announce(question) {
    this.part(".wording").focus({ preventScroll: true });
    this.part(".announcer").textContent = this.words.say("trial.announced", question);
  }

  // Between two questions where the next is not at hand: the old one fades, so that nobody answers it again.
  wait() {
    this.state("loading");
  }

  clear(state) {
    this.part(".asking").hidden = true;
    this.part(".break").hidden = true;
    this.state(state);
  }

  // A suggestion, which one key puts aside.
  suggestBreak(answered) {
    this.clear("break");
    this.part(".break-title").textContent = this.words.say("trial.break_title");
    this.part(".break-text").textContent = this.words.say("trial.break_text", { count: answered });
    this.part(".break").hidden = false;
    this.part(".go-on").focus({ preventScroll: true });
  }

  state(state) {
    this.trial.dataset.state = state;
    this.trial.setAttribute("aria-busy", String(state === "loading"));
  }

  // left: milliseconds that the questions may take; due: those until the door closes, or null.
  progress(answered, total, left, due) {
    this.part(".place-long").textContent = total ? this.words.place(answered, total, left, due) : "";
    this.part(".place-short").textContent = total ? this.words.placeInShort(answered, total, left, due) : "";
    this.part(".done").style.setProperty("--done", total ? answered / total : 0);
  }

  // keys: what each key does, each an array of nodes and texts.
  tellKeys(keys) {
    const undo = this.words.nodes("trial.key_or", { first: [cap("U")], second: [cap("⌫")] });
    this.part(".keys").replaceChildren(...this.words.nodes("trial.keys", { keys: this.words.listed(keys), undo }));
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

  // Is this key none of the page's business?
  elsewhere(event) {
    return isElsewhere(event);
  }

  // What a key gives as an answer; null where it gives none.
  givenBy(_event) {
    return null;
  }

  #listen(signal) {
    this.part(".undo").addEventListener("click", (event) => event.detail > 1 || this.on.undo(), signal);
    this.part(".go-on").addEventListener("click", () => this.on.goOn(), signal);
    document.addEventListener("keydown", (event) => this.#pressed(event), signal);
  }

  #pressed(event) {
    if (this.elsewhere(event)) return;
    const undo = event.key === "Backspace" || keyOf(event).toLowerCase() === "u";
    const given = undo ? null : this.givenBy(event);
    const presses = event.repeat && (event.key === "Enter" || event.key === " ");
    const goesOn = event.key === "Enter" && this.trial.dataset.state === "break" && !isOnPressable(event);
    if (!undo && !given && !presses && !goesOn) return;
    event.preventDefault();
    if (event.repeat) return;
    if (undo) this.on.undo();
    else if (goesOn) this.on.goOn();
    else this.on.answer(given, { input: "key", at: event.timeStamp, burst: false });
  }
}
