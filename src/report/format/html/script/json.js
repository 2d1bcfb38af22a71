// JSON made readable without being understood: its tokens are laid out anew, its digits and its order stay.

const JSON_TOKEN = /"(?:[^"\\\u0000-\u001f]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:]|\s+/y;

/** The tokens of a text with the pointer of each value; null where it is no JSON. Of a text that was cut, what does
 * not fit at its end is one token more. */
function jsonTokens(text, isCut) {
  const tokens = [];
  const frames = [];
  let at = 0;
  let isKey = false;
  const pointer = () => frames.map((frame) => `/${frame.key}`).join("");
  while (at < text.length) {
    JSON_TOKEN.lastIndex = at;
    const found = JSON_TOKEN.exec(text);
    if (!found) {
      if (!isCut) return null;
      tokens.push({ kind: "rest", text: text.slice(at), pointer: pointer() });
      break;
    }
    const token = found[0];
    at = JSON_TOKEN.lastIndex;
    const frame = frames[frames.length - 1];
    const first = token[0];
    if (first === "{" || first === "[") {
      tokens.push({ kind: "open", text: token, pointer: pointer() });
      frames.push({ isArray: first === "[", key: first === "[" ? "0" : "" });
      isKey = first === "{";
    } else if (first === "}" || first === "]") {
      if (!frame || frame.isArray !== (first === "]")) return null;
      frames.pop();
      tokens.push({ kind: "close", text: token });
      isKey = false;
    } else if (first === ",") {
      if (!frame) return null;
      if (frame.isArray) frame.key = String(Number(frame.key) + 1);
      isKey = !frame.isArray;
      tokens.push({ kind: "comma", text: token });
    } else if (first === ":") {
      isKey = false;
      tokens.push({ kind: "colon", text: token });
    } else if (first === '"') {
      if (isKey && frame) {
        try {
          frame.key = JSON.parse(token).replaceAll("~", "~0").replaceAll("/", "~1");
        } catch {
          return null;
        }
        tokens.push({ kind: "name", text: token });
      } else {
        tokens.push({ kind: "text", text: token, pointer: pointer() });
      }
    } else if (token.trim() !== "") {
      tokens.push({ kind: /[tfn]/.test(first) ? "word" : "number", text: token, pointer: pointer() });
    }
  }
  return (frames.length === 0 || isCut) && tokens.length > 0 ? tokens : null;
}

/** The nodes of a JSON text, a member a line; values at `wrong`, a set of pointers, are marked. Null where the text
 * is no JSON. */
function prettyJson(text, isCut, wrong) {
  const tokens = jsonTokens(text, isCut);
  if (!tokens) return null;
  const out = [];
  let plain = "";
  let depth = 0;
  const write = (kind, token) => {
    const isWrong = token.pointer !== undefined && wrong.has(token.pointer);
    const name = { name: "t-name", text: "t-text", number: "t-number", word: "t-word" }[kind];
    if (!name && !isWrong) {
      plain += token.text;
      return;
    }
    if (plain) out.push(plain);
    plain = "";
    out.push(h("span", { class: [name, isWrong && "t-wrong"].filter(Boolean).join(" ") }, token.text));
  };
  const line = () => { plain += `\n${"  ".repeat(Math.min(depth, 40))}`; };
  tokens.forEach((token, index) => {
    const isEmpty = tokens[index + 1]?.kind === "close";
    if (token.kind === "close") {
      depth -= 1;
      if (tokens[index - 1]?.kind !== "open") line();
    }
    write(token.kind, token);
    if (token.kind === "open") {
      depth += 1;
      if (!isEmpty) line();
    } else if (token.kind === "comma") {
      line();
    } else if (token.kind === "colon") {
      plain += " ";
    }
  });
  if (plain) out.push(plain);
  return out;
}
