// The list of cases: filters, and rows of which those in sight are made.

const filter = { verdicts: new Set(), tag: "", operation: "", code: "", query: "", order: "worst" };
let selected = rows.map((_, index) => index);
let cursor = 0;
let scrolled = 0;

const haystacks = [];

/** What the free text is looked for in. */
function haystack(index) {
  if (haystacks[index] === undefined) {
    const row = rows[index];
    const parts = [row.id, nameOf(row), ...row.tags, ...row.operations, ...row.codes, row.message ?? "", row.words];
    haystacks[index] = parts.join("\n").toLowerCase();
  }
  return haystacks[index];
}

function nameOf(row) {
  return `${row.file} › ${row.title}${row.row === null ? "" : ` [${row.row}]`}`;
}

function select() {
  const words = filter.query.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (row, index) =>
    (filter.verdicts.size === 0 || filter.verdicts.has(row.verdict)
      || (filter.verdicts.has("flaky") && row.flaky))
    && (filter.tag === "" || row.tags.includes(filter.tag))
    && (filter.operation === "" || row.operations.includes(filter.operation))
    && (filter.code === "" || row.codes.includes(filter.code))
    && words.every((word) => haystack(index).includes(word));
  selected = [];
  rows.forEach((row, index) => { if (fits(row, index)) selected.push(index); });
  const rank = (index) => VERDICTS.indexOf(rows[index].verdict);
  if (filter.order === "worst") selected.sort((a, b) => rank(a) - rank(b) || a - b);
  if (filter.order === "slowest") selected.sort((a, b) => rows[b].time - rows[a].time || a - b);
}

/** The filter as the part of the address behind `?`. */
function filterWords() {
  const words = new URLSearchParams();
  if (filter.verdicts.size > 0) words.set("verdict", [...filter.verdicts].join(","));
  for (const key of ["tag", "operation", "code", "query"]) if (filter[key]) words.set(key, filter[key]);
  if (filter.order !== "worst") words.set("order", filter.order);
  return words.size > 0 ? `?${words}` : "";
}

function readFilter(words) {
  const read = new URLSearchParams(words);
  const known = [...VERDICTS, "flaky"];
  filter.verdicts = new Set((read.get("verdict") ?? "").split(",").filter((verdict) => known.includes(verdict)));
  for (const key of ["tag", "operation", "code", "query"]) filter[key] = read.get(key) ?? "";
  filter.order = ["plan", "slowest"].includes(read.get("order")) ? read.get("order") : "worst";
}

