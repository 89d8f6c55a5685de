// The field where a person writes, and files on their way.
import { clean, read } from "./rich.js";
import { say, size } from "./words.js";
import { make } from "./draw.js";

const input = document.querySelector(".input"), quoted = document.querySelector(".quoted");
const upload = document.querySelector("dialog.upload"), ask = document.querySelector("dialog.ask");
const STYLES = { KeyB: "bold", KeyI: "italic", KeyU: "underline" };
let target = null, sink = null;

/** `on` is { text, edit, file, lastOwn, command }. */
export function connect(on) {
  sink = on;
  input.addEventListener("keydown", keydown);
  input.addEventListener("paste", paste);
  input.addEventListener("input", () => {
    if (input.textContent === "" && !input.querySelector("blockquote, pre")) input.replaceChildren();
    on.command(input.textContent);
  });
  document.querySelector(".send").addEventListener("click", submit);
  quoted.querySelector("button").addEventListener("click", () => { point(null); input.focus(); });
}

export function submit() {
  const { text, entities } = read(input);
  if (!text.trim()) return input.focus();
  const at = target;
  input.replaceChildren();
  point(null);
  sink.command("");
  if (at?.edit) sink.edit(at.id, text, entities);
  else sink.text(text, entities, at?.id);
  input.focus();
}

/** Answer or edit a message; null is neither. */
export function point(message, edit = false) {
  target = message && { id: message.id, edit };
  quoted.hidden = !message;
  quoted.querySelector("p").textContent = message ? `${edit ? `${say("editing")}: ` : ""}${message.text}` : "";
  if (edit) {
    input.innerHTML = message.html;
    getSelection().selectAllChildren(input);
    getSelection().collapseToEnd();
  }
}

export function fill(text) {
  input.textContent = text;
  input.focus();
  getSelection().selectAllChildren(input);
  getSelection().collapseToEnd();
}

function keydown(event) {
  const control = event.ctrlKey || event.metaKey;
  if (event.key === "Enter" && !event.isComposing) {
    event.preventDefault();
    if (event.shiftKey || (matchMedia("(pointer: coarse)").matches && !control)) document.execCommand("insertLineBreak");
    else submit();
  } else if (control && STYLES[event.code]) {
    event.preventDefault();
    document.execCommand(STYLES[event.code]);
  } else if (control && event.shiftKey && event.code === "KeyX") {
    event.preventDefault();
    document.execCommand("strikeThrough");
  } else if (control && event.shiftKey && event.code === "KeyM") {
    event.preventDefault();
    wrap("code");
  } else if (control && event.code === "KeyK") {
    event.preventDefault();
    addLink();
  } else if (event.key === "ArrowUp" && !input.textContent && sink.lastOwn()) {
    event.preventDefault();
    point(sink.lastOwn(), true);
  } else if (event.key === "Escape" && target) {
    if (target.edit) input.replaceChildren();
    point(null);
  }
}

function wrap(tag, attributes = {}) {
  const range = getSelection().rangeCount && getSelection().getRangeAt(0);
  if (!range || range.collapsed) return;
  const node = Object.assign(document.createElement(tag), attributes);
  node.append(range.extractContents());
  range.insertNode(node);
}

async function addLink() {
  const range = getSelection().rangeCount && getSelection().getRangeAt(0).cloneRange();
  if (!range || range.collapsed) return;
  const address = await question(say("link"), "https://");
  getSelection().removeAllRanges();
  getSelection().addRange(range);
  if (address) document.execCommand("createLink", false, address);
}

function paste(event) {
  const files = [...event.clipboardData.files];
  event.preventDefault();
  if (files.length) return offer(files);
  const html = event.clipboardData.getData("text/html");
  if (!html) return document.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
  const holder = make("div");
  holder.append(clean(html));
  document.execCommand("insertHTML", false, holder.innerHTML);
}

/** Show what is about to be sent, with room for a caption. */
export function offer(files) {
  if (!files.length || upload.open) return;
  const picture = files.every((file) => /^image\/(png|jpeg|webp)$/.test(file.type));
  upload.querySelector("h2").textContent = files.length > 1 ? say("uploads", { n: files.length }) : say("upload");
  upload.querySelector(".preview").replaceChildren(...files.map(preview));
  upload.querySelector("label").hidden = !picture;
  const form = upload.querySelector("form");
  form.reset();
  upload.returnValue = "no";
  upload.onclose = () => {
    if (upload.returnValue !== "yes") return;
    sink.file(files, form.caption.value.trim(), picture && !form.plain.checked);
  };
  upload.showModal();
  form.caption.focus();
}

function preview(file) {
  if (!/^image\/(png|jpeg|webp)$/.test(file.type)) return make("p", "", `${file.name} · ${size(file.size)}`);
  const image = new Image();
  image.src = URL.createObjectURL(file);
  image.alt = file.name;
  return image;
}

/** Ask for one value in a dialog; null when cancelled. */
export function question(title, value) {
  const form = ask.querySelector("form");
  ask.querySelector("h2").textContent = title;
  form.value.value = value;
  form.value.setAttribute("aria-label", title);
  ask.returnValue = "no";
  ask.showModal();
  form.value.select();
  return new Promise((resolve) => {
    ask.onclose = () => resolve(ask.returnValue === "yes" ? form.value.value : null);
  });
}

// Enter in a dialog's field means the strong button, not the first one.
for (const form of [upload, ask].map((dialog) => dialog.querySelector("form"))) {
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    if (form.reportValidity()) form.closest("dialog").close("yes");
  });
}
