// A case: its steps along their times, and of each step what was found and what was exchanged.

function drawCase(view, index) {
  const row = rows[index];
  const record = row && block(`case-${index}`);
  if (!record) {
    view.replaceChildren(h("p", { class: "section" }, "There is no such case in this run. ", h("a", { href: "#/cases" }, "All cases")));
    return {};
  }
  const place = selected.indexOf(index);
  const neighbour = (offset) => (place >= 0 ? selected[place + offset] : undefined);
  const open = (offset) => {
    const other = neighbour(offset);
    if (other !== undefined) location.hash = `#/case/${other}`;
  };
  const attempts = [...(record.earlier ?? []), record];
  const article = h("article", { class: "case" },
    h("h2", { tabindex: "-1", id: "case-title" }, verdictOf(record.verdict), h("span", { class: "file" }, `${record.file} › `), record.title, record.row !== null && ` [${record.row}]`),
    row.message && h("p", { class: "message" }, prose(row.message)),
    h("div", { class: "meta" },
      h("code", {}, record.line > 0 ? `${record.path}:${record.line}` : record.path),
      h("span", {}, time(record.time)),
      h("span", {}, `worker ${record.worker + 1}`),
      record.round > 1 && h("span", {}, `round ${record.round}`),
      record.flaky && h("span", { class: "tag" }, "flaky"),
      record.tags.map((tag) => h("a", { class: "tag", href: `#/cases?tag=${encodeURIComponent(tag)}`, title: `All cases with the tag ${tag}` }, tag))),
    record.leftBehind.map((line) => h("p", { class: "banner" }, `Left behind: ${line}`)));
  if (attempts.length > 1) {
    article.append(h("div", { class: "earlier" }, attempts.slice(0, -1).map((attempt, number) =>
      fold("fold", [verdictOf(attempt.verdict), ` attempt ${number + 1} of ${attempts.length}, ${time(attempt.time)}`], () => stepsOf(attempt, true)))));
    article.append(h("h3", { class: "attempt" }, verdictOf(record.verdict), ` attempt ${attempts.length} of ${attempts.length}`));
  }
  article.append(stepsOf(record, true));
  view.replaceChildren(
    h("nav", { class: "trail", "aria-label": "Cases" },
      h("a", { href: `#/cases${filterWords()}` }, "All cases"),
      place >= 0 && h("span", {}, `${place + 1} of ${selected.length.toLocaleString("en")}${selected.length < rows.length ? " in this list" : ""}`),
      h("span", { class: "spacer" }),
      h("button", { type: "button", class: "small", disabled: neighbour(-1) === undefined, onclick: () => open(-1), "aria-keyshortcuts": "p" }, "Previous"),
      h("button", { type: "button", class: "small", disabled: neighbour(1) === undefined, onclick: () => open(1), "aria-keyshortcuts": "n" }, "Next")),
    article);
  cursor = Math.max(place, 0);
  const summaries = () => [...article.querySelectorAll(".step > summary")];
  const step = (offset) => {
    const all = summaries();
    const at = all.findIndex((summary) => summary.parentElement.contains(document.activeElement));
    const next = at < 0 ? all.findIndex((summary) => summary.parentElement.open) : at + offset;
    const found = all[Math.min(Math.max(at < 0 ? Math.max(next, 0) : next, 0), all.length - 1)];
    found?.focus();
    found?.scrollIntoView({ block: "nearest" });
  };
  return {
    next: () => step(1), previous: () => step(-1),
    following: () => open(1), preceding: () => open(-1),
    expand: () => {
      const all = [...article.querySelectorAll(".step")];
      const isOpening = all.some((each) => !each.open);
      all.forEach((each) => { each.open = isOpening; });
    },
    copy: () => {
      const at = document.activeElement?.closest?.(".step") ?? article.querySelector(".step[open]");
      const button = at?.querySelector(".exchange:last-of-type .copy, .curl .copy, .copy");
      if (button) button.click();
      else say("There is no command to copy");
    },
    up: () => { location.hash = `#/cases${filterWords()}`; },
  };
}

