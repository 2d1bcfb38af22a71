// Opens HTML reports in Chromium through chromedriver, and holds them to what a reader needs of them.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const contest = resolve(process.argv[2]);
const pictures = process.env.CONTEST_SCREENSHOTS;
const reports = resolve(import.meta.dirname, "../tests/reports");

/** What must run nowhere: whatever runs sets a mark on the window. */
const HOSTILE = [
  "</script><script>window.hostile = 1</script>",
  "<!--<script>window.hostile = 2</script>",
  "<img src=x onerror='window.hostile = 3'>",
  "<svg onload=window.hostile=4> ]]> \u2028 &lt;b&gt; javascript:window.hostile=5",
].join(" ");

/** As long as anything may take that a reader waits for, in milliseconds; far more than it does. */
const PATIENCE = 1500;

// ---- The API under test, and runs of it.

let tries = 0;
const api = createServer((request, response) => {
  const target = request.url;
  if (target === "/orders/gone") return void request.socket.destroy();
  response.setHeader("content-type", "application/json");
  response.setHeader("set-cookie", "session=a1; Path=/");
  const answer = (status, value, wait) => setTimeout(() => {
    response.statusCode = status;
    response.end(typeof value === "string" ? value : JSON.stringify(value));
  }, wait);
  const bad = { id: "7", total: { amount: "3" }, lines: [{ amount: 1 }, { amount: "2" }] };
  if (target === "/orders/locked") return void answer(423, { title: "locked" }, 5);
  if (target === "/orders/bad" || (target === "/orders/flaky" && (tries += 1) === 1)) return void answer(200, bad, 30);
  if (target === "/orders/hostile") {
    response.setHeader("x-hostile", HOSTILE.replace("\u2028", ""));
    return void answer(200, { id: HOSTILE, total: { amount: HOSTILE }, [HOSTILE]: 1 }, 1);
  }
  return void answer(200, '{"id":"7","note":"it\'s <new> & cheap","total":{"amount":3},"big":123456789012345678901}', 12);
});

function run(folder, ...words) {
  return new Promise((done) => {
    execFile(contest, words, { cwd: folder, env: { NO_COLOR: "1", PATH: process.env.PATH }, maxBuffer: 1 << 30 },
      (error, stdout, stderr) => done({ code: error ? error.code : 0, stdout, stderr }));
  });
}

async function makeReports(folder, base) {
  for (const name of ["orders.yaml", "verdicts.contest.yaml", "once.contest.yaml"]) {
    await copyFile(join(reports, name), join(folder, name));
  }
  const hostile = {
    contest: 1, api: "orders.yaml", title: HOSTILE,
    scenarios: { hostile: {
      title: HOSTILE,
      steps: [{ id: "read", title: HOSTILE, call: "readOrder", path: { id: "hostile" }, headers: { "X-A": "<b>" }, expect: { body: { note: HOSTILE } } }],
    } },
  };
  await writeFile(join(folder, "contest.yaml"), "contest: 1\n");
  await writeFile(join(folder, "hostile.contest.yaml"), JSON.stringify(hostile));
  const all = ["verdicts", "once", "hostile"].map((name) => `${name}.contest.yaml`);
  const whole = await run(folder, "run", ...all, "--jobs", "2", "--retry-failed", "1", "--coverage", "--seed", "7",
    "--base-url", base, "--report", "html=run.html", "--report", "json=run.json");
  assert.equal(whole.code, 1, whole.stderr);

  const record = JSON.parse(await readFile(join(folder, "run.json"), "utf8"));
  const cases = Array.from({ length: 5000 }, (_, index) => {
    const one = record.cases[index % record.cases.length];
    return { ...one, id: `${one.id}#${index}`, title: `${one.title} ${index}`, place: index };
  });
  await writeFile(join(folder, "many.json"), JSON.stringify({ ...record, planned: 5000, cases }));
  const many = await run(folder, "report", "merge", "many.json", "--report", "html=many.html");
  assert.equal(many.code, 0, many.stderr);

  const cut = { ...record, complete: false, cases: record.cases.slice(0, 3), underWay: ["verdicts › the one that ran"] };
  await writeFile(join(folder, "cut.json"), JSON.stringify(cut));
  const shown = await run(folder, "report", "show", "cut.json", "--format", "html");
  assert.equal(shown.code, 0, shown.stderr);
  await writeFile(join(folder, "cut.html"), shown.stdout);
  return record;
}

