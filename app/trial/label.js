// A label in the form that the study's design chose: eight bars on a fixed 0-1 axis, a radar of eight axes, or the
// emotions as text. A hard-label stands in the same frame, one score at 1, so that what a person prefers is the
// content and not the form; or as its one word, where the design says so.

import { Radar } from "./radar.js";

export function scoresOf(label, emotions) {
  return label.form === "soft" ? label.scores : emotions.map((emotion) => (emotion === label.emotion ? 1 : 0));
}

// [{emotion, score}], highest first; the order of the emotions decides between equals.
export function sorted(scores, emotions) {
  return emotions.map((emotion, index) => ({ emotion, score: scores[index] })).sort((a, b) => b.score - a.score);
}

// "Happy 0.81, Surprise 0.34, …": what a screen reader says, whichever the form.
export function inWords(scores, emotions, words) {
  return words.listed(sorted(scores, emotions).map(({ emotion, score }) =>
    [words.say("trial.score", { emotion: words.emotion(emotion), score: words.score(score) })])).join("");
}

const part = (name, text = "") =>
  Object.assign(document.createElement("span"), { className: name, textContent: text });

// Rows that are built once and moved from question to question.
class Bars {
  constructor(frame, emotions, palette, words) {
    this.words = words;
    this.rows = emotions.map((emotion) => row(words.emotion(emotion), palette[emotion]));
    frame.classList.add("bars");
    frame.replaceChildren(...this.rows.map(({ line }) => line), axis(words));
  }

  show(scores) {
    this.rows.forEach(({ line, value }, index) => {
      line.style.setProperty("--score", scores[index]);
      value.textContent = this.words.score(scores[index]);
    });
  }
}

class SortedText {
  constructor(frame, emotions, _palette, words) {
    Object.assign(this, { emotions, words });
    this.rows = emotions.map(() => ({ line: part("entry"), emotion: part("emotion"), value: part("value") }));
    this.rows.forEach(({ line, emotion, value }) => line.append(emotion, value));
    frame.classList.add("entries");
    frame.replaceChildren(...this.rows.map(({ line }) => line));
  }

  show(scores) {
    sorted(scores, this.emotions).forEach(({ emotion, score }, index) => {
      this.rows[index].emotion.textContent = this.words.emotion(emotion);
      this.rows[index].value.textContent = this.words.score(score);
    });
  }
}

const FORMS = { bars: Bars, radar: Radar, sorted_text: SortedText };

// One panel: `form` is bars, radar or sorted_text; `hardForm` same_frame or text.
export class Panel {
  constructor(element, { emotions, palette, label_form: form, hard_label_form: hardForm }, words) {
    Object.assign(this, { element, emotions, hardForm, words });
    this.frame = element.querySelector(".frame");
    this.word = element.querySelector(".word");
    this.drawn = new FORMS[form](this.frame, emotions, palette, words);
  }

  show(label, side) {
    const asWord = label.form === "hard" && this.hardForm === "text";
    this.frame.hidden = asWord;
    this.word.hidden = !asWord;
    const scores = scoresOf(label, this.emotions);
    if (asWord) this.word.textContent = this.words.emotion(label.emotion);
    else this.drawn.show(scores);
    const told = asWord ? this.words.emotion(label.emotion) : inWords(scores, this.emotions, this.words);
    this.element.setAttribute("aria-label", this.words.say(`trial.panel_${side}`, { label: told }));
  }
}

function row(emotion, colour) {
  const line = part("bar");
  const value = part("value");
  line.style.setProperty("--colour", colour);
  line.append(part("emotion", emotion), part("track"), value);
  return { line, value };
}

function axis(words) {
  const line = part("axis");
  const ticks = part("ticks");
  ticks.append(...[0, 0.5, 1].map((tick) => part("tick", words.plain.format(tick))));
  line.append(ticks);
  return line;
}
