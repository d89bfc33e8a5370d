// The training: a page for each emotion, with faces that a slider moves from neutral to full, then faces to practise
// on. What is done is told to the server, so that it goes on from there on any device.

import { Naming } from "../../trial/naming.js";
import { Outbox } from "../../trial/outbox.js";
import { closeDialogsAsTheyCome } from "../../trial/presses.js";
import { Words } from "../../trial/words.js";

const FULL = 10;
const RETRY_MS = 2000;

const later = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

class Training {
  constructor(root, data, rerun) {
    Object.assign(this, { data, rerun, mounts: 0, ended: false, done: data.done, step: data.done });
    this.root = root.querySelector(".trial");
    this.part = (name) => this.root.querySelector(name);
    this.words = new Words(data.wording);
    this.words.begin(this.root, []);
    this.steps = data.lessons.length + data.practice.length;
    this.outbox = new Outbox({
      name: `training:${data.study}:${data.participant}`,
      api: data.api,
      heard: (_entry, status) => this.heard(status),
      changed: () => this.tellSaving(),
    });
    this.naming = new Naming(this.part(".names"), data.emotions, this.words, (label) => this.answer(label));
    this.dialogs = closeDialogsAsTheyCome();
    this.part(".slider").addEventListener("input", () => this.move());
    this.part(".back").addEventListener("click", () => this.go(this.step - 1));
    this.part(".next").addEventListener("click", () => this.goOn());
  }

  begin() {
    this.outbox.flush();
    this.show();
  }

  end() {
    this.ended = true;
    this.outbox.end();
    this.naming.end();
    this.dialogs.disconnect();
  }

  go(step) {
    if (step < 0 || step >= this.steps) return;
    this.step = step;
    this.show();
  }

  goOn() {
    if (this.step + 1 > this.done) {
      this.done = this.step + 1;
      this.outbox.add("training", { step: this.done });
    }
    if (this.done === this.steps && this.step + 1 === this.steps) return this.finish();
    this.go(this.step + 1);
  }

  // The page is drawn anew once the server knows that the training is done.
  async finish() {
    this.part(".next").disabled = true;
    await later(50);
    await this.outbox.flush();
    this.moveOn();
  }

  moveOn() {
    if (this.ended) return;
    this.rerun();
    setTimeout(() => this.moveOn(), 5000);
  }

  heard(status) {
    if (this.outbox.stopped) this.moveOn();
    else if (status === 200 && this.done === this.steps && !this.outbox.waiting) this.moveOn();
  }

  show() {
    const { lessons, practice } = this.data;
    const number = this.step - lessons.length;
    this.part(".place").textContent = number < 0
      ? this.words.say("training.place_lesson", { number: this.step + 1, total: lessons.length })
      : this.words.say("training.place_practice", { number: number + 1, total: practice.length });
    this.part(".rail .done").style.setProperty("--done", this.step / this.steps);
    this.part(".lesson").hidden = number >= 0;
    this.part(".practice").hidden = number < 0;
    this.part(".back").disabled = this.step === 0;
    this.part(".next").disabled = false;
    this.part(".next").textContent = this.words.say(this.step + 1 === this.steps ? "training.finish" : "training.next");
    if (number < 0) this.teach(lessons[this.step]);
    else this.practise(practice[number]);
    const heading = this.part(number < 0 ? ".lesson .wording" : ".practice .wording");
    heading.focus({ preventScroll: true });
    this.root.scrollIntoView({ block: "start" });
    this.fetchAhead();
  }

  teach({ emotion, in_short: inShort, indicators }) {
    this.naming.enable(false);
    this.part(".emotion-name").textContent = this.words.emotion(emotion);
    this.part(".in-short").textContent = inShort;
    this.part(".lesson .faces").replaceChildren(...this.data.sitters.map((person) => this.strip(person, emotion)));
    this.part(".units").replaceChildren(...indicators.map(([unit, words]) => indicator(unit, words)));
    this.part(".indicators").hidden = indicators.length === 0;
    this.part(".strength").hidden = indicators.length === 0;
    this.part(".slider").value = FULL;
    this.move();
  }

