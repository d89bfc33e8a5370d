// The questions that the page holds: the one being asked first, the next ones behind it with their images already
// on the way, so that a click is followed by the next question and not by a request.

const HELD_AT_MOST = 40;
const DECODED_AHEAD = 3;

export class Supply {
  constructor(words) {
    this.words = words;
    this.questions = [];
  }

  get current() {
    return this.questions[0] ?? null;
  }

  // The highest number held, so that the server sends what comes after it; enough is enough.
  highest(total, asked) {
    if (this.questions.length >= HELD_AT_MOST) return total;
    return this.questions.at(-1)?.number ?? asked;
  }

  replace(questions) {
    const known = new Map(this.questions.map((question) => [question.id, question]));
    this.questions = questions.map((question) => known.get(question.id) ?? this.#pictured(question));
    this.#decode();
  }

  // asked: the number of the last question answered here; what the server sent before it knew is left out.
  extend(questions, asked) {
    const last = this.questions.at(-1)?.number ?? asked;
    this.questions.push(...questions.filter(({ number }) => number > last).map((question) => this.#pictured(question)));
    this.#decode();
  }

  next() {
    const answered = this.questions.shift();
    this.#decode();
    return answered;
  }

  putBack(question) {
    if (this.questions[0]?.id === question.id) return;
    this.questions.unshift(question.picture ? question : this.#pictured(question));
  }

  #pictured(question) {
    return { ...question, picture: pictureOf(question, this.words.say("trial.face", question)) };
  }

  #decode() {
    this.questions.slice(0, DECODED_AHEAD).forEach(ready);
  }
}

function pictureOf(question, alt) {
  const picture = new Image();
  Object.assign(picture, { alt, decoding: "sync", draggable: false });
  picture.src = question.image;
  return picture;
}

// Resolves with true once the image can be painted in the next frame, with false when it does not load.
export function ready(question) {
  question.decoded ??= question.picture.decode().then(() => true, () => {
    question.decoded = null;
    return false;
  });
  return question.decoded;
}

export function reload(question) {
  question.picture = pictureOf(question, question.picture.alt);
  question.decoded = null;
}
