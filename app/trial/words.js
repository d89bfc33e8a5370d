// The words of the participants' pages, said in the language of the study; and the keys that a page listens to.

export const CHOICE_OF_KEY = {
  ArrowLeft: "left", ArrowRight: "right", ArrowUp: "both", ArrowDown: "none",
  1: "left", 2: "right", 3: "both", 4: "none",
};
export const CAPS = { left: ["←", "1"], right: ["→", "2"], both: ["↑", "3"], none: ["↓", "4"] };
// Of each form of annotation: the keys (two are a range), and what they do.
export const ANNOTATION_KEYS = {
  hard_label: [[["1", "8"], "emotions"], [["9"], "none"], [["0"], "uncertain"], [["-"], "non_face"]],
  soft_label: [[["1", "8"], "slider"], [["←"], "less"], [["→"], "more"], [["⏎"], "done"]],
  affect: [[["←"], "less_pleasant"], [["→"], "more_pleasant"], [["↑"], "more_excited"], [["↓"], "calmer"],
    [["Shift"], "further"], [["⏎"], "done"]],
};

const HOUR_MS = 3600000;
const DAY_MS = 24 * HOUR_MS;
const LAST_DAYS_MS = 2 * DAY_MS;
const PARTS = /\{([a-z_]+)\}/;
const LETTER_EM = 0.53; // what a letter takes on average, so that "Surprise" takes the width that its column has

export class Words {
  // As study.wording.wording.Wording.browser gives them.
  constructor({ language, direction, digits, words }) {
    Object.assign(this, { language, direction, words });
    const numbers = (options) => new Intl.NumberFormat(language, { numberingSystem: digits, ...options });
    this.whole = numbers({ maximumFractionDigits: 0 });
    this.hundredths = numbers({ minimumFractionDigits: 2, maximumFractionDigits: 2 });
    this.plain = numbers({});
    this.plurals = new Intl.PluralRules(language);
  }

  // The text of a key with its placeholders filled in; one with plural forms is that of `count`.
  say(key, values = {}) {
    return this.#parts(key, values).map((part) => (typeof part === "number" ? this.whole.format(part) : part)).join("");
  }

  // The same as nodes of a page, where a value may be an array of nodes.
  nodes(key, values) {
    return this.#parts(key, values).flat();
  }

  has(key) {
    return key in this.words;
  }

  // What an emotion, or another label, is called.
  emotion(label) {
    return this.words[`emotions.${label.toLowerCase().replace("-", "_")}`];
  }

  // A score, as toFixed(2) rounds it.
  score(number) {
    return this.hundredths.format(Number(number.toFixed(2)));
  }

  lower(text) {
    return text.toLocaleLowerCase(this.language);
  }

  // Nodes or texts, with the language's separator between.
  listed(items) {
    return items.flatMap((item, index) => [index ? this.words["general.separator"] : "", ...item]);
  }

  joined(first, second) {
    return this.say("general.sentences", { first, second });
  }

  // Tells a component's root its language, and says what its elements ask for: data-say, data-say-label. Names stand
  // in columns, which are as wide as the longest needs.
  begin(root, names) {
    Object.assign(root, { lang: this.language, dir: this.direction });
    root.querySelectorAll("[data-say]").forEach((part) => { part.textContent = this.say(part.dataset.say); });
    root.querySelectorAll("[data-say-label]").forEach((part) =>
      part.setAttribute("aria-label", this.say(part.dataset.sayLabel)));
    const width = Math.max(4.25, ...names.map(widthOf));
    root.style.setProperty("--names", `${width.toFixed(2)}em`);
    if (width > 5) root.dataset.names = "long";
  }

  // "312 of 1,735 · about 40 minutes left · open for 5 days"
  place(answered, total, left, due) {
    const day = due === null ? [] : [this.#daysLeft(due)];
    return [this.#place(answered, total), ...(answered >= total ? [] : [this.#timeLeft(left), ...day])].join(" · ");
  }

  // The same for a phone: "312 of 1,735 · 40 min · 5 days", and in the last two days "… · open 7 h"
  placeInShort(answered, total, left, due) {
    const minutes = Math.max(1, Math.round(left / 60000));
    const time = minutes < 90
      ? this.say("trial.minutes_short", { count: minutes })
      : this.say("trial.hours_short", { count: Math.round(minutes / 60) });
    const day = due === null ? [] : [this.#doorInShort(due)];
    return [this.#place(answered, total), ...(answered >= total ? [] : [time, ...day])].join(" · ");
  }

  #place(answered, total) {
    return this.say("trial.place", { number: Math.min(answered + 1, total), total });
  }

  #timeLeft(milliseconds) {
    const minutes = Math.round(milliseconds / 60000);
    if (minutes < 1) return this.say("trial.seconds_left");
    if (minutes < 90) return this.say("trial.minutes_left", { count: minutes });
    return this.say("trial.hours_left", { count: Math.round(minutes / 60) });
  }

  // Only the last days are told by the hour.
  #daysLeft(milliseconds) {
    if (milliseconds < HOUR_MS) return this.say("trial.closes_within_the_hour");
    return milliseconds < LAST_DAYS_MS
      ? this.say("trial.open_hours", { count: Math.floor(milliseconds / HOUR_MS) })
      : this.say("trial.open_days", { count: Math.floor(milliseconds / DAY_MS) });
  }

  #doorInShort(milliseconds) {
    if (milliseconds < HOUR_MS) return this.say("trial.closes_soon");
    return milliseconds < LAST_DAYS_MS
      ? this.say("trial.open_hours_short", { count: Math.floor(milliseconds / HOUR_MS) })
      : this.say("trial.days_short", { count: Math.floor(milliseconds / DAY_MS) });
  }

  #parts(key, values) {
    const text = this.words[key] ?? this.words[`${key}.${this.plurals.select(values.count)}`]
      ?? this.words[`${key}.other`];
    return text.split(PARTS).map((part, index) => (index % 2 ? values[part] : part));
  }
}

function widthOf(name) {
  return [...name].reduce((sum, letter) => sum + (/[\u2e80-\uffef]/.test(letter) ? 1 : LETTER_EM), 0);
}
