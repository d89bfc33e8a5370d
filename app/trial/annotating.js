// A face alone, and what an annotator says of it: a hard-label, a soft-label, or valence and arousal.

import { ANNOTATION_KEYS } from "./words.js";
import { Naming } from "./naming.js";
import { Affect } from "./affect.js";
import { BUT_SLIDERS, cap, isElsewhere } from "./presses.js";
import { Scores } from "./scores.js";
import { Screen } from "./screen.js";

// Naming, as the other two: clear() before each face, enable(yes) once it is painted, end().
class Names {
  constructor(group, { labels }, words, said) {
    group.classList.add("names");
    this.naming = new Naming(group, labels, words, (label, press) => said({ label }, press));
  }

  clear() {}
  enable(yes) { this.naming.enable(yes); }
  end() { this.naming.end(); }
}

const WIDGETS = { hard_label: Names, soft_label: Scores, affect: Affect };

export class Annotating extends Screen {
  constructor(root, data, on) {
    super(root, data, on);
    this.part(".wording").textContent = this.words.say(`annotation.question_${data.form}`);
    this.part(".how").textContent = this.words.say(`annotation.help_${data.form}`);
    this.tellKeys(ANNOTATION_KEYS[data.form].map(([caps, what]) => {
      const [first, last] = caps.map((key) => [cap(key)]);
      const key = last ? this.words.nodes("trial.key_to", { first, last }) : first;
      return this.words.nodes("trial.key", { key, what: this.words.say(`annotation.key_${what}`) });
    }));
    const hint = (told) => { this.part(".hint").textContent = told; };
    const said = (response, press) => on.answer({ response }, press);
    this.widget = new WIDGETS[data.form](this.part(".saying"), data, this.words, said, hint);
  }

  end() {
    super.end();
    this.widget.end();
  }

  draw() {
    this.part(".hint").textContent = "";
    this.widget.clear();
  }

  offers() {
    return true;
  }

  announce(question) {
    this.widget.enable(true);
    super.announce(question);
  }

  state(state) {
    if (state !== "asking") this.widget.enable(false);
    super.state(state);
  }

  elsewhere(event) {
    return isElsewhere(event, BUT_SLIDERS);
  }
}
