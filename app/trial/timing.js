// Response time: from the frame in which a question is painted to the event that answers it.

const FASTEST_ANSWER_MS = 150;
const FASTEST_IN_A_BURST_MS = 500; // The usual time in which two clicks are one double click.
const PACES_KEPT = 20;

// Resolves with the time at which the frame after the present one begins: by then the present one is painted.
export function painted() {
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
}

export class Stopwatch {
  reset() {
    this.paintedAt = null;
    this.hidden = 0;
    this.hiddenSince = document.hidden ? performance.now() : null;
  }

  start(at) {
    this.paintedAt = at;
    this.shownAt = Math.round(performance.timeOrigin + at);
    this.hidden = 0;
    if (this.hiddenSince !== null) this.hiddenSince = at;
  }

  visibility() {
    const now = performance.now();
    if (document.hidden) this.hiddenSince ??= now;
    else if (this.hiddenSince !== null) {
      this.hidden += now - this.hiddenSince;
      this.hiddenSince = null;
    }
  }

  // rt_ms is all the time that went by, hidden_ms the part of it in which the page could not be seen.
  // null: nobody has seen the question yet, so this is a slip (a bounced key, the second half of a double click).
  read(at, burst) {
    const elapsed = this.paintedAt === null ? 0 : at - this.paintedAt;
    if (elapsed < (burst ? FASTEST_IN_A_BURST_MS : FASTEST_ANSWER_MS)) return null;
    return { rt_ms: Math.round(elapsed), hidden_ms: Math.round(this.hidden), shown_at: this.shownAt };
  }
}

// The pace of the last questions, by their median: one long pause does not change what is left.
export class Pace {
  constructor(assumed) {
    this.assumed = assumed;
    this.times = [];
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
