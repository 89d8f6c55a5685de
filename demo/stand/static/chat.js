// The page: what the stand tells, and what the person does.
import { write } from "./article.js";
import { connect, fill, offer, point, question } from "./composer.js";
import { face, make } from "./draw.js";
import * as list from "./list.js";
import * as menu from "./menu.js";
import { label, language, otherLanguage, say } from "./words.js";

const $ = (selector) => document.querySelector(selector);
const address = new URL(location.href);
const number = Number(address.searchParams.get("user") ?? 1) || 1;
const state = { bot: {}, commands: [], keyboard: null, started: false, blocked: false, folded: false, unread: 0 };
let telling, payload = address.searchParams.get("start"), idle;

label(document);

// Talking to the stand

const api = (name) => `api/chats/${number}/${name}?language=${language}`;

async function post(name, body) {
  const form = body instanceof FormData;
  const headers = form ? {} : { "Content-Type": "application/json" };
  const answer = await fetch(api(name), { method: "POST", headers, body: form ? body : JSON.stringify(body) });
  const result = await answer.json().catch(() => ({}));
  if (answer.ok) return result;
  toast(answer.status === 413 ? say("tooBig") : say("failed", { reason: result.error ?? answer.status }));
  throw new Error(result.error);
}

function listen() {
  const url = new URL(api("events"), location.href);
  url.protocol = url.protocol.replace("http", "ws");
  const socket = new WebSocket(url);
  socket.onopen = () => { $(".offline").hidden = true; };
  socket.onmessage = ({ data }) => { const event = JSON.parse(data); EVENTS[event.type]?.(event); };
  socket.onclose = () => { $(".offline").hidden = false; setTimeout(listen, 1000); };
}

const EVENTS = {
  chat(event) {
    Object.assign(state, event);
    $("h1").textContent = state.bot.first_name;
    $(".switch").replaceChildren(face(state.user));
    list.reset(event.messages);
    title();
    calm();
    footer();
  },
  message({ message }) {
    if (message.out) state.started = true;
    else { calm(); state.unread += document.hidden ? 1 : 0; title(); }
    list.add(message);
    footer();
    clearTimeout(telling);
    telling = setTimeout(side, 300);
  },
  edited: ({ message }) => list.change(message),
  deleted: ({ message_id: id }) => list.remove(id),
  action: ({ action }) => busy(action),
  keyboard({ keyboard }) { state.keyboard = keyboard; state.folded = false; footer(); },
  commands({ commands }) { state.commands = commands; },
  blocked({ blocked }) { state.blocked = blocked; footer(); },
  answer({ callback_id: callback, text, show_alert: alert, url }) {
    list.release(callback);
    if (text && alert) announce(text);
    else if (text) toast(text);
    if (url) follow(url);
  },
};

// What the person sees around the messages

function title() {
  document.title = `${state.unread ? `(${state.unread}) ` : ""}${state.bot.first_name}`;
}
document.addEventListener("visibilitychange", () => { state.unread = 0; title(); });

function busy(action) {
  $(".status").textContent = say(action === "typing" ? "typing" : "sending");
  $(".status").classList.add("busy");
  clearTimeout(idle);
  idle = setTimeout(calm, 5000);
}

function calm() {
  clearTimeout(idle);
  $(".status").textContent = say("bot");
  $(".status").classList.remove("busy");
}

let fading;
function toast(text) {
  $(".toast").textContent = text;
  $(".toast").classList.add("shown");
  clearTimeout(fading);
  fading = setTimeout(() => $(".toast").classList.remove("shown"), 2400 + text.length * 30);
}

function announce(text) {
  $("dialog.alert p").textContent = text;
  if (!$("dialog.alert").open) $("dialog.alert").showModal();
}