function drawList(view) {
  select();
  const counts = new Map();
  for (const row of rows) counts.set(row.verdict, (counts.get(row.verdict) ?? 0) + 1);
  const flaky = rows.filter((row) => row.flaky).length;
  const count = h("p", { class: "count", role: "status" });
  const list = h("ol", { class: "list", "aria-label": "Cases" });
  const change = () => {
    cursor = 0;
    select();
    history.replaceState(null, "", `#/cases${filterWords()}`);
    draw();
  };
  const chip = (word, number) => h("button", {
    type: "button", class: `chip ${verdictClass(word === "flaky" ? "xpassed" : word)}`, "aria-pressed": String(filter.verdicts.has(word)),
    "data-verdict": word,
    onclick: (event) => {
      if (!filter.verdicts.delete(word)) filter.verdicts.add(word);
      event.currentTarget.setAttribute("aria-pressed", String(filter.verdicts.has(word)));
      change();
    },
  }, `${word} `, h("b", {}, number.toLocaleString("en")));
  const choice = (key, name, values) => values.size > 0 && h("select", {
    "aria-label": `Only cases with ${name}`, "data-filter": key,
    onchange: (event) => { filter[key] = event.currentTarget.value; change(); },
  },
  h("option", { value: "" }, `Any ${name}`),
  [...values].sort(([a], [b]) => a.localeCompare(b)).map(([value, number]) =>
    h("option", { value, selected: filter[key] === value }, `${value} (${number})`)));
  const tools = h("div", { class: "tools", role: "search" },
    h("input", {
      type: "search", id: "search", placeholder: "Find in names, steps, requests and findings", "aria-label": "Find cases",
      "aria-keyshortcuts": "/", autocomplete: "off", spellcheck: "false",
      oninput: (event) => { filter.query = event.currentTarget.value; change(); },
    }),
    choice("tag", "tag", tally((row) => row.tags)),
    choice("operation", "operation", tally((row) => row.operations)),
    choice("code", "code", tally((row) => row.codes)),
    h("select", {
      "aria-label": "Order", "data-filter": "order",
      onchange: (event) => { filter.order = event.currentTarget.value; change(); },
    }, [["worst", "Worst first"], ["plan", "In the order of the files"], ["slowest", "Slowest first"]].map(([value, words]) =>
      h("option", { value, selected: filter.order === value }, words))),
    h("div", { class: "chips", role: "group", "aria-label": "Only verdicts" },
      VERDICTS.filter((verdict) => counts.has(verdict)).map((verdict) => chip(verdict, counts.get(verdict))),
      flaky > 0 && chip("flaky", flaky)),
    count);
  tools.querySelector("#search").value = filter.query;
  const draw = () => {
    count.textContent = selected.length === rows.length
      ? plural(rows.length, "case")
      : `${selected.length.toLocaleString("en")} of ${plural(rows.length, "case")}`;
    shown.clear();
    list.replaceChildren();
    if (selected.length === 0) {
      styled(list, { height: "auto" });
      list.append(h("li", { class: "empty" }, rows.length === 0 ? "No case is done yet." : "No case is like that."));
      return;
    }
    measure();
    fill();
  };

  // The rows in sight, by their place in the list.
  const shown = new Map();
  let height = 60;
  const measure = () => {
    const probe = h("li", {}, rowOf(selected[0], 0));
    list.append(probe);
    height = probe.firstChild.getBoundingClientRect().height || 60;
    probe.remove();
    styled(list, { height: `${height * selected.length}px` });
  };
  const fill = () => {
    if (!list.isConnected || selected.length === 0) return;
    const top = list.getBoundingClientRect().top;
    const from = Math.max(0, Math.floor(-top / height) - 12);
    const to = Math.min(selected.length, Math.ceil((window.innerHeight - top) / height) + 12);
    for (const [place, item] of shown) {
      if ((place < from || place >= to) && !item.contains(document.activeElement)) {
        item.remove();
        shown.delete(place);
      }
    }
    for (let place = from; place < to; place += 1) {
      if (shown.has(place)) continue;
      const row = rowOf(selected[place], place);
      styled(row, { top: `${place * height}px` });
      const item = h("li", { "aria-setsize": selected.length, "aria-posinset": place + 1 }, row);
      shown.set(place, item);
      // Readers go through them in the order of the list.
      const next = [...shown.keys()].filter((other) => other > place).sort((a, b) => a - b)[0];
      list.insertBefore(item, next === undefined ? null : shown.get(next));
    }
  };
  const go = (place) => {
    if (selected.length === 0) return;
    cursor = Math.min(Math.max(place, 0), selected.length - 1);
    const top = list.getBoundingClientRect().top + window.scrollY + cursor * height;
    if (top < window.scrollY + 8) window.scrollTo({ top: top - 8 });
    if (top + height > window.scrollY + window.innerHeight) window.scrollTo({ top: top + height - window.innerHeight + 8 });
    fill();
    for (const [each, item] of shown) item.firstChild.tabIndex = each === cursor ? 0 : -1;
    shown.get(cursor)?.firstChild.focus({ preventScroll: true });
  };
  view.replaceChildren(h("h2", { class: "unseen" }, "Cases"), tools, h("div", {}, list));
  draw();
  return {
    fill, measure: () => { shown.clear(); list.replaceChildren(); if (selected.length > 0) { measure(); fill(); } },
    next: () => go(list.contains(document.activeElement) ? cursor + 1 : cursor),
    previous: () => go(list.contains(document.activeElement) ? cursor - 1 : cursor),
    first: () => go(0), last: () => go(selected.length - 1), focus: () => go(cursor),
    isIn: () => list.contains(document.activeElement),
    clear: () => {
      const had = filterWords() !== "";
      readFilter("");
      location.hash = "#/cases";
      if (had) drawAgain();
    },
  };
}

function tally(values) {
  const counts = new Map();
  for (const row of rows) for (const value of values(row)) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function rowOf(index, place) {
  const row = rows[index];
  return h("a", {
    class: "row", href: `#/case/${index}`, tabindex: place === cursor ? "0" : "-1",
    "data-first": place === 0, "data-last": place === selected.length - 1,
    onfocus: () => { cursor = place; },
  },
  verdictOf(row.verdict),
  h("span", { class: "name" }, h("span", { class: "file" }, `${row.file} › `), row.title, row.row !== null && ` [${row.row}]`),
  h("span", { class: "tags" }, row.flaky && h("span", { class: "tag" }, "flaky"), row.round && h("span", { class: "tag" }, `round ${row.round}`), row.tags.map((tag) => h("span", { class: "tag" }, tag))),
  h("span", { class: "time" }, time(row.time)),
  h("span", { class: "message" }, row.message ? prose(row.message) : row.operations.join(", ")));
}
