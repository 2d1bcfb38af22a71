"use strict";
// Elements, blocks of data, and words. Texts become text nodes and nothing else: whatever an API answered, no part
// of it is ever read as markup.

/** Makes an element. Members of `properties` that begin with `on` are listeners; the others are attributes, left out
 * where they are null or false. */
function h(name, properties, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Sets properties of style, which the page's policy allows to scripts alone. */
function styled(element, properties) {
  for (const [key, value] of Object.entries(properties)) element.style.setProperty(key, value);
  return element;
}

/** Reads a block of data; null where there is none. */
function block(id) {
  const element = document.getElementById(id);
  return element && JSON.parse(element.textContent);
}

const { run, rows, pages, headline, faults } = block("run");

const VERDICTS = ["failed", "errored", "xpassed", "not run", "xfailed", "skipped", "passed"];
const SIGNS = {
  failed: "✗", errored: "!", xpassed: "↑", "not run": "–", xfailed: "≈", skipped: "○", passed: "✓",
};

function verdictClass(verdict) {
  return `v-${verdict.replace(" ", "-")}`;
}

function verdictOf(verdict, words = verdict) {
  return h("span", { class: `verdict ${verdictClass(verdict)}`, "data-sign": SIGNS[verdict] }, words);
}

function plural(count, noun) {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

function time(milliseconds) {
  if (milliseconds >= 60_000) {
    return `${Math.floor(milliseconds / 60_000)} min ${Math.round((milliseconds % 60_000) / 1000)} s`;
  }
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(2)} s`;
  return milliseconds < 1 ? "<1 ms" : `${Math.round(milliseconds)} ms`;
}

function size(bytes) {
  if (bytes < 1024) return plural(bytes, "byte");
  return bytes < 1 << 20 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / (1 << 20)).toFixed(1)} MiB`;
}

function moment(text) {
  const date = new Date(text);
  return Number.isNaN(date.getTime())
    ? text
    : `${date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" })}, ${date.toISOString().slice(11, 19)} UTC`;
}

function say(words) {
  const said = document.getElementById("said");
  said.textContent = "";
  requestAnimationFrame(() => { said.textContent = words; });
}

/** Copies a text; a page that was opened from a disk may have no clipboard. */
async function copy(text, button) {
  let isCopied = false;
  try {
    await navigator.clipboard.writeText(text);
    isCopied = true;
  } catch {
    const area = styled(h("textarea", { readonly: true, "aria-hidden": "true" }), { position: "fixed", opacity: "0" });
    area.value = text;
    document.body.append(area);
    const focused = document.activeElement;
    area.select();
    isCopied = document.execCommand("copy");
    area.remove();
    focused?.focus();
  }
  const words = isCopied ? "Copied" : "Not copied";
  say(words);
  if (button) {
    const label = button.dataset.label ?? button.textContent;
    button.dataset.label = label;
    button.textContent = words;
    setTimeout(() => { button.textContent = label; }, 1500);
  }
}

function copyButton(label, text) {
  return h("button", { type: "button", class: "small copy", onclick: (event) => copy(text(), event.currentTarget) }, label);
}

/** Words in which what stands between backticks is code. */
function prose(text) {
  const parts = text.split("`");
  if (parts.length % 2 === 0) return [text];
  return parts.map((part, index) => (index % 2 ? h("code", {}, part) : part)).filter((part) => part !== "");
}

/** A disclosure whose content is made when it is first opened. */
function fold(name, label, content, isOpen = false) {
  const details = h("details", { class: name }, h("summary", {}, label));
  const make = () => {
    if (details.open && details.childElementCount === 1) details.append(...[content()].flat());
  };
  details.addEventListener("toggle", make);
  details.open = isOpen;
  make();
  return details;
}
