// The page: its head, its views, and its keys.

const view = document.getElementById("view");
const VIEWS = [
  ["cases", "Cases", drawList],
  ...(document.getElementById("coverage") ? [["coverage", "Coverage", drawCoverage]] : []),
  ["timings", "Timings", drawTimings],
  ["run", "Run", drawRun],
];
let acts = {};
let name = "";

function drawHead() {
  document.title = `${headline} – contest`;
  document.getElementById("headline").textContent = headline;
  const counts = VERDICTS.map((verdict) => [verdict, rows.filter((row) => row.verdict === verdict).length]);
  document.getElementById("shares").append(...counts.filter(([, count]) => count > 0).map(([verdict, count]) =>
    styled(h("i", { class: verdictClass(verdict) }), { flex: `${count} 1 0` })));
  const facts = [run.target, run.environment && `environment ${run.environment}`, moment(run.started), time(run.time), plural(run.summary.exchanges, "exchange")];
  document.getElementById("facts").append(...facts.filter(Boolean).map((fact) => h("span", {}, fact)));
  const banners = [...faults, run.summary.stopped?.reason, ...run.banners];
  document.getElementById("banners").append(...banners.filter(Boolean).map((words) => h("p", { class: "banner" }, prose(words))));
  document.getElementById("views").append(...VIEWS.map(([word, label], index) => h("a", { href: `#/${word}`, "aria-keyshortcuts": index + 1 }, label)));
}

/** Draws what the address says. */
function drawAgain() {
  const [path, words] = location.hash.replace(/^#\/?/, "").split("?", 2);
  const [word, rest] = path.split("/", 2);
  if (name === "cases" && word !== "cases") scrolled = window.scrollY;
  const cameFrom = name;
  name = VIEWS.some(([each]) => each === word) || word === "case" ? word : "cases";
  document.querySelectorAll("#views a").forEach((link) => {
    const isHere = link.hash === `#/${name === "case" ? "cases" : name}`;
    if (isHere) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  });
  if (name === "case") {
    acts = drawCase(view, Number(rest));
    window.scrollTo({ top: view.offsetTop });
    document.getElementById("case-title")?.focus({ preventScroll: true });
    return;
  }
  if (name === "cases") readFilter(words ?? "");
  acts = VIEWS.find(([each]) => each === name)[2](view);
  if (cameFrom === "case" && name === "cases") {
    window.scrollTo({ top: scrolled });
    acts.focus();
  } else if (cameFrom !== "") {
    window.scrollTo({ top: 0 });
  }
}

const THEMES = { auto: "Light or dark: as the system", light: "Light", dark: "Dark" };

function setTheme(theme) {
  const root = document.documentElement;
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  const button = document.getElementById("theme");
  button.textContent = { auto: "◐ Auto", light: "○ Light", dark: "● Dark" }[theme];
  button.setAttribute("aria-label", `Colours: ${THEMES[theme]}`);
  button.dataset.theme = theme;
  // A page that was opened from a disk may have no store.
  try { localStorage.setItem("contest-theme", theme); } catch { /* It is forgotten then. */ }
  acts.repaint?.();
}

function nextTheme() {
  const all = Object.keys(THEMES);
  const theme = all[(all.indexOf(document.getElementById("theme").dataset.theme) + 1) % all.length];
  setTheme(theme);
  say(`Colours: ${THEMES[theme]}`);
}

function showHelp() {
  const dialog = document.getElementById("help");
  const key = (keys, words) => [h("dt", {}, keys.map((each) => h("kbd", {}, each))), h("dd", {}, words)];
  dialog.replaceChildren(
    h("h2", { id: "help-title" }, "Keys"),
    h("dl", {},
      key(["/"], "Find cases"), key(["j", "k"], "Next and previous case, step or operation; ↓ and ↑ in the list"),
      key(["Enter"], "Open it"), key(["Esc", "u"], "Back to the list; out of the search; without a filter"),
      key(["n", "p"], "Next and previous case while one is open"), key(["e"], "Open or close all steps"),
      key(["c"], "Copy the curl command of the step"), key(VIEWS.map((_, index) => String(index + 1)), VIEWS.map(([, label]) => label).join(", ")),
      key(["t"], "Light, dark, or as the system"), key(["?"], "These keys")),
    h("form", { method: "dialog" }, h("button", {}, "Close")));
  dialog.showModal();
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (document.getElementById("help").open) return;
  const target = event.target;
  if (target instanceof HTMLInputElement) {
    if (event.key === "Escape") target.value === "" ? target.blur() : clearQuery(target);
    else if (event.key === "Enter" || event.key === "ArrowDown") acts.focus?.();
    else return;
    event.preventDefault();
    return;
  }
  if (target instanceof HTMLSelectElement) return;
  const isInList = acts.isIn?.() ?? false;
  const act = {
    "/": find, j: acts.next, k: acts.previous, n: acts.following, p: acts.preceding, e: acts.expand, c: acts.copy,
    u: acts.up ?? acts.clear, Escape: acts.up ?? acts.clear, t: nextTheme, "?": showHelp,
    ArrowDown: isInList ? acts.next : undefined, ArrowUp: isInList ? acts.previous : undefined,
    Home: isInList ? acts.first : undefined, End: isInList ? acts.last : undefined,
  }[event.key] ?? (/^[1-9]$/.test(event.key) && VIEWS[Number(event.key) - 1] && (() => { location.hash = `#/${VIEWS[Number(event.key) - 1][0]}`; }));
  if (!act) return;
  event.preventDefault();
  act();
}

function find() {
  if (name !== "cases") location.hash = `#/cases${filterWords()}`;
  // The address is drawn before the next frame.
  requestAnimationFrame(() => requestAnimationFrame(() => {
    const search = document.getElementById("search");
    search?.focus();
    search?.select();
  }));
}

function clearQuery(search) {
  search.value = "";
  search.dispatchEvent(new Event("input"));
}

drawHead();
let stored = "auto";
try { stored = localStorage.getItem("contest-theme") ?? "auto"; } catch { /* As the system, then. */ }
setTheme(stored in THEMES ? stored : "auto");
document.getElementById("theme").addEventListener("click", nextTheme);
document.getElementById("keys").addEventListener("click", showHelp);
document.addEventListener("keydown", pressed);
window.addEventListener("scroll", () => acts.fill?.(), { passive: true });
window.addEventListener("resize", () => { acts.measure?.(); acts.repaint?.(); });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => acts.repaint?.());
window.addEventListener("hashchange", drawAgain);
drawAgain();
