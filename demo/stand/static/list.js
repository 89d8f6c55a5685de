// The list of messages: in order, edited in place, scrolled only for a reader who is at the end.
import { draw, icon, make } from "./draw.js";
import { day, say } from "./words.js";

const scroll = document.querySelector(".scroll"), list = document.querySelector(".list");
const newest = document.querySelector(".newest"), live = document.querySelector(".live");
const pressed = new Map(), answered = new Set();
let stuck = true, unseen = 0;

export const messages = new Map();
const element = (id) => list.querySelector(`[data-id="${id}"]`);
const busyOf = (id) => (data) => data !== undefined && pressed.has(`${id} ${data}`);

export function reset(all) {
  messages.clear();
  list.replaceChildren();
  for (const message of all) {
    messages.set(message.id, message);
    list.append(draw(message, busyOf(message.id)));
  }
  stuck = true;
  arrange();
}

export function add(message) {
  if (element(message.id)) return change(message);
  messages.set(message.id, message);
  const post = draw(message, busyOf(message.id));
  post.classList.add("fresh");
  list.append(post);
  if (message.out) stuck = true;
  else announce(message);
  if (!stuck) unseen += 1;
  arrange();
}

export function change(message) {
  const old = element(message.id);
  if (!old) return add(message);
  messages.set(message.id, message);
  const fresh = draw(message, busyOf(message.id));
  const focused = [...old.querySelectorAll(".key")].indexOf(document.activeElement);
  old.replaceWith(fresh);
  if (focused >= 0) (fresh.querySelectorAll(".key")[focused] ?? scroll).focus({ preventScroll: true });
  arrange();
}

export function remove(id) {
  messages.delete(id);
  element(id)?.remove();
  arrange();
}

export function go(id) {
  const post = element(id);
  post?.scrollIntoView({ block: "center", behavior: "smooth" });
  post?.classList.add("flash");
  setTimeout(() => post?.classList.remove("flash"), 1000);
}

/** Buttons show that they wait; the answer may come before the request returns. */
export async function press(id, data, send) {
  const name = `${id} ${data}`;
  if (pressed.has(name)) return;
  pressed.set(name, null);
  mark(name, true);
  try {
    const { callback_id: callback } = await send();
    pressed.set(name, callback);
    if (answered.has(callback)) release(callback);
    else setTimeout(release, 20_000, callback);
  } catch {
    pressed.delete(name);
    mark(name, false);
  }
}

export function release(callback) {
  answered.add(callback);
  for (const [name, waiting] of pressed) {
    if (waiting !== callback) continue;
    pressed.delete(name);
    mark(name, false);
  }
}

function mark(name, busy) {
  const [id, ...data] = name.split(" ");
  for (const key of element(id)?.querySelectorAll(".key") ?? []) {
    if (key.dataset.press === data.join(" ")) key.toggleAttribute("aria-busy", false);
    if (busy && key.dataset.press === data.join(" ")) key.setAttribute("aria-busy", "true");
  }
}

function announce(message) {
  live.append(make("p", "", message.text || message.document?.name || say("photo")));
  while (live.childElementCount > 5) live.firstChild.remove();
}

function arrange() {
  for (const node of list.querySelectorAll(".day, .hello")) node.remove();
  let before = null, shown = "";
  for (const post of [...list.children]) {
    const message = messages.get(Number(post.dataset.id)), date = day(message.date);
    if (date !== shown) post.before(make("div", "day", date));
    post.classList.toggle("turn", date !== shown || before?.out !== message.out);
    [before, shown] = [message, date];
  }
  if (!messages.size) list.append(hello());
  for (const quote of list.querySelectorAll(".expandable:not(.open)")) {
    quote.classList.toggle("folds", quote.scrollHeight > quote.clientHeight + 1);
  }
  settle();
}

function hello() {
  const node = make("div", "hello"), badge = make("span", "face");
  badge.append(icon("mail"));
  node.append(badge, make("h2", "", say("hello")), make("p", "", say("helloText")));
  return node;
}

function settle() {
  if (stuck) scroll.scrollTop = scroll.scrollHeight;
  if (stuck) unseen = 0;
  newest.hidden = stuck;
  newest.querySelector("b").textContent = unseen || "";
}

scroll.addEventListener("scroll", () => {
  stuck = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 60;
  if (stuck) unseen = 0;
  newest.hidden = stuck;
}, { passive: true });
newest.addEventListener("click", () => { stuck = true; settle(); });
new ResizeObserver(settle).observe(scroll);
new ResizeObserver(settle).observe(list);
