// A finding: what is wrong, and the three places that say so.

const PLACES = [
  ["scenario", "Scenario", "what was asked for"],
  ["document", "Document", "what it promises"],
  ["response", "Response", "what came"],
];

/** As many characters of a long line are shown before its mark. */
const BEFORE = 120;
/** And as many of it at most. */
const WHOLE = 480;

function findingOf(finding, verdict) {
  const weight = finding.severity === "deny" ? verdictClass(verdict === "errored" ? "errored" : "failed") : "v-errored";
  const places = PLACES.filter(([key]) => finding[key]);
  const wrong = finding.response ? "response" : finding.scenario ? "scenario" : "document";
  const word = finding.severity === "deny" ? "" : finding.known ? "known, " : "warning, ";
  const page = pages[finding.code];
  return h("article", { class: `finding ${weight}` },
    h("h4", {}, h("span", { class: "code" }, `${word}${finding.code}`), prose(finding.headline)),
    places.length === 0 && (finding.expected || finding.actual) && h("p", { class: "sum" },
      finding.expected && ["expected ", prose(finding.expected)],
      finding.expected && finding.actual && ", ",
      finding.actual && ["got ", prose(finding.actual)]),
    places.length > 0 && h("div", { class: "places", "data-count": places.length },
      places.map(([key, name, about]) => placeOf(finding[key], key, name, about, key === wrong))),
    finding.differences.length > 0 && differencesOf(finding),
    h("div", { class: "remarks" },
      finding.known && h("p", { class: "note" },
        `Known by ${finding.known.file}:${finding.known.line}: `, prose(finding.known.reason),
        finding.known.issue && [" ", linkOf(finding.known.issue)]),
      finding.notes.map((note) => h("p", { class: "note" }, prose(note))),
      finding.help.map((help) => h("p", { class: "help" }, prose(help)))),
    page && fold("explain", `About ${finding.code}`, () => pageOf(page)));
}

/** An address that can be opened, where it is one of the web. */
function linkOf(text) {
  return /^https?:\/\//.test(text) ? h("a", { href: text, rel: "noreferrer noopener" }, text) : text;
}

function placeOf(place, key, name, about, isWrong) {
  const marksNothing = place.length === 0 && place.label === "";
  const where = marksNothing ? place.path : `${place.path}:${place.line}:${place.column}`;
  return h("figure", { class: `place p-${key}${isWrong ? " wrong" : ""}` },
    h("figcaption", {},
      h("b", {}, `${name}: ${about}`),
      h("span", { class: "where" }, where, place.at !== null && place.at !== "" && `, at ${place.at}`)),
    h("div", { class: "lines" }, excerptOf(place, marksNothing)),
    place.excerpt.hidden > 0 && h("p", { class: "more" }, `${plural(place.excerpt.hidden, "more line")} not shown`));
}

function excerptOf(place, marksNothing) {
  const { line: first, lines, cut } = place.excerpt;
  const indents = lines.filter((line) => line.trim() !== "").map((line) => line.length - line.trimStart().length);
  // The line that was cut has lost its indent already.
  const indent = cut > 0 || indents.length === 0 ? 0 : Math.min(...indents);
  return lines.flatMap((line, index) => {
    const number = first + index;
    if (marksNothing || number !== place.line) {
      const shown = cut > 0 && number === place.line ? line : line.slice(indent);
      return [lineOf(number, shown.length > WHOLE ? `${shown.slice(0, WHOLE)}…` : shown)];
    }
    return markedLines(place, number, Array.from(line), cut, indent);
  });
}

/** The line of a mark as much as is read of it, and below it what the mark says. */
function markedLines(place, number, characters, cut, indent) {
  const start = Math.min(Math.max(place.column - 1 - cut, 0), characters.length);
  const end = Math.min(start + place.length, characters.length);
  const isLong = characters.length > WHOLE;
  const from = isLong && start > BEFORE + 40 ? start - BEFORE : Math.min(indent, start);
  const to = isLong ? Math.min(characters.length, Math.max(from + WHOLE, start + 80)) : characters.length;
  const text = (a, b) => characters.slice(a, b).join("");
  const isCutBefore = cut > 0 || from > indent;
  const code = [
    isCutBefore && "…",
    text(from, start),
    h("mark", {}, text(start, Math.min(end, to)) || " "),
    text(Math.min(end, to), to),
    to < characters.length && "…",
  ];
  const line = lineOf(number, code, "at");
  if (place.label === "") return [line];
  return [line, h("div", { class: "ln at label" }, h("span", {}, ""), h("code", {}, "↑ ", prose(place.label)))];
}

function lineOf(number, code, name = "") {
  return h("div", { class: `ln ${name}` }, h("span", {}, String(number)), h("code", {}, code));
}

function differencesOf(finding) {
  const count = finding.differences.length;
  const title = count === 1 ? "− expected, + received" : `${plural(count, "difference")}: − expected, + received`;
  const row = (number, sign, text, name) =>
    h("div", { class: name }, h("span", {}, number), h("span", {}, sign), h("code", {}, text));
  return h("div", { class: "diff" },
    row("", "", title, "head"),
    finding.differences.flatMap((difference) => {
      const path = difference.path.join(".").replaceAll(".[", "[");
      const line = `${difference.file ? `${difference.file}:` : ""}${difference.line}`;
      const changes = difference.changes.map((change, index) => {
        const [kind, value] = Object.entries(change)[0];
        const number = index === 0 ? line : "";
        const named = difference.changes.length <= 2 && path !== "" ? `${path}: ${value}` : value;
        if (kind === "expected") return row(number, "−", named, "minus");
        if (kind === "actual") return row(number, "+", named, "plus");
        return row(number, "", kind === "skipped" ? `(${plural(value, "equal line")} not shown)` : value, "same");
      });
      const head = difference.changes.length > 2 && path !== "" ? [row("", "", `${path}:`, "same")] : [];
      return [...head, ...changes, ...difference.notes.map((note) => row("", "", note, "head"))];
    }));
}

/** A page about a code: headings, paragraphs, lists and blocks of code. */
function pageOf(markdown) {
  const out = [];
  let lines = null;
  let paragraph = [];
  const flush = () => {
    if (paragraph.length > 0) out.push(h("p", {}, prose(paragraph.join(" "))));
    paragraph = [];
  };
  for (const line of markdown.split("\n").slice(1)) {
    if (line.startsWith("```")) {
      flush();
      if (lines) out.push(h("pre", {}, h("code", {}, lines.join("\n"))));
      lines = lines ? null : [];
    } else if (lines) {
      lines.push(line);
    } else if (line.startsWith("#")) {
      flush();
      out.push(h("h5", {}, line.replace(/^#+ /, "")));
    } else if (line === "") {
      flush();
    } else {
      if (/^[-*] /.test(line)) flush();
      paragraph.push(line);
    }
  }
  flush();
  return h("div", { class: "page" }, out);
}