function footer() {
  const begin = !state.started || payload !== null, writing = !state.blocked && !begin;
  $(".unblock").hidden = !state.blocked;
  $(".begin").hidden = state.blocked || !begin;
  $(".bar").hidden = !writing;
  const keys = state.keyboard?.keyboard;
  $(".toggle").hidden = !keys;
  $(".toggle").setAttribute("aria-pressed", String(!state.folded));
  $(".bottom .keyboard").hidden = !writing || !keys || state.folded;
  $(".input").dataset.place = state.keyboard?.input_field_placeholder || say("message");
  $(".bottom .keyboard").replaceChildren(...(keys ?? []).map(keyRow));
}

function keyRow(row) {
  const line = make("div");
  for (const key of row) {
    const button = make("button", key.style ?? "", key.text);
    button.addEventListener("click", () => (key.request_contact ? sharePhone() : send(key.text)));
    line.append(button);
  }
  return line;
}

// What the person does

const send = (text, entities = [], reply = undefined) => post("text", { text, entities, reply_to: reply });

async function sharePhone() {
  const phone = await question(say("phone"), localStorage.getItem("phone") ?? "+7 999 123-45-67");
  if (!phone) return;
  localStorage.setItem("phone", phone);
  await post("contact", { phone: phone.replace(/[^\d+]/g, "") });
}

async function sendFiles(files, caption, photo) {
  const album = files.length > 1 ? String(Date.now()) : "";
  for (const [index, file] of files.entries()) {
    const form = new FormData();
    if (photo) form.append("as_photo", "1");
    if (album) form.append("album", album);
    if (index === 0) form.append("caption", caption);
    form.append("file", file, file.name || "file");
    await post("upload", form);
  }
}

function begin() {
  send(`/start ${payload ?? ""}`.trim());
  payload = null;
  address.searchParams.delete("start");
  history.replaceState(null, "", address);
  footer();
}

/** A deep link to this bot is pressed here, not in Telegram. */
function follow(url) {
  const link = new URL(url, location.href);
  const ours = link.hostname === "t.me" && link.pathname.slice(1) === state.bot.username;
  if (!ours) return false;
  send(`/start ${link.searchParams.get("start") ?? ""}`.trim());
  return true;
}

$(".list").addEventListener("click", (event) => {
  const on = (selector) => event.target.closest(selector);
  const id = Number(on(".post")?.dataset.id);
  const key = on(".key"), link = on("a");
  if (key?.dataset.press !== undefined) list.press(id, key.dataset.press, () => post("press", { message_id: id, data: key.dataset.press }));
  else if (key?.dataset.copy) navigator.clipboard?.writeText(key.dataset.copy).then(() => toast(say("copied")));
  else if (link?.dataset.command) { event.preventDefault(); send(link.dataset.command); }
  else if (link && follow(link.href)) event.preventDefault();
  else if (on(".reply")) list.go(on(".reply").dataset.to);
  else if (on(".photo")) zoom(on(".photo").firstChild.src);
  else on(".spoiler, .folds")?.classList.toggle("open");
});
$(".list").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches(".spoiler, .folds")) event.target.classList.toggle("open");
});
$(".list").addEventListener("dblclick", (event) => {
  const post = event.target.closest(".post");
  if (!post || event.target.closest("button, a")) return;
  getSelection().removeAllRanges();
  point(list.messages.get(Number(post.dataset.id)));
  $(".input").focus();
});

function zoom(src) {
  $("dialog.picture img").src = src;
  $("dialog.picture").showModal();
}

const lastOwn = () => [...list.messages.values()].findLast((message) => message.out && message.text && !message.photo && !message.document);

connect({
  text: send,
  edit: (id, text, entities) => post("edit", { message_id: id, text, entities }),
  file: sendFiles,
  lastOwn,
  command(text) {
    if (!/^\/\w*$/.test(text)) return menu.close(false);
    const items = commandItems(text.slice(1));
    if (items.length) menu.open($(".slash"), items, false);
    else menu.close(false);
  },
});
$(".input").addEventListener("keydown", (event) => {
  if (!menu.isOpen()) return;
  if (event.key === "ArrowUp") { event.preventDefault(); menu.enter(); }
  if (event.key === "Escape") menu.close();
});

