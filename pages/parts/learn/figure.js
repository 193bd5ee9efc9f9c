// Shows a figure that Python has drawn, and reports what a reader does to its marks: by pointer or by arrow keys.
// Nothing is computed here: a moved mark goes to Python as {name, x, y}, a picked one as {name}, and a new figure comes back.
const known = new WeakMap();

export default function figure({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".mm-root");
  let me = known.get(root);
  if (!me) known.set(root, (me = begin(root, parentElement)));
  me.send = (event) => setTriggerValue("done", { ...event, n: ++me.n });
  root.style.fontSize = `${data.size}rem`;
  if (data.html !== me.html) show(root, me, data.html);
}

function begin(root, tree) {
  const me = { html: null, held: null, keyed: null, at: "", pinned: "", n: 0, tree };
  root.addEventListener("pointerdown", (event) => take(root, me, event));
  root.addEventListener("pointermove", (event) => me.held && drag(root, me, event));
  root.addEventListener("pointerup", (event) => me.held && release(root, me, event));
  root.addEventListener("pointercancel", () => (me.held = null));
  root.addEventListener("keydown", (event) => press(root, me, event));
  for (const kind of ["pointerover", "pointerout", "focusin", "focusout"]) root.addEventListener(kind, (event) => point(root, me, event));
  root.addEventListener("click", (event) => pin(root, me, event));
  return me;
}

// A new figure in place of the old one; the mark in hand stays in hand, and the keyboard stays where it was.
function show(root, me, html) {
  const focused = me.tree.activeElement?.dataset?.name;
  root.innerHTML = me.html = html;
  const mine = me.held?.moved ? me.held : me.keyed && Date.now() - me.keyed.at < 400 ? me.keyed : null;
  if (mine) place(find(root, mine.name), mine.x, mine.y);
  if (focused) find(root, focused)?.focus();
  light(root, me);
}

// A term of the formula at which a reader points, by pointer or keyboard, or which they have pressed, marks its place in the figure.
const term = (event) => event.target.closest?.(".mm-term")?.dataset.term;

function point(root, me, event) {
  if (!term(event)) return;
  me.at = event.type === "pointerover" || event.type === "focusin" ? term(event) : "";
  light(root, me);
}

// Pressed, it stays marked until it is pressed again: a finger cannot rest on it.
function pin(root, me, event) {
  if (!term(event)) return;
  me.pinned = me.pinned === term(event) ? "" : term(event);
  me.at = me.pinned;
  light(root, me);
}

function light(root, me) {
  const terms = [...root.querySelectorAll(".mm-term")];
  if (!terms.some((one) => one.dataset.term === me.pinned)) me.pinned = "";
  const part = terms.some((one) => one.dataset.term === me.at) ? me.at : me.pinned;
  root.classList.toggle("mm-pointing", part !== "");
  for (const one of root.querySelectorAll("[data-part]")) one.classList.toggle("mm-lit", one.dataset.part.split(" ").includes(part));
  for (const one of terms) {
    one.classList.toggle("mm-lit", one.dataset.term === part);
    one.setAttribute("aria-pressed", String(one.dataset.term === me.pinned));
  }
}

const find = (root, name) => root.querySelector(`[data-name="${name}"]`);
const numbers = (text) => text.split(" ").map(Number);
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

// The plane of a picture: from a place on the screen to its units and back.
function plane(svg) {
  const [x0, x1, y0, y1] = numbers(svg.dataset.plane), [left, right, bottom, top] = numbers(svg.dataset.box);
  return {
    x0, x1, y0, y1,
    units: (event) => {
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      return [clamp(x0 + ((at.x - left) / (right - left)) * (x1 - x0), x0, x1), clamp(y0 + ((at.y - bottom) / (top - bottom)) * (y1 - y0), y0, y1)];
    },
    shift: (dx, dy) => [(dx / (x1 - x0)) * (right - left), (dy / (y1 - y0)) * (top - bottom)],
  };
}

function place(mark, x, y) {
  if (!mark) return;
  const [dx, dy] = plane(mark.closest("svg")).shift(x - Number(mark.dataset.x), y - Number(mark.dataset.y));
  mark.setAttribute("transform", `translate(${dx} ${dy})`);
}

function take(root, me, event) {
  const mark = event.target.closest(".mm-hold"), svg = event.target.closest("svg[data-plane]");
  const name = mark?.dataset.name || svg?.dataset.click;
  if (!svg || !name || event.button > 0) return;
  event.preventDefault();
  root.setPointerCapture(event.pointerId);
  const [x, y] = plane(svg).units(event);
  me.held = { name, x, y, from: [event.clientX, event.clientY], moved: !mark, sent: 0, svg };
  find(root, name)?.focus();
  if (!mark) drag(root, me, event);
}

function drag(root, me, event) {
  const held = me.held, mark = find(root, held.name);
  if (!mark) return;
  if (!held.moved && Math.hypot(event.clientX - held.from[0], event.clientY - held.from[1]) < 4) return;
  held.moved = true;
  [held.x, held.y] = plane(mark.closest("svg")).units(event);
  place(mark, held.x, held.y);
  // Now and then on the way, so that the figure follows the hand; Python answers in less than that.
  if (Date.now() - held.sent > 180) tell(me, held);
}

function release(root, me, event) {
  const held = me.held;
  me.held = null;
  if (held.moved) tell(me, { ...held, name: held.name });
  else me.send({ name: held.name });
}

function tell(me, held) {
  held.sent = Date.now();
  me.send({ name: held.name, x: held.x, y: held.y });
}

function press(root, me, event) {
  const mark = event.target.closest?.(".mm-hold");
  if (!mark) return;
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
  if (!way && event.key !== "Enter" && event.key !== " ") return;
  event.preventDefault();
  event.stopPropagation();
  const name = mark.dataset.name;
  if (!way) return me.send({ name });
  const { x0, x1, y0, y1 } = plane(mark.closest("svg")), part = event.shiftKey ? 200 : 40;
  const fresh = me.keyed && me.keyed.name === name && Date.now() - me.keyed.at < 400;
  const x = fresh ? me.keyed.x : Number(mark.dataset.x), y = fresh ? me.keyed.y : Number(mark.dataset.y);
  me.keyed = { name, at: Date.now(), x: clamp(x + (way[0] * (x1 - x0)) / part, x0, x1), y: clamp(y + (way[1] * (y1 - y0)) / part, y0, y1) };
  place(mark, me.keyed.x, me.keyed.y);
  me.send({ name, x: me.keyed.x, y: me.keyed.y });
}
