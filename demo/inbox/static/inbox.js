// The list as mails arrive, and the mail that is read.
import { open, showTab } from "./reader.js";
import { count, language, say, when } from "./words.js";

const $ = (selector) => document.querySelector(selector);
const STEP = 200;
const read = new Set(JSON.parse(sessionStorage.getItem("read") ?? "[]"));
let mails = [], known = 0, shown = STEP, current = Number(location.hash.slice(1)) || null, query = "", smtp = "";

document.documentElement.lang = language;
for (const node of document.querySelectorAll("[data-text]")) node.textContent = say(node.dataset.text);
for (const node of document.querySelectorAll("[data-label]")) {
  node.setAttribute("aria-label", say(node.dataset.label));
  if (node.matches("button")) node.title = say(node.dataset.label);
  if (node.matches("input")) node.placeholder = say(node.dataset.label);
}

async function load() {
  const answer = await (await fetch("api/mails")).json();
  [mails, smtp] = [answer.mails, answer.smtp];
  known = mails[0]?.id ?? 0;
  draw();
}

function listen() {
  const events = new EventSource("api/events");
  events.onopen = load;
  events.onmessage = ({ data }) => {
    const news = JSON.parse(data);
    if (news.cleared) [mails, current] = [[], null];
    mails.unshift(...news.mails.reverse().filter((mail) => mail.id > known));
    draw();
    known = mails[0]?.id ?? known;
  };
}

const matches = (mail) => `${mail.to.join(" ")} ${mail.subject}`.toLowerCase().includes(query);

function draw() {
  const found = mails.filter(matches), focused = document.activeElement?.dataset?.id;
  $(".count").textContent = count(found.length);
  document.title = `${say("inbox")} · ${found.length}`;
  $(".rows").replaceChildren(...found.slice(0, shown).map(row));
  if (!found.length && mails.length) $(".rows").append(make("li", "none", say("nothingFound")));
  $(".more").hidden = found.length <= shown;
  if (focused) $(`.rows [data-id="${focused}"]`)?.focus({ preventScroll: true });
  $(".page").classList.toggle("nothing", !mails.length);
  $(".page").classList.toggle("reading", current !== null);
  $(".mail").hidden = current === null;
  $(".empty").hidden = current !== null;
  if (current === null) $(".empty").replaceChildren(...welcome());
}

function row(mail) {
  const item = make("li", mail.id > known ? "fresh" : ""), button = make("button", read.has(mail.id) ? "" : "unread");
  button.dataset.id = mail.id;
  if (mail.id === current) button.setAttribute("aria-current", "true");
  const subject = make("span", "subject", mail.subject || say("noSubject"));
  if (mail.files) subject.insertAdjacentHTML("beforeend", '<svg aria-hidden="true"><use href="#i-clip"/></svg>');
  button.append(make("span", "to", mail.to.join(", ")), make("span", "at", when(mail.at)), subject, make("span", "preview", mail.preview));
  item.append(button);
  return item;
}

function welcome() {
  const face = make("span", "face"), list = make("dl");
  face.innerHTML = '<svg aria-hidden="true"><use href="#i-mail"/></svg>';
  const notes = [["anna+550@example.org", "f5"], ["anna+450@example.org", "f4"], ["anna+lost@example.org", "lost"], [say("wrong"), "wrongText"]];
  for (const [term, words] of notes) list.append(make("dt", "", term), make("dd", "", say(words)));
  return [face, make("h2", "", say(mails.length ? "choose" : "none")), make("p", "", say("noneText")), make("p", "", say("smtp", { smtp })),
    make("p", "", say("failures")), list];
}

export function make(tag, className = "", text = "") {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.textContent = text;
  return node;
}

async function choose(id) {
  current = id;
  if (id !== null) {
    read.add(id);
    sessionStorage.setItem("read", JSON.stringify([...read].slice(-5000)));
    if (!(await open(id))) current = null;
  }
  history.replaceState(null, "", current === null ? location.pathname : `#${current}`);
  draw();
}

$(".rows").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) choose(Number(button.dataset.id));
});
$(".rows").addEventListener("keydown", (event) => {
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  const next = step && event.target.closest("li")?.[step]?.querySelector("button");
  if (!next) return;
  event.preventDefault();
  next.focus();
  choose(Number(next.dataset.id));
});
$(".back").addEventListener("click", () => choose(null));
$(".more").addEventListener("click", () => { shown += STEP; draw(); });
$(".filter").addEventListener("input", (event) => { query = event.target.value.trim().toLowerCase(); shown = STEP; draw(); });
$(".clear").addEventListener("click", () => { if (mails.length && confirm(say("sure"))) fetch("api/mails", { method: "DELETE" }); });
addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.target.matches("input")) { event.preventDefault(); $(".filter").focus(); }
  if (event.key === "Escape" && current !== null) choose(null);
});

const dark = () => (document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
const lamp = () => $(".theme use").setAttribute("href", dark() ? "#i-sun" : "#i-moon");
$(".theme").addEventListener("click", () => {
  const next = dark() ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  localStorage.setItem("theme", next);
  lamp();
});
lamp();

for (const tab of document.querySelectorAll("[role=tab]")) tab.addEventListener("click", () => showTab(tab.dataset.text));
$(".tabs").addEventListener("keydown", (event) => {
  const tabs = [...document.querySelectorAll("[role=tab]:not([hidden])")], step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const next = tabs.at((tabs.indexOf(document.activeElement) + step) % tabs.length);
  showTab(next.dataset.text);
  next.focus();
});
if (current !== null) choose(current);
listen();
