// A lesson in a file of its own. Python has written `given`: texts (HTML), charts without their points, formulas with a place (@) for each number.
// `lesson` (the lesson's own script) computes; `figure` (the page's script) reports what a reader does to a mark. Charts are drawn as `svg.py` draws them.
const fixed = (value, n = 2) => value.toFixed(n).replace(/^-(0\.?0*)$/, "$1");

// `Words.format`: fields, a word by number, and in Chinese a blank between a letter or digit and a character.
const EDGE = "\ue000", MIXED = new RegExp(`(?<=[\u4e00-\u9fff])${EDGE}+(?=[A-Za-z0-9])|(?<=[A-Za-z0-9%])${EDGE}+(?=[\u4e00-\u9fff])`, "g");
function say(name, values) {
  const one = (_, key, single, many) => EDGE + (single === undefined ? values[key] : Number(values[key]) === 1 ? single : many) + EDGE;
  const text = given.values.texts[name].replace(/\{(\w+)(?::([^{}|]*)\|([^{}|]*))?\}/g, one);
  return text.replace(MIXED, given.language === "zh" ? " " : "").replaceAll(EDGE, "");
}

// -- charts ------------------------------------------------------------------------------------------------------------
const tenth = (value) => value.toFixed(1);
const way = (places) => "M" + places.map((at) => at.map(tenth).join(" ")).join("L");
const polygon = (corners, paint) => `<polygon points="${corners.map((at) => at.map(tenth).join()).join(" ")}" ${paint}/>`;

function marker({ shape, color }, [x, y], size, paint = `fill="${color}"`) {
  const outline = given.outlines[shape];
  if (outline) return polygon(outline.map(([a, b]) => [x + size * a, y + size * b]), paint);
  return `<circle cx="${tenth(x)}" cy="${tenth(y)}" r="${tenth(size)}" ${paint}/>`;
}

function stroke({ style, width, opacity }, dash = style.dash) {
  const dashes = dash[1] ? ` stroke-dasharray="${dash.join(" ")}"` : "";
  return `fill="none" stroke="${style.color}" stroke-width="${width}" stroke-opacity="${opacity}" stroke-linejoin="round"${dashes}`;
}

function dot({ style, filled }, at, size) {
  const paint = filled ? `fill="${style.color}" stroke="var(--mm-paper, #fff)" stroke-width="0.8"` : `fill="none" stroke="${style.color}" stroke-width="2.4"`;
  return marker(style, at, size, paint);
}

function arrow(places, color) {
  const [[x0, y0], [x1, y1]] = places.slice(-2), length = Math.hypot(x1 - x0, y1 - y0), long = Math.min(9, length) / length;
  const u = (x1 - x0) * long, v = (y1 - y0) * long;
  return length < 1 ? "" : polygon([[x1, y1], [x1 - u - v * 0.45, y1 - v + u * 0.45], [x1 - u + v * 0.45, y1 - v - u * 0.45]], `fill="${color}"`);
}

function drawn(mark, { points, told }, place, held) {
  const places = points.map((at) => (mark.kind === "Strokes" ? at.map(place) : place(at)));
  if (!places.length) return "";
  if (mark.kind === "Strokes") return `<path d="${places.map(way).join("")}" ${stroke(mark, [1, 0])}/>`;
  if (mark.kind === "Line") {
    const signs = mark.markers ? places.map((at) => marker(mark.style, at, 3.6)) : [];
    return `<path d="${way(places)}" ${stroke(mark)}/>${signs.join("")}${mark.arrow && places.length > 1 ? arrow(places, mark.style.color) : ""}`;
  }
  const title = told ? `<title>${told}</title>` : "";
  if (!held || !mark.handles.length) return places.map((at) => `<g>${title}${dot(mark, at, mark.size)}</g>`).join("");
  const [[x, y]] = places, circle = (r, paint) => `<circle cx="${tenth(x)}" cy="${tenth(y)}" r="${r}" ${paint}/>`;
  const ring = circle(mark.size + 5, 'class="mm-ring" fill="none" stroke="currentColor" stroke-width="2"');
  const named = `class="mm-hold" data-name="${mark.handles[0]}" data-x="${points[0][0]}" data-y="${points[0][1]}" tabindex="0" role="button"`;
  return `<g ${named} aria-label="${told}">${title}${circle(15, 'fill="transparent"')}${ring}${dot(mark, [x, y], mark.size)}</g>`;
}

