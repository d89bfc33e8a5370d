// A label as eight bars on a fixed 0-1 axis. A hard-label stands in the same frame, one bar at 1, so that what
// a person prefers is the content and not the form.

export function scoresOf(label, emotions) {
  return label.form === "soft" ? label.scores : emotions.map((emotion) => (emotion === label.emotion ? 1 : 0));
}

// "Happy 0.81, Surprise 0.34, …": highest first; the order of the emotions decides between equals.
export function inWords(scores, emotions) {
  return emotions
    .map((emotion, index) => ({ emotion, score: scores[index] }))
    .sort((a, b) => b.score - a.score)
    .map(({ emotion, score }) => `${emotion} ${score.toFixed(2)}`)
    .join(", ");
}

// One panel whose eight rows are built once and moved from question to question.
export class Panel {
  constructor(element, emotions, palette) {
    this.element = element;
    this.emotions = emotions;
    this.rows = emotions.map((emotion) => row(emotion, palette[emotion]));
    element.querySelector(".bars").replaceChildren(...this.rows.map(({ line }) => line), axis());
  }

  show(label, side) {
    const scores = scoresOf(label, this.emotions);
    this.rows.forEach(({ line, value }, index) => {
      line.style.setProperty("--score", scores[index]);
      value.textContent = scores[index].toFixed(2);
    });
    this.element.setAttribute("aria-label", `${side} panel: ${inWords(scores, this.emotions)}`);
  }
}

const part = (name, text = "") =>
  Object.assign(document.createElement("span"), { className: name, textContent: text });

function row(emotion, colour) {
  const line = part("bar");
  const value = part("value");
  line.style.setProperty("--colour", colour);
  line.append(part("emotion", emotion), part("track"), value);
  return { line, value };
}

function axis() {
  const line = part("axis");
  const ticks = part("ticks");
  ticks.append(...["0", "0.5", "1"].map((tick) => part("tick", tick)));
  line.append(ticks);
  return line;
}
