// The qualification: one face after the other, each given one of eight emotions; then how it went.

import { Naming } from "../../trial/naming.js";
import { Outbox, ask, isTemporary } from "../../trial/outbox.js";
import { closeDialogsAsTheyCome } from "../../trial/presses.js";
import { Stopwatch, painted } from "../../trial/timing.js";
import { Words } from "../../trial/words.js";

const RETRY_MS = 2000;
const FETCHED_AHEAD = 8;

const later = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const hundredths = (share) => Math.round(100 * share);

class Qualification {
  constructor(root, data, rerun) {
    Object.assign(this, { data, rerun, mounts: 0, ended: false, astray: false, turn: 0, answered: 0, images: [] });
    this.root = root.querySelector(".trial");
    this.part = (name) => this.root.querySelector(name);
    this.words = new Words(data.wording);
    this.words.begin(this.root, []);
    this.watch = new Stopwatch();
    this.outbox = new Outbox({
      name: `qualification:${data.study}:${data.participant}`,
      api: data.api,
      heard: (_entry, status) => this.heard(status),
      changed: () => this.tellSaving(),
    });
    this.naming = new Naming(this.part(".names"), data.emotions, this.words, (label, press) => this.choose(label, press));
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
    const say = (key, values) => this.words.say(`qualification.${key}`, values);
    const percent = hundredths(mark);
    const told = last
      ? [say("missed", { ...last, percent }), say("again")]
      : [say("task", { count: images.length }), say("mark", { percent })];
    if (attempts > 1) told.push(say("attempt", { attempt, attempts }));
    this.card(say(last ? "title_again" : "title"), told, say("begin"), () => this.show());
  }

  passed(result) {
    const say = (key) => this.words.say(`qualification.${key}`, result);
    this.card(say("passed_title"), [say("passed")], say("go_on"), () => this.moveOn());
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
      this.part(".notice").textContent = this.words.say("qualification.unreadable");
      await later(RETRY_MS);
      picture.src = `${this.images[position - 1]}?again=${Date.now()}`;
    }
    if (turn !== this.turn) return;
    this.part(".card").hidden = true;
    this.part(".top").hidden = false;
    this.part(".labelling").hidden = false;
    this.part(".picture").replaceChildren(picture);
    const place = this.words.say("qualification.place", { number: position, total: this.images.length });
    this.part(".place").textContent = place;
    this.part(".rail .done").style.setProperty("--done", this.answered / this.images.length);
    this.root.dataset.state = "asking";
    this.root.dataset.position = position;
    this.watch.start(await painted());
    if (turn !== this.turn) return;
    this.naming.enable(true);
    this.part(".asked").focus({ preventScroll: true });
    this.part(".announcer").textContent = place;
  }

  fetchAhead() {
    for (let index = this.answered; index < Math.min(this.images.length, this.answered + FETCHED_AHEAD); index += 1) {
      this.pictures[index] ??= Object.assign(new Image(), {
        src: this.images[index], alt: this.words.say("qualification.face", { number: index + 1 }),
        decoding: "sync", draggable: false,
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
    this.part(".notice").textContent = this.words.say("qualification.saving");
  }

  heard(status) {
    if (this.ended) return;
    if (status !== 200) this.astray = true;
    if (this.outbox.stopped) return this.moveOn();
    if (this.outbox.waiting || (!this.astray && this.answered < this.images.length)) return;
    this.part(".notice").textContent = this.astray ? this.words.say("qualification.moved") : "";
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
    this.part(".saving").textContent = offline
      ? this.words.say("trial.offline_waiting", { count: waiting }) : "";
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
