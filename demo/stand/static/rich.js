// From what stands in the editable field to text and entities, and back.
const KINDS = {
  B: "bold", STRONG: "bold", I: "italic", EM: "italic", U: "underline", INS: "underline", S: "strikethrough",
  STRIKE: "strikethrough", DEL: "strikethrough", CODE: "code", PRE: "pre", BLOCKQUOTE: "blockquote", A: "text_link",
};
const BLOCKS = new Set(["DIV", "P", "PRE", "BLOCKQUOTE", "LI", "UL", "OL", "H1", "H2", "H3", "H4", "TR"]);
const MARKS = [
  [/```(?:([\w+#-]*)\n)?([\s\S]+?)\n?```/, "pre"], [/`([^`\n]+)`/, "code"], [/\*\*(\S[\s\S]*?)\*\*/, "bold"],
  [/__(\S[\s\S]*?)__/, "italic"], [/~~(\S[\s\S]*?)~~/, "strikethrough"], [/\|\|(\S[\s\S]*?)\|\|/, "spoiler"],
  [/\[([^\]\n]+)\]\((https?:\/\/[^\s)]+)\)/, "text_link"],
];

/** Text with entities; JavaScript's own lengths are the UTF-16 units that Telegram counts. */
export function read(root) {
  const out = { text: "", entities: [], fresh: false };
  for (const child of root.childNodes) visit(child, out);
  return marks({ text: out.text.replaceAll("\u00a0", " "), entities: out.entities });
}

function visit(node, out) {
  if (node.nodeType === Node.TEXT_NODE) return write(node.data, out);
  if (node.nodeType !== Node.ELEMENT_NODE) return;
  if (node.tagName === "BR") return write("\n", out);
  const block = BLOCKS.has(node.tagName);
  if (block) out.fresh ||= out.text !== "";
  const before = out.text.length + (out.fresh && !out.text.endsWith("\n") ? 1 : 0);
  for (const child of node.childNodes) visit(child, out);
  const type = node.classList.contains("spoiler") ? "spoiler" : KINDS[node.tagName];
  const entity = { type, offset: before, length: out.text.length - before };
  if (type === "text_link") entity.url = node.href;
  if (type && entity.length > 0) out.entities.push(entity);
  if (block) out.fresh = true;
}

function write(text, out) {
  if (out.fresh && text && !out.text.endsWith("\n")) out.text += "\n";
  if (text) out.fresh = false;
  out.text += text;
}

/** **bold**, __italic__, ~~struck~~, `code`, ```block```, ||spoiler|| and [text](address). */
export function marks(rich) {
  for (const [pattern, type] of MARKS) {
    let from = 0, found;
    while ((found = pattern.exec(rich.text.slice(from)))) {
      const at = from + found.index, inner = type === "pre" ? found[2] : found[1];
      if (rich.entities.some((e) => /code|pre/.test(e.type) && e.offset <= at && at < e.offset + e.length)) {
        from = at + found[0].length;
        continue;
      }
      const opening = found[0].indexOf(inner, type === "pre" ? 3 + (found[1]?.length || 0) : 0);
      drop(rich, at + opening + inner.length, found[0].length - opening - inner.length);
      drop(rich, at, opening);
      const entity = { type, offset: at, length: inner.length };
      if (type === "text_link") entity.url = found[2];
      if (type === "pre" && found[1]) entity.language = found[1];
      rich.entities.push(entity);
      from = at + (type === "code" || type === "pre" ? inner.length : 0);
    }
  }
  return rich;
}

function drop(rich, at, count) {
  rich.text = rich.text.slice(0, at) + rich.text.slice(at + count);
  const moved = (point) => (point <= at ? point : Math.max(at, point - count));
  for (const entity of rich.entities) {
    const end = moved(entity.offset + entity.length);
    entity.offset = moved(entity.offset);
    entity.length = end - entity.offset;
  }
}

/** Pasted HTML with nothing left but the formatting that Telegram knows. */
export function clean(html) {
  const source = new DOMParser().parseFromString(html, "text/html").body, result = document.createDocumentFragment();
  copy(source, result);
  return result;
}

function copy(from, to) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) to.append(node.data.replace(/[ \t\r\n]+/g, " "));
    else if (node.nodeType === Node.ELEMENT_NODE) copyElement(node, to);
  }
}

function copyElement(node, to) {
  if (/^(SCRIPT|STYLE|META|TITLE)$/.test(node.tagName)) return;
  if (node.tagName === "BR") return to.append(document.createElement("br"));
  const block = BLOCKS.has(node.tagName), kind = KINDS[node.tagName] && node.style.fontWeight !== "normal";
  if (block && to.textContent.trim()) to.append(document.createElement("br"));
  let into = to;
  if (kind && (node.tagName !== "A" || /^https?:/.test(node.href))) {
    into = document.createElement(node.tagName);
    if (node.tagName === "A") into.href = node.href;
    to.append(into);
  }
  if (/^H[1-4]$/.test(node.tagName)) to.append((into = document.createElement("b")));
  copy(node, into);
}