function stepsOf(record, opensFaults) {
  const begun = Date.parse(record.started);
  const at = (moment) => Math.max(0, Date.parse(moment) - begun);
  const ends = record.steps.filter((step) => step.started).map((step) => at(step.started) + step.time);
  const whole = Math.max(record.time, ...ends, 0.001);
  if (record.steps.length === 0) return h("p", { class: "section soft" }, record.reason ?? "It has no steps.");
  return h("div", {},
    h("div", { class: "scale", "aria-hidden": "true" }, h("div", {}, [0, 1, 2, 3, 4].map((part) => h("span", {}, part === 0 ? "0" : time((whole * part) / 4))))),
    h("ol", { class: "steps", "aria-label": "Steps" }, record.steps.map((step) => h("li", {}, stepOf(step, at, whole, opensFaults, record.steps.length === 1)))));
}

function stepOf(step, at, whole, opensFaults, isOnly) {
  const isFault = ["failed", "errored", "xpassed"].includes(step.verdict);
  const bar = (name, start, length) => styled(h("i", { class: name }), {
    left: `${Math.min(99.5, (start / whole) * 100)}%`, width: `${Math.min(100, (length / whole) * 100)}%`,
  });
  const exchanges = step.exchanges ?? [];
  const fall = h("span", { class: `fall ${verdictClass(step.verdict)}`, "aria-hidden": "true" },
    step.started && bar("", at(step.started), step.time),
    some(exchanges).map((exchange) => bar("sent", at(exchange.startedDateTime), exchange.time)));
  const asked = step.exchange
    ? `${step.exchange.request} → ${step.exchange.status}${step.earlier > 0 ? `, after ${plural(step.earlier, "other exchange")}` : ""}`
    : step.reason;
  const details = h("details", { class: "step" },
    h("summary", {},
      verdictOf(step.verdict),
      h("span", { class: "what" },
        step.phase !== "steps" && h("span", { class: "phase" }, step.phase),
        h("b", {}, step.title ?? step.id), step.title && ` ${step.id}`, step.action !== step.id && ` ${step.action}`,
        asked && h("span", { class: "asked" }, asked)),
      fall,
      h("span", { class: "time" }, time(step.time))));
  const make = () => {
    if (details.open && details.childElementCount === 1) details.append(insideOf(step, exchanges));
  };
  details.addEventListener("toggle", make);
  if (isOnly || (opensFaults && isFault)) {
    details.open = true;
    make();
  }
  return details;
}

/** As many exchanges are drawn along the time of a step. */
const BARS = 200;

/** As many of a long list, spread over it. */
function some(list) {
  const every = Math.ceil(list.length / BARS) || 1;
  return list.filter((_, index) => index % every === 0 || index === list.length - 1);
}

/** The exchanges of a step: of many, all but the last are folded. */
function exchangesOf(exchanges, wrong) {
  const last = exchanges.at(-1);
  const isOnly = exchanges.length === 1;
  if (exchanges.length <= 3) return exchanges.map((each) => exchangeOf(each, each === last ? wrong : new Set(), isOnly));
  const words = (each) => `${each.attempt}. ${each.request.method} ${each.request.url} → ${each.response?.status ?? "no answer"}, ${time(each.time)}`;
  const earlier = exchanges.slice(0, -1);
  return [
    fold("fold", plural(earlier.length, "earlier exchange"), () => earlier.map((each) => fold("fold nested", words(each), () => exchangeOf(each, new Set(), true)))),
    exchangeOf(last, wrong, isOnly),
  ];
}

function insideOf(step, exchanges) {
  const wrong = new Set(step.findings.filter((finding) => finding.response?.at?.startsWith("/")).map((finding) => finding.response.at));
  const asides = [
    ...(step.path ? [[null, `${step.path}:${step.line}`]] : []),
    ...(step.reason && step.exchange ? [["Reason: ", step.reason]] : []),
    ...step.notes.map((note) => [null, note]),
    ...step.notChecked.map((reason) => ["Not checked: ", reason]),
    ...step.off.map((setting) => ["Turned off: ", setting]),
    ...step.waived.map((code) => ["Waived: ", code]),
  ];
  return h("div", { class: "inside" },
    step.findings.map((finding) => findingOf(finding, step.verdict)),
    exchangesOf(exchanges, wrong),
    exchanges.length === 0 && step.repeat && h("div", { class: "exchange" },
      h("div", { class: "curl" }, copyButton("Copy as curl", () => step.repeat), h("pre", {}, step.repeat))),
    asides.length > 0 && h("div", { class: "aside" }, asides.map(([name, words]) => h("p", {}, name && h("b", {}, name), prose(words)))));
}
