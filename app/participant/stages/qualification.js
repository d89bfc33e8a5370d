// The qualification: one face after the other, each given one of eight emotions; then how it went.

import { Naming } from "../../trial/naming.js";
import { Outbox, ask, isTemporary } from "../../trial/outbox.js";
import { closeDialogsAsTheyCome } from "../../trial/presses.js";
import { Stopwatch, painted } from "../../trial/timing.js";

const RETRY_MS = 2000;
const FETCHED_AHEAD = 8;
const NOTICES = {
  moved: "You have gone on in another window. Here is your next face. Nothing is lost.",
  unreadable: "This picture does not load. We keep trying. You can also reload the page.",
  saving: "Please keep this page open until your last answers are saved.",
};

const later = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const percent = (share) => `${Math.round(100 * share)} %`;

class Qualification {
  constructor(root, data, rerun) {
    Object.assign(this, { data, rerun, mounts: 0, ended: false, astray: false, turn: 0, answered: 0, images: [] });
    this.root = root.querySelector(".trial");
    this.part = (name) => this.root.querySelector(name);
    this.watch = new Stopwatch();
    this.outbox = new Outbox({
      name: `qualification:${data.study}:${data.participant}`,
      api: data.api,
      heard: (_entry, status) => this.heard(status),
      changed: () => this.tellSaving(),
    });
    this.naming = new Naming(this.part(".names"), data.emotions, (label, press) => this.choose(label, press));
    this.dialogs = closeDialogsAsTheyCome();
    this.part(".plain").addEventListener("click", () => this.onward());
    this.network = () => this.outbox.retryNow();
    for (const change of ["online", "offline"]) addEventListener(change, this.network);
  }

  end() {
    this.ended = true;
    this.turn += 1;
    this.outbox.end();
    this.naming.end();
    this.watch.end();
    this.dialogs.disconnect();
    for (const change of ["online", "offline"]) removeEventListener(change, this.network);
  }

  async begin() {
    await this.outbox.flush();
    await this.sync();
  }

  async sync() {
    let reply = await ask(`${this.data.api}/qualification`);
    while (isTemporary(reply.status) && !this.ended) {
      await later(RETRY_MS);
      reply = await ask(`${this.data.api}/qualification`);
    }
    if (this.ended) return;
    if (reply.status !== 200) return this.moveOn();
    const { state, last } = reply.body;
    if (state !== "qualification") return last && state === "asking" ? this.passed(last) : this.moveOn();
    Object.assign(this, reply.body);
    this.pictures = this.images.map(() => null);
    if (this.answered === 0) this.introduce();
    else this.show();
  }

  introduce() {
    const { images, pass_mark: mark, attempt, attempts, last } = this;
    const title = last ? "Please try once more" : "Before the questions";
    const told = last
      ? [`You named the expected emotion of ${last.correct} of ${last.total} faces. To go on, you need ${percent(mark)}.`,
        "That happens easily. Take your time, and look at eyebrows, eyes, nose and mouth in turn. The faces are new."]
      : [`You see ${images.length} faces, one at a time, and say which emotion each shows.`,
        `To go on to the questions, please name the expected emotion of at least ${percent(mark)} of them.`];
    if (attempts > 1) told.push(`This is attempt ${attempt} of ${attempts}.`);
    this.card(title, told, "Begin", () => this.show());
  }

  passed({ correct, total }) {
    this.card("Well done", [`You named the expected emotion of ${correct} of ${total} faces. Now to the questions.`],
      "Go on", () => this.moveOn());
  }

  card(title, told, onward, then) {
    this.part(".labelling").hidden = true;
    this.part(".card").hidden = false;
    this.part(".top").hidden = true;
    this.root.dataset.state = "card";
    this.part(".card-title").textContent = title;
    this.part(".card-text").replaceChildren(...told.map((text) =>
      Object.assign(document.createElement("p"), { textContent: text })));
    this.part(".plain").textContent = onward;
    this.onward = then;
    this.part(".card-title").focus({ preventScroll: true });
  }

  async show() {
    const turn = ++this.turn;
    const position = this.answered + 1;
    this.naming.enable(false);
    this.watch.reset();
    if (position > this.images.length) return this.wait();
    this.fetchAhead();
    const picture = this.pictures[position - 1];
    while (!(await picture.decode().then(() => true, () => false))) {
      if (turn !== this.turn) return;
      this.part(".notice").textContent = NOTICES.unreadable;
      await later(RETRY_MS);
      picture.src = `${this.images[position - 1]}?again=${Date.now()}`;
    }
    if (turn !== this.turn) return;
    this.part(".card").hidden = true;
    this.part(".top").hidden = false;
    this.part(".labelling").hidden = false;
    this.part(".picture").replaceChildren(picture);
    this.part(".place").textContent = `Face ${position} of ${this.images.length}`;
    this.part(".rail .done").style.setProperty("--done", this.answered / this.images.length);
    this.root.dataset.state = "asking";
    this.root.dataset.position = position;
    this.watch.start(await painted());
    if (turn !== this.turn) return;
    this.naming.enable(true);
    this.part(".asked").focus({ preventScroll: true });
    this.part(".announcer").textContent = `Face ${position} of ${this.images.length}`;
  }

  fetchAhead() {
    for (let index = this.answered; index < Math.min(this.images.length, this.answered + FETCHED_AHEAD); index += 1) {
      this.pictures[index] ??= Object.assign(new Image(), {
        src: this.images[index], alt: `Face ${index + 1}`, decoding: "sync", draggable: false,
      });
    }
  }

  choose(label, { at, burst }) {
    const reading = this.watch.read(at, burst);
    if (!reading) return;
    this.answered += 1;
    this.part(".notice").textContent = "";
    const { rt_ms } = reading;
    this.outbox.add("qualification", { attempt: this.attempt, position: this.answered, label, rt_ms });
    this.show();
  }

  // All is labelled: the server says how it went as soon as it has the last label.
  wait() {
    this.part(".labelling").hidden = true;
    this.root.dataset.state = "loading";
    this.part(".notice").textContent = NOTICES.saving;
  }

  heard(status) {
    if (this.ended) return;
    if (status !== 200) this.astray = true;
    if (this.outbox.stopped) return this.moveOn();
    if (this.outbox.waiting || (!this.astray && this.answered < this.images.length)) return;
    this.part(".notice").textContent = this.astray ? NOTICES.moved : "";
    this.astray = false;
    this.turn += 1;
    this.sync();
  }

  moveOn() {
    if (this.ended) return;
    this.rerun();
    setTimeout(() => this.moveOn(), 5000);
  }

  tellSaving() {
    const { waiting, offline } = this.outbox;
    this.part(".saving").dataset.kind = offline ? "offline" : "saved";
    this.part(".saving").textContent = offline ? `Offline, nothing is lost (${waiting} waiting)` : "";
  }
}

const running = new WeakMap();

// Streamlit calls this at every rerun with the same root; one Qualification lives there until the last is cleaned up.
export default function mount({ data, parentElement, setTriggerValue }) {
  let qualification = running.get(parentElement);
  if (!qualification) {
    qualification = new Qualification(parentElement, data, () => setTriggerValue("elsewhere", true));
    running.set(parentElement, qualification);
    qualification.begin();
  }
  const call = ++qualification.mounts;
  return () => {
    if (qualification.mounts !== call) return;
    running.delete(parentElement);
    qualification.end();
  };
}