// ---- A browser, driven by the protocol of WebDriver.

async function startDriver() {
  const driver = spawn("chromedriver", ["--port=0"], { stdio: ["ignore", "pipe", "ignore"] });
  const port = await new Promise((done, fail) => {
    let said = "";
    driver.stdout.on("data", (data) => {
      said += data;
      const found = /successfully on port (\d+)/.exec(said);
      if (found) done(found[1]);
    });
    driver.on("exit", () => fail(new Error(`chromedriver ended: ${said}`)));
  });
  return { driver, base: `http://127.0.0.1:${port}` };
}

class Browser {
  constructor(base, id) {
    this.base = `${base}/session/${id}`;
  }

  static async open(base, profile) {
    const args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync", `--user-data-dir=${profile}`];
    const opened = await Browser.ask(`${base}/session`, "POST", { capabilities: { alwaysMatch: {
      browserName: "chrome", "goog:chromeOptions": { args }, "goog:loggingPrefs": { browser: "ALL", performance: "ALL" },
    } } });
    return new Browser(base, opened.sessionId);
  }

  static async ask(url, method, body) {
    const answer = await fetch(url, { method, body: body && JSON.stringify(body) });
    const { value } = await answer.json();
    if (value?.error) throw new Error(`${value.error}: ${value.message}`);
    return value;
  }

  post(path, body = {}) {
    return Browser.ask(this.base + path, "POST", body);
  }

  close() {
    return Browser.ask(this.base, "DELETE");
  }

  chrome(cmd, params) {
    return this.post("/goog/cdp/execute", { cmd, params });
  }

  /** The value of an expression in the page. */
  async value(script, ...args) {
    return this.post("/execute/sync", { script: `return (${script})`, args });
  }

  /** Opens an address anew and says how long that took, in milliseconds. */
  async go(url) {
    await this.post("/url", { url: "about:blank" });
    await this.post("/url", { url });
    return this.value("performance.getEntriesByType('navigation')[0].loadEventEnd");
  }

  async until(script, ...args) {
    for (let left = 100; left > 0; left -= 1) {
      if (await this.value(script, ...args)) return;
      await new Promise((done) => setTimeout(done, 30));
    }
    throw new Error(`it never came to be: ${script}`);
  }

  async keys(...keys) {
    const actions = keys.flatMap((value) => [{ type: "keyDown", value }, { type: "keyUp", value }]);
    await this.post("/actions", { actions: [{ type: "key", id: "keys", actions }] });
  }

  async click(selector) {
    const found = await this.post("/element", { using: "css selector", value: selector });
    await this.post(`/element/${Object.values(found)[0]}/click`);
  }