function commandItems(prefix) {
  return state.commands
    .filter(({ command }) => command.startsWith(prefix))
    .map(({ command, description }) => ({ code: `/${command}`, name: description, run: () => { fill(""); send(`/${command}`); } }));
}

// Menus and the frame

$(".slash").addEventListener("click", () => {
  const items = commandItems("");
  menu.toggle($(".slash"), items.length ? items : [{ name: say("noCommands") }]);
});
$(".attach").addEventListener("click", () => menu.toggle($(".attach"), [
  { icon: "file", name: say("file"), run: () => $(".picker").click() },
  { icon: "bold", name: say("article"), run: () => write((form) => post("rich", form)) },
  { icon: "phone", name: say("contact"), run: sharePhone },
  { icon: "smile", name: say("sticker"), run: () => post("sticker", { emoji: "👍" }) },
]));
$(".more").addEventListener("click", () => menu.toggle($(".more"), [
  { name: say("language"), run: otherLanguage },
  { name: say("clear"), run: () => post("clear", {}) },
  { name: say(state.blocked ? "unblock" : "block"), danger: !state.blocked, run: () => post("block", { blocked: !state.blocked }) },
]));
$(".switch").addEventListener("click", async () => {
  const users = await people();
  menu.toggle($(".switch"), users.map((user) => ({ face: face(user), name: named(user), href: `?user=${user.id}` })));
});
$(".theme").addEventListener("click", () => {
  const next = dark() ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  localStorage.setItem("theme", next);
  lamp();
});
$(".toggle").addEventListener("click", () => { state.folded = !state.folded; footer(); });
$(".begin").addEventListener("click", begin);
$(".unblock").addEventListener("click", () => post("block", { blocked: false }));
$(".picker").addEventListener("change", (event) => {
  offer([...event.target.files]);
  event.target.value = "";
});

const dark = () => {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
};
const lamp = () => $(".theme use").setAttribute("href", dark() ? "#i-sun" : "#i-moon");
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", lamp);

let depth = 0;
const carries = (event) => event.dataTransfer?.types.includes("Files");
const dropping = (shown) => { $(".drop").hidden = !shown; };
addEventListener("dragenter", (event) => { if (carries(event)) { depth += 1; dropping(true); } });
addEventListener("dragleave", (event) => { if (carries(event) && (depth -= 1) <= 0) dropping(false); });
addEventListener("dragover", (event) => { if (carries(event)) event.preventDefault(); });
addEventListener("drop", (event) => {
  if (!carries(event)) return;
  event.preventDefault();
  depth = 0;
  dropping(false);
  offer([...event.dataTransfer.files]);
});

const people = async () => (await fetch(`api/people?language=${language}`)).json();
const named = (user) => [user.first_name, user.last_name].filter(Boolean).join(" ");

async function side() {
  const links = (await people()).map((user) => {
    const link = make("a"), words = make("span");
    link.href = `?user=${user.id}`;
    if (user.id === number) link.setAttribute("aria-current", "page");
    words.append(make("b", "", named(user)), make("small", "", user.last === null ? say("silent") : user.last || say("photo")));
    link.append(face(user), words);
    return link;
  });
  $(".people").replaceChildren(make("h2", "", say("people")), ...links);
}

// Any letter typed anywhere goes into the field.
addEventListener("keydown", (event) => {
  const busyElsewhere = document.querySelector("dialog[open]") || event.target.matches("input, .input") || menu.isOpen();
  if (busyElsewhere || event.ctrlKey || event.metaKey || event.altKey || event.key.length > 1 || event.key === " ") return;
  $(".input").focus();
});

lamp();
side();
listen();
if (!matchMedia("(pointer: coarse)").matches) $(".input").focus();
