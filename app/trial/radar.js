// Eight scores on eight axes from 0 in the middle to 1 at the rim, in the fixed order of the emotions.

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 300;
const HEIGHT = 224;
const RADIUS = 84;
const NAMED_AT = RADIUS + 9;
const LETTER = 12.5; // the room that a letter of a name takes on a phone, where names are largest
const ROOM = WIDTH / 2 + 20; // from the middle to the panel's edge

const draw = (name, attributes, text = "") => {
  const made = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  made.textContent = text;
  return made;
};

export class Radar {
  constructor(frame, emotions, palette, words) {
    const names = emotions.map((emotion) => words.emotion(emotion));
    this.directions = emotions.map((_, index) => {
      const angle = (2 * Math.PI * index) / emotions.length - Math.PI / 2;
      return { x: Math.cos(angle), y: Math.sin(angle) };
    });
    // Names that would reach over the edge make the drawing wider.
    const wider = Math.max(0, ...names.map((one, index) => reach(one, this.directions[index]) - ROOM));
    const figure = draw("svg", { viewBox: `${-wider} 0 ${WIDTH + 2 * wider} ${HEIGHT}`, "aria-hidden": "true" });
    figure.append(...[0.5, 1].map((share) => draw("polygon", { class: "ring", points: this.#points(() => share) })));
    figure.append(...this.directions.map((to) => draw("line", { class: "spoke", ...ends(to) })));
    this.area = draw("polygon", { class: "area" });
    this.dots = emotions.map((emotion) => draw("circle", { class: "dot", r: 4, fill: palette[emotion] }));
    figure.append(this.area, ...this.dots, ...names.map((one, index) => name(one, this.directions[index])));
    frame.classList.add("radar");
    frame.replaceChildren(figure);
  }

  show(scores) {
    this.area.setAttribute("points", this.#points((index) => scores[index]));
    this.dots.forEach((dot, index) => {
      const { x, y } = at(this.directions[index], scores[index] * RADIUS);
      dot.setAttribute("cx", x);
      dot.setAttribute("cy", y);
    });
  }

  #points(share) {
    return this.directions
      .map((to, index) => at(to, share(index) * RADIUS))
      .map(({ x, y }) => `${x},${y}`)
      .join(" ");
  }
}

const at = ({ x, y }, distance) => ({
  x: Math.round(10 * (WIDTH / 2 + x * distance)) / 10,
  y: Math.round(10 * (HEIGHT / 2 + y * distance)) / 10,
});

const reach = (name, to) => Math.abs(to.x) * NAMED_AT + (Math.abs(to.x) < 0.1 ? 0.5 : 1) * LETTER * name.length;

function ends(to) {
  const { x, y } = at(to, RADIUS);
  return { x1: WIDTH / 2, y1: HEIGHT / 2, x2: x, y2: y };
}

function name(emotion, to) {
  const { x, y } = at(to, NAMED_AT);
  const anchor = Math.abs(to.x) < 0.1 ? "middle" : to.x > 0 ? "start" : "end";
  const lower = Math.abs(to.x) < 0.1 && to.y > 0 ? 8 : Math.abs(to.x) < 0.1 ? 0 : 4;
  return draw("text", { x, y: y + lower, "text-anchor": anchor }, emotion);
}
