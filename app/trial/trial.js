// The question loop: asks from memory, hands answers to the outbox, and follows where the server says one is.

import { Outbox, ask, isTemporary } from "./outbox.js";
import { Pace, Stopwatch, painted } from "./timing.js";
import { Annotating } from "./annotating.js";
import { Comparing } from "./comparing.js";
import { Supply, ready, reload } from "./supply.js";

const RETRY_MS = 2000;
const REPEAT_MS = 5000;
const QUIET_MS = 600; // A post under way is worth a word only when it takes longer than this.
// The server takes nothing more from someone who has left: then nothing of theirs stays in the browser either.
const LEFT = new Set(["withdrawn", "erased"]);
const ENDED = new Set([...LEFT, "replaced", "disqualified", "consent", "stage"]);
// What is said of a refusal, and of the answers that still wait here.
const REFUSALS = { signed_out: "kept", not_yours: "kept", foreign: "kept", closed: "unsaved" };

const later = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

class Trial {
  constructor(root, data, rerun) {
    Object.assign(this, { data, rerun, mounts: 0, begun: false, ended: false, answering: false, turn: 0 });
    Object.assign(this, { answered: 0, total: 0, asked: 0, undoable: null, last: null, awaited: null, astray: null });
    Object.assign(this, { resting: false, closesAt: null });
    this.watch = new Stopwatch();
    this.pace = new Pace(1000 * data.seconds_per_question);
    const Shown = data.form ? Annotating : Comparing;
    this.screen = new Shown(root, data, {
      answer: (given, press) => this.answer(given, press),
      undo: () => this.undo(),
      goOn: () => this.goOn(),
    });
    this.words = this.screen.words;
    this.supply = new Supply(this.words);
    this.outbox = new Outbox({
      name: `${data.study}:${data.participant}`,
      api: data.api,
      highest: () => this.supply.highest(this.total, this.asked),
      heard: (entry, status, body) => this.heard(entry, status, body),
      changed: () => this.tellSaving(),
    });
    this.network = () => this.outbox.retryNow();
    for (const change of ["online", "offline"]) addEventListener(change, this.network);
    this.leaving = () => this.outbox.flush();
    addEventListener("pagehide", this.leaving);
    // Brought back by the back button as it was left, the page may have been overtaken on another device.
    this.returning = (event) => { if (event.persisted && this.begun) this.begin(); };
    addEventListener("pageshow", this.returning);
  }

  end() {
    this.ended = true;
    this.turn += 1;
    this.outbox.end();
    this.screen.end();
    this.watch.end();
    clearTimeout(this.quiet);
    for (const change of ["online", "offline"]) removeEventListener(change, this.network);
    removeEventListener("pagehide", this.leaving);
    removeEventListener("pageshow", this.returning);
  }

  // What waits from an earlier visit goes first; only then is the server's word on where one is complete.
  async begin() {
    await this.outbox.flush();
    this.begun = true;
    if (!this.outbox.stopped) await this.findTheWay();
  }

  async sync() {
    this.answering = false;
    this.screen.wait();
    let reply = await ask(`${this.data.api}/state`);
    while (isTemporary(reply.status) && !this.ended) {
      this.screen.saving("offline", this.savingInWords("offline"));
      await later(RETRY_MS);
      reply = await ask(`${this.data.api}/state`);
    }
    if (this.ended) return;
    this.tellSaving();
    if (reply.status !== 200) this.refused(reply.body);
    else if (reply.body.state === "asking") this.resume(reply.body);
    else if (reply.body.state === "done") this.finish(reply.body.progress);
    else this.moveOn();
  }

  // Streamlit draws what comes now: the thanks, the closed door. It is told again should it have been away.
  moveOn() {
    if (this.ended) return;
    this.rerun();
    setTimeout(() => this.moveOn(), REPEAT_MS);
  }

  resume({ questions, progress, undoable, pace_ms, left_ms }) {
    this.pace.assume(pace_ms);
    this.closesAt = left_ms === null ? null : performance.now() + left_ms;
    this.supply.replace(questions);
    this.follow(progress, undoable);
    this.asked = (this.supply.current?.number ?? progress.total) - 1;
    this.awaited = null;
    this.show();
  }

  async show() {
    const turn = ++this.turn;
    const question = this.supply.current;
    this.answering = false;
    this.watch.reset();
    this.tellProgress();
    if (!question) return this.nothingLeft();
    if (this.resting) return this.screen.suggestBreak(this.answered);
    while (!(await this.pictured(question))) {
      if (turn !== this.turn) return;
      this.tell(this.outbox.offline ? "ahead" : "unreadable");
      await later(RETRY_MS);
      if (turn !== this.turn) return;
      reload(question);
    }
    if (turn !== this.turn) return;
    this.screen.ask(question);
    const at = await painted();
    if (turn !== this.turn) return;
    this.watch.start(at);
    this.answering = true;
    this.screen.announce(question);
  }

  async pictured(question) {
    const slow = setTimeout(() => this.screen.wait(), 100);
    const shows = await ready(question);
    clearTimeout(slow);
    return shows;
  }

