// Writing a rich message: a small editor, and from what stands in it to blocks of the Bot API.
import { make } from "./draw.js";
import { clean } from "./rich.js";
import { question } from "./composer.js";
import { say } from "./words.js";

const dialog = document.querySelector("dialog.article"), page = dialog.querySelector(".page-of");
const KINDS = { B: "bold", STRONG: "bold", I: "italic", EM: "italic", U: "underline", S: "strikethrough", STRIKE: "strikethrough", CODE: "code", MARK: "marked" };
const files = new Map();
let send = null;

/** Open the editor; `on(form)` gets what is to be posted. */
export function write(on) {
  send = on;
  dialog.returnValue = "no";
  dialog.showModal();
  page.focus();
}

dialog.onclose = () => {
  if (dialog.returnValue !== "yes") return;
  const form = new FormData(), made = blocks(page);
  if (!made.length) return;
  form.append("blocks", JSON.stringify(made));
  for (const name of [...page.querySelectorAll("img")].map((image) => image.dataset.name)) form.append(name, files.get(name), name);
  send(form);
  page.replaceChildren();
  files.clear();
};

const TOOLS = {
  heading: () => block("h2"), quote: () => block("blockquote"), bold: () => run("bold"), italic: () => run("italic"),
  list: () => run("insertUnorderedList"), numbers: () => run("insertOrderedList"), rule: () => put("<hr><p><br></p>"),
  table: () => put(`<table><tr><th>${say("column")} 1</th><th>${say("column")} 2</th></tr><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table><p><br></p>`),
  button: addButton, picture: choosePictures,
};
for (const tool of dialog.querySelectorAll("[data-tool]")) {
  tool.addEventListener("pointerdown", (event) => event.preventDefault());
  tool.addEventListener("click", (event) => { event.preventDefault(); page.focus(); TOOLS[tool.dataset.tool](); });
}

const run = (command, value) => document.execCommand(command, false, value);
const put = (html) => run("insertHTML", html);
const block = (tag) => run("formatBlock", getSelection().anchorNode?.parentElement?.closest(tag) ? "p" : tag);

async function addButton() {
  const range = getSelection().rangeCount ? getSelection().getRangeAt(0).cloneRange() : null;
  const line = await question(say("buttonLine"), "");
  const [, label, address] = /^(.*\S)\s+(\S+)$/.exec(line ?? "") ?? [];
  if (!label) return;
  page.focus();
  if (range) { getSelection().removeAllRanges(); getSelection().addRange(range); }
  const link = make("a", "key primary", label), row = make("p", "rich-keys");
  link.href = address.includes("://") ? address : `https://${address}`;
  row.append(link);
  put(`${row.outerHTML}<p><br></p>`);
}

function choosePictures() {
  const input = Object.assign(document.createElement("input"), { type: "file", accept: "image/png,image/jpeg,image/webp", multiple: true });
  input.onchange = () => [...input.files].forEach(addPicture);
  input.click();
}

function addPicture(file) {
  const name = `p${files.size + 1}`;
  files.set(name, file);
  page.focus();
  put(`<img data-name="${name}" src="${URL.createObjectURL(file)}" alt=""><p><br></p>`);
}

page.addEventListener("paste", (event) => {
  const html = event.clipboardData.getData("text/html");
  if (!html) return;
  event.preventDefault();
  const shapes = new DOMParser().parseFromString(html, "text/html").body, holder = make("div");
  holder.append(/<(table|h[1-6]|ul|ol)/i.test(html) ? shaped(shapes) : clean(html));
  put(holder.innerHTML);
});

/** Pasted HTML with its headings, tables and lists, without anything else. */
function shaped(root) {
  const kept = /^(H[1-6]|P|UL|OL|LI|TABLE|TR|TD|TH|BLOCKQUOTE|PRE|HR|BR|B|STRONG|I|EM|U|S|CODE|A)$/;
  const out = document.createDocumentFragment();
  for (const node of root.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) out.append(node.data);
    if (node.nodeType !== Node.ELEMENT_NODE || /^(SCRIPT|STYLE|META|TITLE)$/.test(node.tagName)) continue;
    const inner = shaped(node);
    if (!kept.test(node.tagName)) { out.append(inner); continue; }
    const copy = document.createElement(node.tagName);
    if (/^https?:/.test(node.href ?? "")) copy.href = node.href;
    copy.append(inner);
    out.append(copy);
  }
  return out;
}

function blocks(root) {
  const made = [];
  let loose = [];
  const flush = () => { made.push(...paragraph(loose)); loose = []; };
  for (const node of root.childNodes) {
    const reader = READERS[node.tagName] ?? (node.tagName === "DIV" ? blocks : null);
    if (!reader) { loose.push(node); continue; }
    flush();
    made.push(...reader(node));
  }
  flush();
  return made;
}

const READERS = {
  P: (node) => (node.classList.contains("rich-keys") ? buttons(node) : blocks(node)),
  UL: (node) => list(node), OL: (node) => list(node, 1), HR: () => [{ type: "divider" }], TABLE: table, IMG: photo,
  BLOCKQUOTE: (node) => (node.textContent.trim() ? [{ type: "blockquote", blocks: blocks(node) }] : []),
  PRE: (node) => [{ type: "pre", text: node.textContent }],
};
for (const size of [1, 2, 3, 4, 5, 6]) {
  READERS[`H${size}`] = (node) => (node.textContent.trim() ? [{ type: "heading", size, text: text(node.childNodes) }] : []);
}

function paragraph(nodes) {
  const words = text(nodes);
  return nodes.some((node) => node.textContent.trim()) ? [{ type: "paragraph", text: words }] : [];
}

function text(nodes) {
  const parts = [];
  for (const node of nodes) {
    if (node.nodeType === Node.TEXT_NODE) parts.push(node.data.replaceAll("\u00a0", " "));
    else if (node.tagName === "BR") parts.push("\n");
    else if (node.nodeType === Node.ELEMENT_NODE) parts.push(marked(node));
  }
  if (parts.at(-1) === "\n") parts.pop();
  return parts.length === 1 ? parts[0] : parts;
}

function marked(node) {
  const inner = text(node.childNodes), type = KINDS[node.tagName];
  if (node.tagName === "A" && node.href) return { type: "url", text: inner, url: node.href };
  return type && node.textContent ? { type, text: inner } : inner;
}

function list(node, first) {
  const items = [...node.children].filter((item) => item.textContent.trim()).map((item, at) =>
    ({ blocks: blocks(item), ...(first ? { value: first + at } : {}) }));
  return items.length ? [{ type: "list", items }] : [];
}

function table(node) {
  const cells = [...node.rows].map((row) => [...row.cells].map((cell) =>
    ({ align: "left", valign: "top", text: text(cell.childNodes), ...(cell.tagName === "TH" ? { is_header: true } : {}) })));
  return cells.length ? [{ type: "table", cells, is_striped: true }] : [];
}

function photo(node) {
  return files.has(node.dataset.name) ? [{ type: "photo", photo: node.dataset.name }] : [];
}

function buttons(node) {
  const made = [...node.querySelectorAll("a")].map((link) => ({ text: link.textContent, url: link.href, style: "primary" }));
  return [{ type: "buttons", buttons: made }];
}
