// Timings: the run along its workers, and how long each operation took.

function drawTimings(view) {
  const { durations, slow = [], overBudget = [] } = run.summary;
  const longest = Math.max(...durations.map((each) => each.max), 0.001);
  const bar = (value) => h("span", { class: "meter", "aria-hidden": "true" }, styled(h("i", {}), { width: `${(value / longest) * 100}%` }));
  const slowest = rows.map((row, index) => [row, index]).sort(([a], [b]) => b.time - a.time).slice(0, 20);
  view.replaceChildren(
    h("h2", { class: "unseen" }, "Timings"),
    ...(rows.length > 0 ? [h("section", { class: "section" }, h("h3", {}, "The run"), timeline())] : []),
    ...(overBudget.length > 0 ? [h("section", { class: "section" }, h("h3", {}, "Over budget"),
      h("ul", { class: "lines-list" }, overBudget.map((each) => h("li", {}, `${each.budget}: ${each.measure}${each.operation ? ` of ${each.operation}` : ""}${each.tag ? ` of ${each.tag}` : ""} was ${time(each.measured)}, ${time(each.limit)} are allowed`))))] : []),
    ...(durations.length > 0 ? [h("section", { class: "section" }, h("h3", {}, "Operations"),
      h("div", { class: "scroll" }, h("table", {},
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Operation"), ["exchanges", "p50", "p95", "longest"].map((name) => h("th", { scope: "col", class: "n" }, name)), h("th", { scope: "col" }, h("span", { class: "unseen" }, "p95 beside the longest of all")))),
        h("tbody", {}, [...durations].sort((a, b) => b.p95 - a.p95).map((each) => h("tr", {},
          h("th", { scope: "row" }, h("a", { href: `#/cases?operation=${encodeURIComponent(each.operation)}` }, each.operation)),
          h("td", { class: "n" }, each.count.toLocaleString("en")), [each.p50, each.p95, each.max].map((value) => h("td", { class: "n" }, time(value))),
          h("td", {}, bar(each.p95))))))))] : []),
    ...(slow.length > 0 ? [h("section", { class: "section" }, h("h3", {}, "Slower than was allowed"),
      h("ul", { class: "lines-list" }, slow.map((each) => h("li", {}, `${each.name}: ${time(each.time)}${each.step ? `, of which ${each.step} ${time(each.stepTime)}` : ""}`))))] : []),
    ...(rows.length > 0 ? [h("section", { class: "section" }, h("h3", {}, "Slowest cases"),
      h("ol", { class: "lines-list" }, slowest.map(([row, index]) => h("li", {}, `${time(row.time)} `, h("a", { href: `#/case/${index}` }, nameOf(row))))))] : []));
  const canvas = view.querySelector("canvas");
  if (canvas) paint(canvas);
  return { repaint: () => canvas && paint(canvas) };
}

const LANE = 18;

function timeline() {
  const workers = Math.max(...rows.map((row) => row.worker)) + 1;
  const words = `${plural(workers, "worker")} ran ${plural(rows.length, "case")} in ${time(run.time)}; a lane a worker, a box a case`;
  return h("figure", {},
    h("canvas", { role: "img", "aria-label": words, height: workers * LANE + 16, onclick: (event) => {
      const found = hit(event);
      if (found !== undefined) location.hash = `#/case/${found}`;
    }, onmousemove: (event) => {
      const found = hit(event);
      event.currentTarget.title = found === undefined ? "" : `${nameOf(rows[found])}, ${rows[found].verdict}, ${time(rows[found].time)}`;
    } }),
    h("div", { class: "ticks", "aria-hidden": "true" }, [0, 1, 2, 3, 4].map((part) => h("span", {}, part === 0 ? "0" : time((span() * part) / 4)))),
    h("figcaption", { class: "count" }, `${words}.`));
}

function span() {
  return Math.max(run.time, ...rows.map((row) => row.at + row.time), 0.001);
}

function hit(event) {
  const box = event.currentTarget.getBoundingClientRect();
  const at = ((event.clientX - box.left - 8) / (box.width - 16)) * span();
  const lane = Math.floor((event.clientY - box.top - 8) / LANE);
  const slack = (span() / (box.width - 16)) * 2;
  const found = rows.findIndex((row) => row.worker === lane && row.at - slack <= at && at <= row.at + row.time + slack);
  return found < 0 ? undefined : found;
}

function paint(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.getBoundingClientRect().width;
  const workers = Math.max(...rows.map((row) => row.worker)) + 1;
  const height = workers * LANE + 16;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  styled(canvas, { height: `${height}px` });
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  const probe = h("i", { class: "v-passed" });
  document.body.append(probe);
  const inks = {};
  for (const verdict of VERDICTS) {
    probe.className = verdictClass(verdict);
    styled(probe, { color: "var(--v)" });
    inks[verdict] = getComputedStyle(probe).color;
  }
  probe.remove();
  const whole = span();
  for (const row of rows) {
    pen.fillStyle = inks[row.verdict];
    const left = 8 + (row.at / whole) * (width - 16);
    pen.fillRect(left, 8 + row.worker * LANE + 2, Math.max(1.5, (row.time / whole) * (width - 16) - 0.5), LANE - 4);
  }
}