  answer(given, { input, at, burst }) {
    const question = this.supply.current;
    const offered = this.answering && this.screen.offers(question, given);
    const reading = offered ? this.watch.read(at, burst) : null;
    if (!reading) return;
    this.supply.next();
    this.last = question;
    this.asked = question.number;
    this.undoable = question.id;
    this.answered += 1;
    this.pace.add(reading);
    this.resting = this.answered % this.data.break_every === 0;
    this.screen.notice("");
    this.outbox.add("answers", { question: question.id, ...given, ...reading, input });
    this.show();
  }

  goOn() {
    if (!this.resting) return;
    this.resting = false;
    this.screen.notice("");
    this.show();
  }

  // The last answer is taken back in its turn: after the post of that answer, should it still be waiting.
  undo() {
    const id = this.undoable;
    if (!id || this.awaited || this.outbox.stopped) return;
    const known = this.last?.id === id ? this.last : null;
    this.undoable = null;
    this.last = null;
    this.resting = false;
    this.answered -= 1;
    this.screen.notice("");
    this.outbox.add("undo", { question: id });
    if (known) return this.takeBack(known);
    this.awaited = id;
    this.answering = false;
    this.turn += 1;
    this.screen.wait();
  }

  takeBack(question) {
    this.supply.putBack(question);
    this.asked = question.number - 1;
    this.show();
  }

  heard(entry, status, body) {
    if (this.ended) return;
    if (this.outbox.stopped) return this.refused(body);
    if (status !== 200) this.astray = status === 409 ? "moved" : "asked_again";
    else if (this.begun) this.stored(entry, body);
    if (this.outbox.waiting || !this.begun) return;
    if (this.astray) this.findTheWay();
    else {
      this.follow(body.progress, body.undoable);
      if (!this.supply.current && !this.awaited) this.show();
    }
  }

  findTheWay() {
    if (this.astray) this.tell(this.astray);
    this.astray = null;
    this.last = null;
    return this.sync();
  }

  stored(entry, { questions = [], question }) {
    const empty = !this.supply.current;
    this.supply.extend(questions, this.asked);
    if (question && question.id === this.awaited) {
      this.awaited = null;
      this.takeBack(question);
    } else if (empty && this.supply.current && !this.awaited) {
      this.screen.notice("");
      this.show();
    }
  }

  follow(progress, undoable) {
    this.answered = progress.answered;
    this.total = progress.total;
    this.undoable = undoable;
    this.tellProgress();
  }

  nothingLeft() {
    const all = this.total > 0 && this.answered >= this.total;
    if (!this.outbox.waiting && !this.outbox.offline) return this.sync();
    this.screen.clear("empty");
    this.tell(all ? "saving_last" : "ahead");
  }

  finish(progress) {
    this.follow(progress, null);
    this.screen.clear("finished");
    this.tell("finished");
    this.moveOn();
  }

  // The server takes nothing more from this page: what still waits stays in the browser.
  refused({ error = {} }) {
    this.turn += 1;
    this.answering = false;
    this.undoable = null;
    this.tellProgress();
    this.screen.clear("stopped");
    if (LEFT.has(error.code)) this.outbox.forget();
    const elsewhere = ENDED.has(error.code) || (error.code === "closed" && !this.outbox.waiting);
    if (elsewhere) this.moveOn();
    else this.tellRefusal(error.code in REFUSALS ? error.code : "foreign");
  }

  tell(notice) {
    this.screen.notice(this.words.say(`trial.${notice}`));
  }

  tellRefusal(why) {
    const { waiting: count } = this.outbox;
    const said = this.words.say(`trial.${why}`);
    this.screen.notice(count ? this.words.joined(said, this.words.say(`trial.${REFUSALS[why]}`, { count })) : said);
  }

  tellProgress() {
    const due = this.closesAt === null ? null : Math.max(0, this.closesAt - performance.now());
    this.screen.progress(this.answered, this.total, this.pace.left(this.total - this.answered), due);
    this.screen.undoable(Boolean(this.undoable));
  }

  savingInWords(kind) {
    const { waiting: count } = this.outbox;
    if (kind === "offline") return this.words.say(count ? "trial.offline_waiting" : "trial.offline", { count });
    return this.words.say(kind === "saved" ? "trial.saved" : "trial.waiting", { count });
  }

  tellSaving() {
    clearTimeout(this.quiet);
    const { waiting, offline, stopped } = this.outbox;
    const kind = stopped && waiting ? "stopped" : offline ? "offline" : waiting ? "waiting" : "saved";
    const tell = () => this.screen.saving(kind, this.savingInWords(kind));
    if (kind === "waiting" && waiting < 2) this.quiet = setTimeout(tell, QUIET_MS);
    else tell();
  }
}

const running = new WeakMap();

// Streamlit calls this at every rerun with the same root; one Trial lives there until the last call is cleaned up.
export default function mount({ data, parentElement, setTriggerValue }) {
  let trial = running.get(parentElement);
  if (!trial) {
    trial = new Trial(parentElement, data, () => setTriggerValue("elsewhere", true));
    running.set(parentElement, trial);
    trial.begin();
  }
  const call = ++trial.mounts;
  return () => {
    if (trial.mounts !== call) return;
    running.delete(parentElement);
    trial.end();
  };
}
