// The coverage map: what of each document was covered, what was not, and the steps that would.

function share(count) {
  const percent = (count.covered * 100) / count.total;
  return percent >= 100 ? "100 %" : `${(Math.floor(percent * 10) / 10).toFixed(1)} %`;
}

function toneOf(count) {
  return verdictClass(count.covered === count.total ? "passed" : count.covered === 0 ? "failed" : "errored");
}

function meter(count) {
  return h("span", { class: `meter ${toneOf(count)}`, "aria-hidden": "true" },
    styled(h("i", {}), { width: `${(count.covered * 100) / count.total}%` }));
}

function drawCoverage(view) {
  const map = block("coverage");
  if (!map) {
    view.replaceChildren(h("p", { class: "section" }, "Coverage was not measured: `contest run --coverage` measures it."));
    return {};
  }
  view.replaceChildren(h("h2", { class: "unseen" }, "Coverage"), ...map.documents.map((document) => documentOf(document, map.dimensions)));
  return { next: () => focusNext(view, 1), previous: () => focusNext(view, -1) };
}

function focusNext(view, offset) {
  const all = [...view.querySelectorAll("tbody th button")].filter((each) => !each.closest("tr").hidden);
  const at = all.indexOf(document.activeElement);
  all[Math.min(Math.max(at < 0 ? 0 : at + offset, 0), all.length - 1)]?.focus();
}

function documentOf(documented, dimensions) {
  const columns = dimensions.filter(({ name }) => documented.counts[name]);
  const body = h("tbody", {}, documented.operations.map((operation) => operationRow(operation, columns)));
  const only = h("select", { "aria-label": "Only operations", onchange: (event) => {
    const wanted = event.currentTarget.value;
    [...body.children].forEach((line) => { if (line.dataset.state) line.hidden = wanted !== "" && !line.dataset.state.split(" ").includes(wanted); else line.remove(); });
    body.querySelectorAll("button[aria-expanded]").forEach((button) => button.setAttribute("aria-expanded", "false"));
  } },
  [["", "All operations"], ["gaps", "With gaps"], ["never", "Never called"], ["odd", "With undocumented answers"]].map(([value, words]) => h("option", { value }, words)));
  return h("section", { class: "section" },
    h("h3", {}, documented.api, documented.source !== documented.api && h("span", { class: "soft" }, ` ${documented.source}`)),
    h("div", { class: "totals" }, columns.map(({ name, plural }) => {
      const count = documented.counts[name];
      return h("div", { class: "total" }, h("b", {}, share(count)), h("span", { class: "soft" }, `${count.covered} of ${count.total} ${plural}`), meter(count));
    })),
    !documented.isComplete && h("p", { class: "banner" }, "The limit `coverage` is reached: members that stand deeper are not counted."),
    h("div", { class: "tools" }, only),
    h("div", { class: "scroll" }, h("table", { class: "map" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Operation"), columns.filter(({ name }) => name !== "operation").map(({ plural }) => h("th", { scope: "col", class: "cell" }, plural)))),
      body)));
}

function operationRow(operation, columns) {
  const gaps = operation.parts.some((part) => !part.covered);
  const state = ["all", gaps && "gaps", !operation.isCalled && "never", operation.undocumented.length > 0 && "odd"].filter(Boolean).join(" ");
  const button = h("button", { type: "button", "aria-expanded": "false" }, operation.id ?? operation.label);
  const line = h("tr", { "data-state": state },
    h("th", { scope: "row" }, button,
      operation.id !== null && h("small", {}, operation.label),
      !operation.isCalled && verdictOf("not run", "never called")),
    columns.filter(({ name }) => name !== "operation").map(({ name }) => {
      const count = operation.counts[name];
      if (!count) return h("td", { class: "cell none" }, "");
      return styled(h("td", { class: `cell ${toneOf(count)}`, title: share(count) }, `${count.covered} / ${count.total}`), { "--share": "14%" });
    }));
  button.addEventListener("click", () => {
    const isOpen = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!isOpen));
    if (isOpen) line.nextElementSibling.remove();
    else line.after(h("tr", {}, h("td", { colspan: columns.length + 1 }, partsOf(operation, columns))));
  });
  return line;
}

function partsOf(operation, columns) {
  const words = (part) => (part.place ? `${part.words} in ${part.place}` : part.words);
  const groups = new Map();
  // That the operation was called at all is said beside its name.
  for (const { name, plural } of columns.filter((column) => column.name !== "operation")) {
    for (const part of operation.parts.filter((each) => each.dimension === name)) {
      const title = part.place ? `${plural}, ${part.place}` : plural;
      groups.set(title, [...(groups.get(title) ?? []), part]);
    }
  }
  return h("div", { class: "parts" },
    [...groups].map(([title, parts]) => h("div", { class: "group" }, h("h4", {}, title),
      h("ul", {}, parts.map((part) => h("li", { class: `part ${part.covered ? "on" : "off"}` },
        part.covered ? "✓ " : "○ ", part.words, h("span", { class: "unseen" }, part.covered ? " covered" : " not covered")))))),
    operation.undocumented.length > 0 && h("div", { class: "group" }, h("h4", {}, "not documented, and came"),
      h("ul", {}, operation.undocumented.map((it) => h("li", { class: "part odd" }, `${it.status}${it.mediaType ? ` ${it.mediaType}` : ""}`)))),
    operation.steps.map((step, index) => {
      const closed = operation.parts.filter((part) => part.step === index).map(words);
      return h("div", { class: "paste" }, h("h4", {}, `A step that would cover ${closed.slice(0, 6).join(", ")}${closed.length > 6 ? ` and ${closed.length - 6} more` : ""}`),
        h("div", { class: "paste" }, h("pre", {}, step), copyButton("Copy", () => step)));
    }));
}