function key(mark) {
  const line = mark.kind !== "Dots", width = line ? 26 : 14, middle = [width / 2, 7];
  const sign = line ? `<path d="M1 7h24" ${stroke({ ...mark, width: mark.markers ? 2 : 2.5, opacity: 1 })}/>` : dot(mark, middle, 5);
  return `<svg width="${width}" height="14" viewBox="0 0 ${width} 14" aria-hidden="true">${sign}${mark.markers ? marker(mark.style, middle, 4) : ""}</svg>`;
}

function ticks([low, high], every) {
  const least = (high - low) / 5, power = 10 ** Math.floor(Math.log10(least));
  const step = every ?? [1, 2, 5, 10].map((part) => part * power).find((size) => size >= least - 1e-12);
  const first = Math.ceil(low / step - 1e-9), last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step).map((at) => [at, String(Number(at.toPrecision(6))).replace("-", "−")]);
}

function chart(about, now, held) {
  const [width, height] = about.shape, xs = now.x ?? [about.x.low, about.x.high], ys = now.y ?? [about.y.low, about.y.high];
  const beside = ticks(ys), below = ticks(xs, about.x.ticks && 1); // given ones are steps, of which each is named
  const left = Math.max(50, 26 + 9.5 * Math.max(...beside.map(([, text]) => text.length))), right = width - 12, bottom = height - 40, top = 8;
  const x = (value) => left + ((value - xs[0]) / (xs[1] - xs[0])) * (right - left), y = (value) => bottom + ((value - ys[0]) / (ys[1] - ys[0])) * (top - bottom);
  const text = (words, at, more) => `<text x="${tenth(at[0])}" y="${tenth(at[1])}" ${more}>${words}</text>`, middle = 'text-anchor="middle"';
  const line = (d) => `<path d="${d}" stroke="currentColor" stroke-opacity="0.1"/>`, center = (top + bottom) / 2;
  const axes = [
    ...below.map(([at, words]) => line(`M${tenth(x(at))} ${top}V${bottom}`) + text(words, [x(at), bottom + 15], middle)),
    ...beside.map(([at, words]) => line(`M${tenth(left)} ${tenth(y(at))}H${right}`) + text(words, [left - 6, Math.min(y(at) + 4, bottom)], 'text-anchor="end"')),
    text(about.x.title, [(left + right) / 2, height - 5], middle) + text(about.y.title, [12, center], `${middle} transform="rotate(-90 12 ${center})"`),
  ];
  const marks = about.marks.map((mark, i) => [mark, Array.isArray(now.marks[i]) ? { points: now.marks[i] } : now.marks[i]]).filter(([, at]) => at);
  const parts = marks.map(([mark, at]) => `<g data-part="${mark.part}">${drawn(mark, at, (point) => [x(point[0]), y(point[1])], held)}</g>`);
  const names = marks.filter(([mark]) => mark.name).map(([mark, at]) => `<li>${key(mark)}${at.name ?? mark.name}</li>`);
  const moved = held ? `role="group" data-click="${about.click}" data-plane="${[...xs, ...ys].join(" ")}" data-box="${[left, right, bottom, top].join(" ")}"` : 'role="img"';
  return `<section class="mm-part" style="flex-grow:${width};min-width:min(100%,${Math.round(0.66 * width)}px)"><h3>${now.title ?? about.title}</h3>
    <svg class="mm-plot" viewBox="0 0 ${width} ${height}" ${moved} aria-label="${about.alt}" font-size="14" fill="currentColor"><g aria-hidden="true">${axes.join("")}</g>${parts.join("")}</svg>
    ${names.length ? `<ul class="mm-legend">${names.join("")}</ul>` : ""}</section>`;
}

