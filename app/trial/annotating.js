// A face alone, and what an annotator says of it: a hard-label, a soft-label, or valence and arousal.

import { ANNOTATIONS } from "./words.js";
import { Naming } from "./naming.js";
import { Affect } from "./affect.js";
import { BUT_SLIDERS, isElsewhere } from "./presses.js";
import { Scores } from "./scores.js";
import { Screen } from "./screen.js";

// Naming, as the other two: clear() before each face, enable(yes) once it is painted, end().
class Names {
  constructor(group, { labels }, said) {
    group.classList.add("names");
    this.naming = new Naming(group, labels, (label, press) => said({ label }, press));
  }

  clear() {}
  enable(yes) { this.naming.enable(yes); }
  end() { this.naming.end(); }
}

const WIDGETS = { hard_label: Names, soft_label: Scores, affect: Affect };

export class Annotating extends Screen {
  constructor(root, data, on) {
    super(root, data, on);
    const { question, help, keys } = ANNOTATIONS[data.form];
    this.part(".wording").textContent = question;
    this.part(".how").textContent = help;
    this.part(".key-list").replaceChildren(...keys.flatMap(([caps, what], index) => {
      const shown = caps.map((cap) => Object.assign(document.createElement("kbd"), { textContent: cap }));
      return [index ? ", " : "", ...shown.flatMap((cap, place) => (place ? [" to ", cap] : [cap])), ` ${what}`];
    }));
    const hint = (words) => { this.part(".hint").textContent = words; };
    const said = (response, press) => on.answer({ response }, press);
    this.widget = new WIDGETS[data.form](this.part(".saying"), data, said, hint);
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
