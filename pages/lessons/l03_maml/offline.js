// The lesson on MAML without Python: what `plane_of_weights`, `computation`, `pictures`, `formulas` and `answers` compute, with the derivatives written out.
// A figure is a list of charts, a chart its title and a list of marks in the order of `pictures`: the points of each, [] for its name only, null for none.
function lesson({ rates, levels, reach, most, same, tasks }, say) {
  // -- the model: logistic regression, p = 1 / (1 + exp(-w . x)) -------------------------------------------------------
  const rules = Object.keys(rates);
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const dot = (a, b) => a[0] * b[0] + a[1] * b[1];
  const less = (a, by, b) => a.map((value, i) => value - by * b[i]); // a - by * b
  const chance = (w, x) => 1 / (1 + Math.exp(-dot(w, x)));
  const mean2 = (rows, part) => [0, 1].map((i) => mean(rows.map((row) => part(row) * row[i]))); // mean of part(x) * x
  const loss = (w, rows) => mean(rows.map((x) => (x[2] ? -dot(w, x) : dot(w, x))).map((z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)))));
  const gradient = (w, rows) => mean2(rows, (x) => chance(w, x) - x[2]);
  const curved = (w, rows, v) => mean2(rows, (x) => chance(w, x) * (1 - chance(w, x)) * dot(x, v)); // Hessian times v
  const path = (start, task, alpha, n) => {
    const way = [start];
    while (way.length <= n) way.push(less(way.at(-1), alpha, gradient(way.at(-1), task.support)));
    return way;
  };
  // What the outer step goes against: for MAML the gradient behind the inner steps, carried back through each by I - alpha H.
  const asked = (start, task, s, rule) => {
    const way = path(start, task, s.alpha, s.steps), end = way.pop();
    if (rule === "reptile") return less(start, 1, end);
    const behind = gradient(end, task.query);
    return rule === "maml" ? way.reduceRight((v, w) => less(v, s.alpha, curved(w, task.support, v)), behind) : behind;
  };
  const inside = (at) => at.map((value) => Math.min(Math.max(value, -reach), reach));
  const wanted = (here, s, rule) => tasks.map((task) => asked(here, task, s, rule));
  const meant = (all) => [0, 1].map((i) => mean(all.map((each) => each[i])));
  const trail = (s, rule = s.rule) => {
    const way = [[s.x, s.y]];
    while (way.length <= s.outer) way.push(inside(less(way.at(-1), rates[rule], meant(wanted(way.at(-1), s, rule)))));
    return way;
  };
  const now = (s) => trail(s).at(-1);
  const behind = (start, task, s) => loss(path(start, task, s.alpha, s.steps).at(-1), task.query);
  const behindAll = (start, s) => mean(tasks.map((task) => behind(start, task, s)));

  // -- lines of one level, as in `geometry`: marching triangles -------------------------------------------------------
  const kept = new Map();
  const surface = (which, s) => {
    const key = which ?? `${s.alpha} ${s.steps}`, n = which === null ? 31 : 41;
    const axis = Array.from({ length: n }, (_, i) => -reach + (2 * reach * i) / (n - 1));
    const height = (w) => (which === null ? behindAll(w, s) : loss(w, tasks[which].support));
    if (!kept.has(key)) kept.set(key, axis.map((y) => axis.map((x) => [x, y, height([x, y])])));
    return kept.get(key);
  };
  const lowestOf = (grid) => Math.min(...grid.flat().map((corner) => corner[2]));
  const contours = (which, s) => levels.map((level) => {
    const grid = surface(which, s), at = lowestOf(grid) + level, pieces = [];
    const cross = (a, b) => [0, 1].map((i) => a[i] + ((a[2] - at) / (a[2] - b[2])) * (b[i] - a[i]));
    for (const half of [0, 1])
      for (let r = 1; r < grid.length; r++)
        for (let c = 1; c < grid.length; c++) {
          const [a, b, corner, d] = [grid[r - 1][c - 1], grid[r - 1][c], grid[r][c], grid[r][c - 1]], t = half ? [a, corner, d] : [a, b, corner];
          const cut = [0, 1, 2].filter((i) => t[i][2] > at !== t[(i + 1) % 3][2] > at);
          if (cut.length) pieces.push(cut.map((i) => cross(t[i], t[(i + 1) % 3])));
        }
    return pieces;
  });

  // -- figures --------------------------------------------------------------------------------------------------------
  const ring = (at) => ({ points: [at], told: say("start", { x: fixed(at[0]), y: fixed(at[1]) }) });
  const steps = (way) => (way.length > 1 ? way : []);
  const bySteps = (values) => values.map((value, i) => [i, value]);
  const beside = (x, lines) => ({ x: [0, x], y: [0, 1.06 * Math.max(0.4, ...(lines.length ? lines.flat().map((at) => at[1]) : [1]))], marks: lines });
  const border = (w) => {
    const size = Math.max(...w.map(Math.abs)), end = [(-w[1] / size) * reach, (w[0] / size) * reach];
    return size ? [end, end.map((value) => -value)] : [];
  };
  const alone = (s, n, shown) => {
    const way = path(now(s), tasks[0], s.alpha, n), ends = way.filter((_, i) => i === 0 || i === n).map((w) => fixed(loss(w, tasks[0].support)));
    const patients = [0, 1].map((k) => tasks[0].support.filter((x) => x[2] === k).map((x) => inside(x.slice(0, 2))));
    return [
      { title: say("task", { losses: ends.join(" → ") }), marks: [...contours(0), steps(way), ring(way[0])] },
      { marks: [border(way[0]), ...(shown ? [n ? border(way[n]) : null] : []), ...patients] },
    ];
  };
  const all = (s, n, title, arrows) => {
    const here = now(s), way = trail(s), to = arrows ? wanted(here, s, s.rule).map((by) => less(here, rates[s.rule], by)) : [];
    const marks = [...tasks.flatMap((_, i) => contours(i).slice(0, 2)), ...tasks.map((task) => steps(path(here, task, s.alpha, n)))];
    marks.push(...(arrows ? [...to, meant(to)] : []).map((end) => [here, inside(end)]), way.length > 1 ? way : null, ring(here));
    return { title, marks };
  };
  const innerLosses = (s, n) => beside(Math.max(s.steps, 1), tasks.map((task) => bySteps(path(now(s), task, s.alpha, n).map((w) => loss(w, task.support)))));
  const outerLosses = (s) => {
    const each = tasks.map((task) => trail(s).map((at) => behind(at, task, s)));
    return beside(Math.max(10, s.outer), [...each, each[0].map((_, o) => mean(each.map((values) => values[o])))].map(bySteps));
  };
  const threeWays = (s, shown) => {
    const ways = (shown ? rules : rules.slice(0, 1)).map((rule) => trail(s, rule));
    const lines = ways.map((way, i) => ({ points: way, name: say(rules[i], { loss: fixed(behindAll(way.at(-1), s), 3) }) }));
    return [
      { title: say("rules", { n: s.steps, o: s.outer }), marks: [...contours(null, s), ...lines, ring([s.x, s.y])] },
      beside(Math.max(10, s.outer), shown ? ways.map((way) => bySteps(way.map((at) => behindAll(at, s)))) : []),
    ];
  };
  const bothLoops = (s, shown) => {
    if (!shown) return [all(s, s.steps, say("loops", { o: s.outer }))];
    return [all(s, s.steps, say("outer", { o: s.outer, loss: fixed(behindAll(now(s), s), 3) }), true), outerLosses(s)];
  };
  const walked = (s, shown) => (shown ? Math.min(s.inner, s.steps) : 0);

  // -- numbers of the formulas, each with the sign before it ------------------------------------------------------------
  const addUp = (work, result) => {
    const digits = [2, 3, 4].find((n) => work(n).every((value, i) => Math.abs(value - Number(fixed(result[i]))) < 0.005 - 1e-9));
    return digits ?? 5;
  };
  const round = (values, n) => values.map((value) => Number(fixed(value, n)));
  const column = (values, n = 2) => values.map((value) => fixed(value, n));
  const sum = (values, n) => column(values, n).map((text, i) => (i && text[0] !== "-" ? `+${text}` : text));
  const oneStep = (s) => {
    const here = now(s), slope = gradient(here, tasks[0].support), there = less(here, s.alpha, slope), alpha = fixed(s.alpha, 1);
    const n = addUp((n) => less(round(here, n), Number(alpha), round(slope, n)), there);
    return [...column(there), ...column(here, n), `-${alpha}`, ...column(slope, n)];
  };
  const outerStep = (s) => {
    const here = now(s), by = wanted(here, s, "maml"), there = less(here, rates.maml, meant(by));
    const n = addUp((n) => less(round(here, n), rates.maml, meant(by.map((each) => round(each, n)))), there);
    return [...column(there), ...column(here, n), ...[0, 1].flatMap((i) => sum(by.map((each) => each[i]), n))];
  };
  const supportLosses = (s, n) => tasks.map((task) => loss(path(now(s), task, s.alpha, n).at(-1), task.support));
  const lowest = (s) => supportLosses(s, s.steps).reduce((best, value, i, values) => (value < values[best] ? i : best), 0);
  const ends = (s) => rules.map((rule) => trail(s, rule).at(-1));
  const apart = ([exact, ...others]) => others.map((end) => Math.hypot(...less(exact, 1, end)) > same);
  const whereTheyEnd = ([first, reptile]) => (first ? 2 : reptile ? 1 : 0);
  const after10 = (s) => ({ steps: 0, inner: 0, outer: Math.max(s.outer, 10) });

  // -- the five screens -------------------------------------------------------------------------------------------------
  const outer = (n) => ({ apply: (s) => ({ outer: s.outer + n, inner: 0 }), disabled: (s) => s.outer >= most });
  return {
    move: (s, name, x, y) => ({ x: Number(fixed(x)), y: Number(fixed(y)), inner: 0, outer: 0 }),
    actions: { inner: { apply: (s) => ({ inner: s.inner + 1 }), disabled: (s) => s.inner >= s.steps }, outer_1: outer(1), outer_10: outer(10) },
    screens: [
      {
        figure: (s, shown) => alone(s, walked(s, shown), shown),
        reveal: (s) => ({ inner: Math.max(s.inner, 1), steps: Math.max(s.steps, 1) }),
        numbers: oneStep,
      },
      {
        figure: (s, shown) => [all(s, walked(s, shown), say("inner", { n: walked(s, shown), all: s.steps })), innerLosses(s, walked(s, shown))],
        reveal: (s) => ({ steps: Math.max(s.steps, 1), inner: Math.max(s.steps, 1) }),
        correct: lowest,
        why: (s) => say("why_lowest", { n: s.steps, ...Object.fromEntries(column(supportLosses(s, s.steps)).map((text, i) => ["abc"[i], text])) }),
        numbers: (s) => supportLosses(s, 0).flatMap((value, i) => column([value, supportLosses(s, s.steps)[i]])),
        where: (s) => say("before_and_after", { n: s.steps }),
      },
      { figure: bothLoops, reveal: () => ({}), numbers: outerStep },
      {
        figure: (s, shown) => threeWays(shown ? s : { ...s, outer: 0 }, shown),
        reveal: (s) => ({ outer: Math.max(s.outer, 20) }),
        correct: (s) => whereTheyEnd(apart(ends(s))),
        why: (s) => {
          const [maml, first, reptile, low] = column([...ends(s).map((at) => behindAll(at, s)), lowestOf(surface(null, s))], 3);
          return say("why_there", { o: s.outer, maml, first, reptile, low });
        },
        numbers: (s) => rules.flatMap((rule) => column(asked(trail(s, "maml").at(-1), tasks[0], s, rule), 3)),
      },
      {
        figure: bothLoops,
        reveal: after10,
        why: (s) => {
          const [one, three] = column([0, 3].map((n) => ({ ...s, steps: n })).map((each) => behindAll(now(each), each)), 3);
          return say("why_one_model", { o: s.outer, one, three });
        },
        numbers: (s) => column([trail(s)[0], now(s)].map((at) => behindAll(at, s)), 3),
        where: (s) => say("first_and_present", { n: s.steps, alpha: fixed(s.alpha, 1) }),
      },
    ],
  };
}