// -- the page ----------------------------------------------------------------------------------------------------------
const computed = lesson(given.values, say), page = { at: 0, shown: new Set(), state: given.state };
const all = (selector, each) => document.querySelectorAll(selector).forEach(each);
const here = (selector) => document.querySelector(`[data-screen="${page.at}"] ${selector}`);
const mathml = (text) => text.replace(/^([-+]?)(.*)$/, (_, sign, digits) => `${sign && `<mo>${sign.replace("-", "−")}</mo>`}<mn>${digits}</mn>`);

function update(changes) {
  page.state = { ...page.state, ...changes };
  for (const [name, [low, high]] of Object.entries(given.bounds)) page.state[name] = Math.min(Math.max(page.state[name], low), high);
  draw();
}

function draw() {
  const { at, state } = page, known = given.screens[at], now = computed.screens[at], shown = page.shown.has(at);
  const charts = now.figure(state, shown).map((each, i) => chart(known.figures[Number(shown)][i], each, shown && known.figures[1][i].click));
  const html = `<div class="mm-figure">${charts.join("")}</div>${shown ? known.terms : ""}`;
  figure({ data: { html, size: 1 }, parentElement: document, setTriggerValue: (_, { name, x, y }) => x !== undefined && update(computed.move(state, name, x, y)) });
  all("[data-screen]", (part) => (part.hidden = Number(part.dataset.screen) !== at));
  all("[data-when]", (part) => (part.hidden = part.dataset.when !== String(shown)));
  all("[data-to]", (button) => (button.disabled = !given.screens[at + Number(button.dataset.to)]));
  all("[data-at]", (place) => (place.textContent = `${at + 1} / ${given.screens.length}`));
  all("[data-action]", (button) => (button.disabled = computed.actions[button.dataset.action].disabled(state)));
  all("[data-field]", (input) => {
    input.value = state[input.dataset.field];
    input.previousElementSibling.textContent = fixed(state[input.dataset.field], input.step < 1 ? 1 : 0);
  });
  if (shown) answer(known, now, state);
}

function answer(known, now, state) {
  const right = known.correct ?? now.correct(state), numbers = now.numbers(state);
  const options = [...document.querySelectorAll(`[name="option${page.at}"]`)], chosen = options.findIndex((option) => option.checked);
  options.forEach((option, i) => ((option.disabled = true), option.parentElement.classList.toggle("right", i === right)));
  here("[data-answer]").innerHTML = `<strong>${given.verdicts[Number(chosen === right)]}</strong>${given.language === "zh" ? "" : " "}${known.why ?? now.why(state)}`;
  here("[data-numbers]").innerHTML = known.numbers.replace(/<mtext>@<\/mtext>/g, () => mathml(numbers.shift()));
  if (now.where) here("[data-where]").innerHTML = now.where(state);
}

function reveal() {
  page.shown.add(page.at);
  update(computed.screens[page.at].reveal(page.state));
  here("[data-answer]").focus();
}

function go(by) {
  page.at += by;
  draw();
  here("h2").focus();
}

const on = (kind, selector, act) => all(selector, (one) => one.addEventListener(kind, () => act(one)));
on("click", "[data-to]", (button) => go(Number(button.dataset.to)));
on("click", "[data-show]", reveal);
on("click", "[data-action]", (button) => update(computed.actions[button.dataset.action].apply(page.state)));
on("click", "[data-reset]", () => update(given.state));
on("change", "[type=radio]", () => (here("[data-show]").disabled = false));
on("input", "[data-field]", (input) => update({ [input.dataset.field]: Number(input.value) }));
draw();
