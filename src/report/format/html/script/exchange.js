// One request and what came back, with the command that sends it again.

function exchangeOf(exchange, wrong, isOnly) {
  const { request, response } = exchange;
  const status = response ? [" → ", h("b", {}, `${response.status} ${response.statusText}`)] : " → no answer";
  return h("section", { class: "exchange", "aria-label": `${request.method} ${request.url}` },
    h("header", {},
      h("code", {}, !isOnly && `${exchange.attempt}. `, h("b", {}, request.method), " ", request.url, status),
      h("span", { class: "soft" }, time(exchange.time)),
      exchange.repeat && copyButton("Copy as curl", () => exchange.repeat)),
    (exchange.error || exchange.notes.length > 0) && h("div", { class: "side aside" },
      exchange.error && h("p", {}, exchange.error),
      exchange.notes.map((note) => h("p", {}, note))),
    h("div", { class: "sides" },
      sideOf("Request", request.headers, request.postData, new Set()),
      response && sideOf("Response", response.headers, response.content, wrong)),
    exchange.repeat && h("div", { class: "curl" },
      fold("fold", "The command", () => h("pre", {}, exchange.repeat))));
}

function sideOf(name, headers, body, wrong) {
  return h("div", { class: "side" },
    h("h5", {}, name, h("span", { class: "soft" }, body ? `${body.mimeType} ${size(body.size)}` : "no body")),
    fold("fold", plural(headers.length, "header"), () => h("dl", { class: "headers" },
      headers.map(({ name, value }) => h("div", {}, h("dt", {}, `${name}: `), h("dd", {}, value))))),
    body && body.text !== "" && bodyOf(body, wrong));
}

function bodyOf(body, wrong) {
  const shown = h("pre", { class: "body", tabindex: "0", "aria-label": "Body" });
  const pretty = body.encoding === null && /json|^$/.test(body.mimeType.split(";")[0])
    ? prettyJson(body.text, body.truncated, wrong)
    : null;
  const note = body.truncated && h("p", { class: "aside" }, `Cut: the whole has ${size(body.size)}.`);
  const kind = body.encoding === "base64" && h("p", { class: "aside" }, "No text; in base64:");
  shown.append(...(pretty ?? [body.text]));
  const raw = pretty && h("button", { type: "button", class: "small", "aria-pressed": "false", onclick: (event) => {
    const isRaw = event.currentTarget.getAttribute("aria-pressed") !== "true";
    event.currentTarget.setAttribute("aria-pressed", String(isRaw));
    shown.replaceChildren(...(isRaw ? [body.text] : prettyJson(body.text, body.truncated, wrong)));
  } }, "As sent");
  return h("div", {}, kind, shown, note,
    h("p", { class: "aside" }, raw, raw && " ", copyButton("Copy body", () => body.text)));
}
