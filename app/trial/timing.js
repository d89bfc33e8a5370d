// Response time: from the frame in which a question is painted to the event that answers it; and what came between
// the two: time in which the page could not be seen, had lost the focus, or the computer slept.

const FASTEST_ANSWER_MS = 150;
const FASTEST_IN_A_BURST_MS = 500; // The usual time in which two clicks are one double click.
const PACES_KEPT = 20;
const SLEEP_MS = 2000; // The clock of the day and the page's own may drift apart by less than this.

// Resolves with the time at which the frame after the present one begins: by then the present one is painted.
export function painted() {
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
}

// Adds up the time in which something was the case.
class Tally {
  constructor(now) {
    this.sum = 0;
    this.since = now;
  }

  is(yes, at) {
    if (yes) this.since ??= at;
    else if (this.since !== null) {
      this.sum += Math.max(0, at - this.since);
      this.since = null;
    }
  }

  total(at) {
    return this.sum + (this.since === null ? 0 : Math.max(0, at - this.since));
  }
}

export class Stopwatch {
  constructor() {
    this.listening = new AbortController();
    const { signal } = this.listening;
    const look = () => this.#look(performance.now());
    document.addEventListener("visibilitychange", look, { signal });
    for (const change of ["focus", "blur", "pageshow"]) addEventListener(change, look, { signal });
    this.reset();
  }

  end() {
    this.listening.abort();
  }

  reset() {
    this.paintedAt = null;
  }

  start(at) {
    this.paintedAt = at;
    this.startedOn = Date.now();
    this.shownAt = Math.round(performance.timeOrigin + at);
    this.hidden = new Tally(null);
    this.blurred = new Tally(null);
    this.#look(at);
  }

  #look(at) {
    if (this.paintedAt === null) return;
    this.hidden.is(document.hidden, at);
    this.blurred.is(!document.hidden && !document.hasFocus(), at);
  }

  // rt_ms is all the time that went by, hidden_ms the part of it in which the page could not be seen.
  // null: nobody has seen the question yet, so this is a slip (a bounced key, the second half of a double click).
  read(at, burst) {
    const elapsed = this.paintedAt === null ? 0 : at - this.paintedAt;
    if (elapsed < (burst ? FASTEST_IN_A_BURST_MS : FASTEST_ANSWER_MS)) return null;
    const asleep = Date.now() - this.startedOn - (performance.now() - this.paintedAt);
    return {
      rt_ms: Math.round(elapsed),
      hidden_ms: Math.round(Math.min(elapsed, this.hidden.total(at))),
      blurred_ms: Math.round(Math.min(elapsed, this.blurred.total(at))),
      asleep_ms: asleep > SLEEP_MS ? Math.round(asleep) : 0,
      shown_at: this.shownAt,
    };
  }
}

// The pace of the last questions, by their median: one long pause does not change what is left.
export class Pace {
  constructor(assumed) {
    this.assumed = assumed;
    this.times = [];
  }

  // What the server knows of earlier sittings.
  assume(milliseconds) {
    if (milliseconds) this.assumed = milliseconds;
  }

  add({ rt_ms, hidden_ms }) {
    this.times = [...this.times, rt_ms - hidden_ms].slice(-PACES_KEPT);
  }

  left(questions) {
    const sorted = [...this.times].sort((a, b) => a - b);
    const median = sorted.length < 3 ? this.assumed : sorted[Math.floor(sorted.length / 2)];
    return questions * median;
  }
}