  move() {
    const slider = this.part(".slider");
    const percent = 10 * slider.value;
    this.part(".lesson .faces").style.setProperty("--frame", slider.value);
    slider.setAttribute("aria-valuetext", this.words.say("training.percent", { percent }));
    const lesson = this.data.lessons[this.step];
    if (!lesson) return;
    const shown = { emotion: this.words.emotion(lesson.emotion), percent };
    const words = this.words.say(lesson.indicators.length ? "training.faces_at" : "training.faces", shown);
    this.part(".lesson .faces").setAttribute("aria-label", words);
  }

  practise({ person, emotion }) {
    const face = this.strip(person, emotion);
    face.classList.add("still");
    this.part(".practice .faces").replaceChildren(face);
    this.part(".feedback").replaceChildren();
    this.naming.mark();
    this.naming.enable(false);
    this.awaitFace(face);
    // Who has answered it before may pass on; who has not answers first.
    this.part(".next").disabled = this.step >= this.done;
  }

  // Nobody is asked about a face that is not there yet.
  async awaitFace(face) {
    const { step } = this;
    await face.shown;
    if (this.step === step && !this.ended) this.naming.enable(true);
  }

  answer(label) {
    const { emotion } = this.data.practice[this.step - this.data.lessons.length];
    const { in_short: inShort } = this.data.lessons.find((one) => one.emotion === emotion);
    const right = label === emotion;
    this.naming.enable(false);
    this.naming.mark(right ? { [label]: "right" } : { [label]: "wrong", [emotion]: "right" });
    const names = { emotion: this.words.emotion(emotion), chosen: this.words.emotion(label) };
    const verdict = this.words.say(right ? "training.right" : "training.wrong", names);
    this.part(".feedback").replaceChildren(paragraph(verdict, "verdict"), paragraph(inShort));
    this.part(".next").disabled = false;
    this.part(".next").focus({ preventScroll: true });
    this.part(".feedback").scrollIntoView({ block: "nearest" });
  }

  strip(person, emotion) {
    const strip = Object.assign(document.createElement("div"), { className: "strip awaited" });
    strip.dataset.late = this.words.say("training.late");
    strip.shown = this.fill(strip, this.address(person, emotion));
    return strip;
  }

  // Resolves once the face stands there; what does not load is tried again.
  async fill(strip, source) {
    while (!(await Object.assign(new Image(), { src: source }).decode().then(() => true, () => false))) {
      await later(RETRY_MS);
      if (!strip.isConnected) return;
    }
    strip.style.backgroundImage = `url("${source}")`;
    strip.classList.remove("awaited");
  }

  address(person, emotion) {
    return `${this.data.api}/faces/${person}/${emotion}`;
  }

  // The faces of the next page are on their way while this one is looked at; but only once this one's are here,
  // because faces that are yet to be drawn would keep all connections of a browser waiting.
  async fetchAhead() {
    const turn = this.step;
    for (const step of [turn, turn + 1]) {
      const pictures = this.addresses(step).map((source) => Object.assign(new Image(), { src: source }));
      await Promise.allSettled(pictures.map((picture) => picture.decode()));
      if (this.step !== turn || this.ended) return;
    }
  }

  addresses(step) {
    const { lessons, practice, sitters } = this.data;
    if (step < lessons.length) return sitters.map((person) => this.address(person, lessons[step].emotion));
    const next = practice[step - lessons.length];
    return next ? [this.address(next.person, next.emotion)] : [];
  }

  tellSaving() {
    const { waiting, offline } = this.outbox;
    this.part(".saving").dataset.kind = offline ? "offline" : "saved";
    this.part(".saving").textContent = offline && waiting ? this.words.say("training.offline") : "";
  }
}

function indicator(unit, words) {
  const line = document.createElement("li");
  const code = Object.assign(document.createElement("span"), { className: "unit", textContent: ` AU ${unit}` });
  line.append(words, code);
  return line;
}

function paragraph(text, name = "") {
  return Object.assign(document.createElement("p"), { textContent: text, className: name });
}

const running = new WeakMap();

// Streamlit calls this at every rerun with the same root; one Training lives there until the last call is cleaned up.
export default function mount({ data, parentElement, setTriggerValue }) {
  let training = running.get(parentElement);
  if (!training) {
    training = new Training(parentElement, data, () => setTriggerValue("elsewhere", true));
    running.set(parentElement, training);
    training.begin();
  }
  const call = ++training.mounts;
  return () => {
    if (training.mounts !== call) return;
    running.delete(parentElement);
    training.end();
  };
}
