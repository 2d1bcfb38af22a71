// What the run as a whole came to, besides its cases.

function drawRun(view) {
  const { summary } = run;
  const counted = ({ what, count }) => (count > 1 ? `${what} ×${count}` : what);
  const section = (title, lines) => (lines.length === 0 ? [] : [h("section", { class: "section" }, h("h3", {}, title),
    h("ul", { class: "lines-list" }, lines.map((line) => h("li", {}, typeof line === "string" ? prose(line) : line))))]);
  const codes = [...tally((row) => row.codes)].sort((a, b) => b[1] - a[1]);
  const facts = [
    ["Target", run.target], ["Environment", run.environment], ["Began", moment(run.started)], ["Took", time(run.time)],
    ["Cases", `${rows.length} of ${run.planned} planned`], ["Workers", run.workers],
    ["Exchanges judged", summary.exchanges.toLocaleString("en")],
    ["Partly judged", summary.partlyJudged || null], ["Unanswered", summary.unanswered || null],
    ["Seed", run.seed], ["Run id", run.runId], ["Folder", run.folder], ["contest", run.contest],
  ].filter(([, value]) => value !== null && value !== undefined && value !== "");
  const asked = ({ kind, what, outcome, words = [], path, line }) => {
    const place = path ? ` (\`${path}${line ? `:${line}` : ""}\`)` : "";
    const came = { met: "met", unmet: "not met", notChecked: "not checked" }[outcome];
    return `${kind} ${what}: ${came}${words.length > 0 ? `, ${words.join("; ")}` : ""}${place}`;
  };
  view.replaceChildren(
    h("h2", { class: "unseen" }, "The run"),
    h("section", { class: "section" }, h("h3", {}, "The run"), h("dl", { class: "facts-list" }, facts.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, String(value))]))),
    ...section("Asked of the run", (summary.requirements ?? []).map(asked)),
    ...section("What more than one case failed by", (summary.common ?? []).map((each) => `${plural(each.cases, "case")}: ${each.code}: ${each.headline}${each.others ? `, and ${plural(each.others, "other")}` : ""}${each.place ? ` (\`${each.place}\`)` : ""}`)),
    ...section("Findings by code", codes.map(([code, count]) => h("span", {}, h("a", { href: `#/cases?code=${encodeURIComponent(code)}` }, h("code", {}, code)), ` in ${plural(count, "case")}`))),
    ...section("Flaky", (summary.flaky ?? []).map((each) => `${each.name}: passed after ${plural(each.failures, "attempt")} that failed, ${each.codes.join(", ")}`)),
    ...section("Warnings", summary.warnings.map((each) => `${counted({ what: `${each.code}: ${each.headline}`, count: each.count })}${each.place ? ` (\`${each.place}\`)` : ""}`)),
    ...section("Known faults", summary.knownFaults.map(counted)),
    ...section("Known by a baseline", (summary.knownFindings ?? []).map(counted)),
    ...section("Mended: to be removed from the baseline", summary.mended ?? []),
    ...section("Waived by a setting", summary.waived.map(({ code, count }) => counted({ what: code, count }))),
    ...section("Turned off by a setting", summary.off.map(counted)),
    ...section("Not checked", summary.notChecked.map(counted)),
    ...section("Left behind", summary.leftBehind),
    ...section("Joined from", (run.parts ?? []).map((part) => `${part.file}: ${plural(part.cases, "case")} in ${time(part.time)}, seed ${part.seed}, run ${part.runId}${part.complete ? "" : ", not complete"}`)));
  return {};
}