  async look(width, height, scheme) {
    await this.chrome("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
    await this.chrome("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
  }

  async picture(name) {
    if (!pictures) return;
    const data = await Browser.ask(`${this.base}/screenshot`, "GET");
    await writeFile(join(pictures, `${name}.png`), Buffer.from(data, "base64"));
  }

  /** What the page has said and asked for since the last time: complaints, and addresses. */
  async logs() {
    const said = await this.post("/se/log", { type: "browser" });
    const told = (await this.post("/se/log", { type: "performance" })).map(({ message }) => JSON.parse(message).message);
    const sent = told.filter(({ method, params }) => method === "Network.requestWillBeSent" && params.documentURL.startsWith("file:"))
      .map(({ params }) => params.request.url);
    return { said: said.map(({ message }) => message), sent };
  }
}

const ENTER = "\uE007", ESCAPE = "\uE00C", DOWN = "\uE015", UP = "\uE013", TAB = "\uE004";

// ---- What is asked of every view.

/** Texts whose contrast is less than WCAG 2.2 asks for (1.4.3, AA). */
const CONTRAST = `(() => {
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const pixel = (colours) => {
    pen.clearRect(0, 0, 1, 1);
    for (const colour of colours) { pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1); }
    return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  for (const element of document.body.querySelectorAll("*")) {
    if (["SCRIPT", "NOSCRIPT", "OPTION"].includes(element.tagName) || element.closest(".unseen, [aria-hidden=true], :disabled")) continue;
    if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "")) continue;
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const style = getComputedStyle(element);
    const behind = [];
    for (let each = element; each; each = each.parentElement) behind.unshift(getComputedStyle(each).backgroundColor);
    const ground = pixel(["white", ...behind]);
    const [a, b] = [light(ground), light(pixel(["white", ...behind, style.color]))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) found.push(element.tagName + "." + element.className + " " + ratio.toFixed(2) + ": " + element.textContent.slice(0, 40));
  }
  return [...new Set(found)];
})()`;

/** Things to use that have no name, and ids that stand twice. */
const NAMELESS = `(() => {
  const used = [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0'], [role=img]")];
  const isNamed = (element) => (element.getAttribute("aria-label") || element.textContent).trim() !== "";
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  return [...used.filter((element) => !isNamed(element)).map((element) => element.outerHTML.slice(0, 80)),
    ...ids.filter((id, index) => ids.indexOf(id) !== index)];
})()`;

async function holdView(browser, what) {
  assert.deepEqual(await browser.value(CONTRAST), [], `${what}: contrast`);
  assert.deepEqual(await browser.value(NAMELESS), [], `${what}: names`);
  const wide = await browser.value("document.documentElement.scrollWidth - document.documentElement.clientWidth");
  assert.ok(wide <= 0, `${what}: ${wide} pixels wider than the window`);
}

async function holdLogs(browser, what) {
  const { said, sent } = await browser.logs();
  assert.deepEqual(said, [], `${what}: the console`);
  const others = sent.filter((url) => !url.startsWith("file://") && !url.startsWith("data:"));
  assert.deepEqual(others, [], `${what}: requests`);
  assert.equal(await browser.value("window.hostile"), null, `${what}: a text was run`);
}

const rowNames = "[...document.querySelectorAll('.row .name')].map((name) => name.textContent)";
const focusedIs = (selector) => `document.activeElement?.matches(${JSON.stringify(selector)}) ?? false`;

// ---- The tests.

async function looks(browser, page) {
  const views = [["list", "#/cases"], ["case", null], ["coverage", "#/coverage"], ["timings", "#/timings"], ["run", "#/run"]];
  for (const [shape, width, height] of [["wide", 1440, 1000], ["narrow", 390, 844]]) {
    for (const scheme of ["light", "dark"]) {
      await browser.look(width, height, scheme);
      await browser.go(page);
      const dark = await browser.value("getComputedStyle(document.body).backgroundColor");
      assert.equal(dark === "rgb(20, 23, 26)", scheme === "dark", `${scheme}: ${dark}`);
      for (const [name, hash] of views) {
        if (hash) await browser.value("void (location.hash = arguments[0])", hash);
        else await browser.click(".row");
        const selector = { list: ".row", case: ".finding .place", coverage: ".map", timings: "canvas", run: ".facts-list" }[name];
        await browser.until(`document.querySelector("${selector}") !== null`);
        if (name === "coverage") await browser.click(".map tbody button");
        await holdView(browser, `${name}, ${shape}, ${scheme}`);
        await browser.picture(`${name}-${shape}-${scheme}`);
      }
    }
  }
  // A switch goes before what the system says, and is kept.
  await browser.look(1440, 1000, "light");
  await browser.go(page);
  await browser.keys("t", "t");
  assert.equal(await browser.value("getComputedStyle(document.body).backgroundColor"), "rgb(20, 23, 26)");
  await browser.keys("t");
  await holdLogs(browser, "looks");
}

async function places(browser, page) {
  const tops = "[...document.querySelector('.places[data-count=\"3\"]').children].map((place) => Math.round(place.getBoundingClientRect().top))";
  for (const [width, count] of [[1440, 1], [390, 3]]) {
    await browser.look(width, 900, "light");
    await browser.go(`${page}#/cases?query=whole+numbers+response.body&verdict=failed`);
    await browser.click(".row");
    await browser.until("document.querySelector('.places[data-count=\"3\"]') !== null");
    assert.equal(new Set(await browser.value(tops)).size, count, `rows of places in ${width} pixels`);
  }
  const labels = await browser.value("[...document.querySelector('.places').querySelectorAll('figcaption b')].map((name) => name.textContent)");
  assert.deepEqual(labels, ["Scenario: what was asked for", "Document: what it promises", "Response: what came"]);
  const marks = await browser.value("[...document.querySelector('.places').querySelectorAll('mark')].map((mark) => mark.textContent)");
  assert.deepEqual(marks, ["readOrder", "integer", '"3"']);
  assert.equal(await browser.value("document.querySelector('.body .t-wrong').textContent"), '"3"');
  await holdLogs(browser, "places");
}

async function filters(browser, page, record) {
  await browser.look(1440, 1000, "light");
  await browser.go(page);
  const count = () => browser.value("document.querySelector('.count').textContent");
  const total = record.cases.length;
  assert.equal(await count(), `${total} cases`);
  for (const verdict of ["failed", "skipped"]) {
    await browser.click(`.chip[data-verdict="${verdict}"]`);
    const wanted = record.cases.filter((each) => each.verdict === verdict).length;
    assert.equal(await count(), `${wanted} of ${total} cases`);
    assert.equal((await browser.value(rowNames)).length, wanted);
    await browser.click(`.chip[data-verdict="${verdict}"]`);
  }
  const choose = (key, value) => browser.value(
    "void ((select) => { select.value = arguments[1]; select.dispatchEvent(new Event('change')); })(document.querySelector('[data-filter=' + arguments[0] + ']'))", key, value);
  for (const [key, value, fits] of [
    ["tag", "smoke", (each) => each.tags.includes("smoke")],
    ["operation", "removeOrder", (each) => each.operations.includes("removeOrder")],
    ["code", "response.body", (each) => [...(each.earlier ?? []), each].some((it) => it.steps.some((step) => step.findings.some((finding) => finding.code === "response.body")))],
  ]) {
    await choose(key, value);
    const wanted = record.cases.filter(fits).length;
    assert.ok(wanted > 0 && wanted < total, key);
    assert.equal(await count(), `${wanted} of ${total} cases`, key);
    await choose(key, "");
  }
  await choose("order", "slowest");
  const slowest = record.cases.reduce((one, other) => (other.time > one.time ? other : one));
  assert.ok((await browser.value(rowNames))[0].includes(slowest.title), "the slowest comes first");
  // The address keeps a filter.
  await browser.go(`${page}#/cases?verdict=skipped&order=plan`);
  assert.equal(await count(), `1 of ${total} cases`);
  await holdLogs(browser, "filters");
}

async function keyboard(browser, page) {
  await browser.look(1440, 900, "light");
  await browser.go(page);
  await browser.keys("/");
  await browser.until(focusedIs("#search"));
  await browser.keys(..."second try");
  assert.equal((await browser.value(rowNames)).length, 1);
  await browser.keys(ESCAPE);
  assert.equal(await browser.value("document.activeElement.value"), "");
  await browser.keys(DOWN);
  await browser.until(focusedIs(".row[data-first]"));
  assert.match(await browser.value("getComputedStyle(document.activeElement).outlineStyle"), /solid|auto/);
  await browser.keys("j", DOWN, "k", UP, "j");
  const names = await browser.value(rowNames);
  assert.equal(await browser.value("document.activeElement.querySelector('.name').textContent"), names[1]);
  await browser.keys(ENTER);
  await browser.until("document.querySelector('.case h2') !== null");
  assert.ok((await browser.value("document.querySelector('.case h2').textContent")).endsWith(names[1]));
  await browser.until(focusedIs("#case-title"));
  await browser.keys("j");
  await browser.until(focusedIs(".step > summary"));
  const isOpen = "document.activeElement.parentElement.open";
  const before = await browser.value(isOpen);
  await browser.keys(ENTER);
  assert.equal(await browser.value(isOpen), !before);
  await browser.keys("e");
  assert.ok(await browser.value("[...document.querySelectorAll('.step')].every((step) => step.open && step.childElementCount === 2)"));
  await browser.keys("n");
  await browser.until(`document.querySelector(".case h2").textContent.endsWith(${JSON.stringify(names[2])})`);
  await browser.keys("p");
  await browser.until(`document.querySelector(".case h2").textContent.endsWith(${JSON.stringify(names[1])})`);
  await browser.keys("u");
  await browser.until(focusedIs(".row"));
  assert.equal(await browser.value("document.activeElement.querySelector('.name').textContent"), names[1]);
  await browser.keys("?");
  await browser.until("document.getElementById('help').open");
  await holdView(browser, "help");
  await browser.keys(ESCAPE);
  await browser.until("!document.getElementById('help').open");
  for (const [key, hash] of [["2", "#/coverage"], ["3", "#/timings"], ["4", "#/run"], ["1", "#/cases"]]) {
    await browser.keys(key);
    await browser.until(`location.hash === "${hash}"`);
  }
  // With Tab alone, too, everything is reached, and the list is one stop.
  await browser.go(page);
  const stops = [];
  for (let left = 40; left > 0; left -= 1) {
    await browser.keys(TAB);
    stops.push(await browser.value("document.activeElement.id || document.activeElement.className || document.activeElement.tagName"));
  }
  assert.equal(stops[0], "skip");
  assert.ok(stops.includes("search") && stops.includes("row") && stops.includes("theme"), stops.join(" "));
  assert.ok(stops.filter((stop) => stop === "row").length <= 2, stops.join(" "));
  await holdLogs(browser, "keyboard");
}

async function details(browser, page) {
  await browser.look(1440, 900, "light");
  await browser.go(`${page}#/cases?query=note+told&order=plan`);
  await browser.click(".row");
  await browser.until("document.querySelector('.step') !== null");
  assert.equal(await browser.value("document.querySelectorAll('.step[open]').length"), 0, "what passed is folded");
  assert.equal(await browser.value("document.querySelectorAll('.exchange').length"), 0, "what is folded is not made");
  assert.ok(await browser.value("[...document.querySelectorAll('.fall i')].every((bar) => bar.getBoundingClientRect().width > 1)"));
  await browser.keys("e");
  await browser.until("document.querySelectorAll('.exchange').length > 1");
  // Digits stay as they came.
  assert.ok(await browser.value("[...document.querySelectorAll('.body')].some((body) => body.textContent.includes('\"big\": 123456789012345678901'))"));
  await browser.click(".exchange [aria-pressed]");
  assert.ok(await browser.value("document.querySelector('.body').textContent.startsWith('{\"id\":')"));
  await browser.click(".curl summary");
  await browser.until("document.querySelector('.curl pre') !== null");
  const shown = await browser.value("document.querySelector('.curl pre').textContent");
  assert.match(shown, /^curl 'http:\/\/127\.0\.0\.1:\d+\/orders\/good'/);
  await browser.chrome("Browser.grantPermissions", { permissions: ["clipboardReadWrite", "clipboardSanitizedWrite"] });
  await browser.value("void (window.copied = null, navigator.clipboard.writeText = async (text) => { window.copied = text; })");
  await browser.click(".exchange header .copy");
  await browser.until("window.copied !== null");
  assert.equal(await browser.value("window.copied"), shown);
  assert.equal(await browser.value("document.querySelector('.exchange header .copy').textContent"), "Copied");
  await holdLogs(browser, "details");
}

async function hostile(browser, page) {
  await browser.look(1440, 900, "light");
  await browser.go(`${page}#/cases?query=hostile`);
  await browser.click(".row");
  await browser.until("document.querySelector('.case h2') !== null");
  await browser.keys("e");
  await browser.value("void document.querySelectorAll('details').forEach((each) => { each.open = true; })");
  await browser.until("document.querySelectorAll('.headers').length > 1");
  assert.ok(await browser.value("document.querySelector('.case h2').textContent.includes(arguments[0])", HOSTILE));
  assert.equal(await browser.value("document.querySelectorAll('main img, main svg, main script').length"), 0);
  const shown = await browser.value("document.querySelector('.body').textContent");
  assert.ok(shown.includes("</script><script>window.hostile = 1</script>"), shown);
  await holdView(browser, "hostile");
  await browser.picture("hostile");
  await holdLogs(browser, "hostile");
}

async function cut(browser, page) {
  await browser.go(page);
  const words = await browser.value("document.querySelector('.banner').textContent");
  assert.match(words, /^the run ended before its end: 3 of \d+ cases are done; under way was verdicts › the one that ran$/);
  await browser.picture("cut");
  await holdLogs(browser, "cut");
}

async function many(browser, page) {
  await browser.look(1440, 900, "light");
  const loaded = await browser.go(page);
  assert.match(await browser.value("document.querySelector('.count').textContent"), /^5,000 cases$/);
  assert.ok((await browser.value(rowNames)).length < 100, "only rows in sight are made");
  const timed = (act) => `(() => { const from = performance.now(); ${act}; document.body.getBoundingClientRect(); return performance.now() - from; })()`;
  const typed = await browser.value(timed("((search) => { search.value = 'an order 49'; search.dispatchEvent(new Event('input')); })(document.getElementById('search'))"));
  const again = await browser.value(timed("((search) => { search.value = ''; search.dispatchEvent(new Event('input')); })(document.getElementById('search'))"));
  const chosen = await browser.value(timed("document.querySelector('.chip').click()"));
  await browser.value("void document.querySelector('.chip').click()");
  await browser.keys(ESCAPE, "j", "\uE010");
  await browser.until("document.activeElement?.dataset?.last !== undefined");
  const opened = await browser.value(timed("location.hash = '#/case/4321'; dispatchEvent(new Event('hashchange'))"));
  const times = { loaded, typed, again, chosen, opened };
  console.log(`5,000 cases, in milliseconds: ${Object.entries(times).map(([name, each]) => `${name} ${Math.round(each)}`).join(", ")}`);
  for (const [name, each] of Object.entries(times)) assert.ok(each < PATIENCE, `${name} took ${each} ms`);
  await browser.picture("many");
  await holdLogs(browser, "many");
}

const folder = await mkdtemp(join(tmpdir(), "contest-browser-"));
if (pictures) await mkdir(pictures, { recursive: true });
let started, browser;
try {
  await new Promise((done) => api.listen(0, "127.0.0.1", done));
  const record = await makeReports(folder, `http://127.0.0.1:${api.address().port}`);
  started = await startDriver();
  browser = await Browser.open(started.base, join(folder, "profile"));
  const page = (name) => pathToFileURL(join(folder, name)).href;
  for (const [name, test] of Object.entries({
    looks: () => looks(browser, page("run.html")),
    places: () => places(browser, page("run.html")),
    filters: () => filters(browser, page("run.html"), record),
    keyboard: () => keyboard(browser, page("run.html")),
    details: () => details(browser, page("run.html")),
    hostile: () => hostile(browser, page("run.html")),
    cut: () => cut(browser, page("cut.html")),
    many: () => many(browser, page("many.html")),
  })) {
    await test();
    console.log(`ok ${name}`);
  }
} finally {
  await browser?.close().catch(() => {});
  started?.driver.kill();
  api.close();
  api.closeAllConnections();
  await rm(folder, { recursive: true, force: true });
}
