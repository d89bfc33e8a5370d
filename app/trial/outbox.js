// Answers and undos on their way to the server: kept in memory and in localStorage, posted one after the other in
// the order in which they were given, tried again until the server has answered. Each carries its own key, so that
// a post that arrives twice is stored once.

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8000;
const AFTER_A_FRAME_MS = 20; // A post does not compete with the paint of the next question.
const PATIENCE_MS = 15000;
const STOPPING = new Set([401, 403, 410]);
const TEMPORARY = new Set([408, 425, 429]);

// crypto.randomUUID is missing where a lab serves plain http, so the uuid (version 4) is built here.
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// One fetch of the study's JSON. Resolves with {status, body}; status 0 means that no answer came.
export async function ask(url, options = {}) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    const response = await fetch(url, { ...options, signal: patience.signal, credentials: "same-origin" });
    const body = await response.json().catch(() => null);
    return { status: body === null && response.ok ? 0 : response.status, body: body ?? {} };
  } catch {
    return { status: 0, body: {} };
  } finally {
    clearTimeout(timer);
  }
}

const post = (url, body) => ask(url, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
  keepalive: true,
});

export function isTemporary(status) {
  return status === 0 || status >= 500 || TEMPORARY.has(status);
}

export class Outbox {
  #running = null;
  #wake = () => {};

  // heard(entry, status, body) is told each final answer; changed() that what is waiting, or the line, has changed.
  constructor({ name, api, highest, heard, changed }) {
    Object.assign(this, { prefix: `facevalue:${name}:`, api, highest, heard, changed });
    this.failures = 0;
    this.stopped = false;
    this.ended = false;
    this.entries = this.#stored();
  }

  get waiting() {
    return this.entries.length;
  }

  get offline() {
    return !navigator.onLine || this.failures > 0;
  }

  add(kind, body) {
    const key = uuid();
    const last = this.entries.at(-1)?.order ?? 0;
    const entry = { order: Math.max(Date.now(), last + 1), kind, body: { key, ...body } };
    this.entries.push(entry);
    this.#keep(entry);
    this.changed();
    setTimeout(() => this.flush(), AFTER_A_FRAME_MS);
  }

  // Posts whatever waits; resolves once nothing does, or the server has said that it takes no more.
  flush() {
    this.#running ??= this.#postAll().finally(() => { this.#running = null; });
    return this.#running;
  }

  // Lets go of everything that waits, here and in localStorage.
  forget() {
    while (this.entries.length) this.#drop(this.entries[0]);
    this.changed();
  }

  retryNow() {
    this.#wake();
    this.changed();
  }

  end() {
    this.ended = true;
    this.#wake();
  }

  async #postAll() {
    while (this.entries.length && !this.stopped && !this.ended) {
      this.changed();
      const entry = this.entries[0];
      const { status, body } = await post(`${this.api}/${entry.kind}`, this.#complete(entry));
      if (isTemporary(status)) {
        this.failures += 1;
        await this.#pause();
        continue;
      }
      this.failures = 0;
      this.stopped = STOPPING.has(status);
      if (!this.stopped) this.#drop(entry);
      this.heard(entry, status, body);
    }
    this.changed();
  }

  #complete(entry) {
    return this.highest && entry.kind === "answers" ? { ...entry.body, have: this.highest() } : entry.body;
  }

  #pause() {
    const most = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.failures - 1));
    this.changed();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, most * (0.75 + Math.random() / 4));
      this.#wake = () => { clearTimeout(timer); resolve(); };
    });
  }

  // Each entry has a place of its own in localStorage, so that two tabs do not write over each other.
  #place(entry) {
    return `${this.prefix}${entry.order}:${entry.body.key}`;
  }

  #keep(entry) {
    try {
      localStorage.setItem(this.#place(entry), JSON.stringify(entry));
    } catch {
      // Storage is full or forbidden: the answer still waits in memory.
    }
  }

  #drop(entry) {
    this.entries.shift();
    try {
      localStorage.removeItem(this.#place(entry));
    } catch {
      // As above: it was never stored.
    }
  }

  #stored() {
    try {
      return Object.keys(localStorage)
        .filter((place) => place.startsWith(this.prefix))
        .map((place) => JSON.parse(localStorage.getItem(place)))
        .sort((a, b) => a.order - b.order);
    } catch {
      return [];
    }
  }
}
