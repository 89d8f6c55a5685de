// A message as an element of the page. The HTML of a text is made, and escaped, by the stand.
import { clock, language, say, size } from "./words.js";

const HUES = [160, 215, 285, 345, 20];

export function make(tag, className = "", text = "") {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

export function icon(name) {
  const holder = make("span");
  holder.innerHTML = `<svg aria-hidden="true"><use href="#i-${name}"/></svg>`;
  return holder.firstChild;
}

export function face(user) {
  const node = make("span", "face", [user.first_name, user.last_name].map((name) => name?.[0] ?? "").join(""));
  node.style.setProperty("--hue", HUES[user.id % HUES.length]);
  node.setAttribute("aria-hidden", "true");
  return node;
}

/** The bubble with its keyboard; `busy(data)` tells which buttons wait for an answer. */
export function draw(message, busy) {
  const post = make("article", `post${message.out ? " out" : ""}${message.keyboard.length ? " keyed" : ""}`);
  post.dataset.id = message.id;
  post.setAttribute("role", "listitem");
  post.append(bubble(message));
  if (message.keyboard.length) post.append(keys(message, busy));
  return post;
}

function bubble(message) {
  const node = make("div", "bubble");
  if (message.reply) node.append(quote(message.reply));
  if (message.photo) node.append(photo(message.photo));
  if (message.document) node.append(attachment(message.document));
  if (message.contact) node.append(contact(message.contact));
  if (message.sticker) node.append(make("div", "text big", message.sticker));
  if (message.html) node.append(text(message));
  else if (message.photo) node.classList.add("bare");
  const meta = make("span", "meta", `${message.edited ? `${say("edited")} ` : ""}${clock(message.date)}`);
  (message.html ? node.lastChild : node).append(meta);
  return node;
}

function text(message) {
  const node = make("div", message.rich ? "text rich" : "text");
  node.dir = "auto";
  node.innerHTML = message.html;
  if (!message.rich && /^\p{Emoji_Presentation}{1,3}$/u.test(message.text)) node.classList.add("big");
  for (const time of node.querySelectorAll("time")) inOwnZone(time);
  return node;
}

/** A moment in the reader's own zone: r relative, w weekday, d/D date, t/T time. */
function inOwnZone(node) {
  const shape = node.dataset.format, moment = new Date(node.dataset.unix * 1000);
  node.dateTime = moment.toISOString();
  node.title = moment.toLocaleString(language, { dateStyle: "full", timeStyle: "short" });
  if (!shape) return;
  if (shape.startsWith("r")) return void (node.textContent = relative(moment));
  const parts = [];
  if (/w/i.test(shape)) parts.push(moment.toLocaleDateString(language, { weekday: "long" }));
  if (/d/i.test(shape)) parts.push(moment.toLocaleDateString(language, { dateStyle: shape.includes("D") ? "long" : "short" }));
  if (/t/i.test(shape)) parts.push(moment.toLocaleTimeString(language, { timeStyle: shape.includes("T") ? "medium" : "short" }));
  if (parts.length) node.textContent = parts.join(", ");
}

function relative(moment) {
  const seconds = (moment - Date.now()) / 1000, steps = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const [unit, length] = steps.find(([, step]) => Math.abs(seconds) >= step) ?? steps[3];
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(Math.round(seconds / length), unit);
}

function quote(reply) {
  const node = make("button", "reply", reply.text || say("photo"));
  node.dataset.to = reply.id;
  return node;
}

function photo({ src, width, height }) {
  const node = make("button", "photo"), image = new Image(width, height);
  image.src = src;
  image.alt = say("photo");
  image.style.aspectRatio = `${width} / ${height}`;
  image.style.minWidth = `min(${Math.max(160, Math.min(width, 420))}px, 70vw)`;
  node.append(image);
  return node;
}

function attachment({ src, name, size: bytes }) {
  const node = make("a", "document"), words = make("span");
  node.href = src;
  node.download = name;
  const kind = /\.(\w{1,4})$/.exec(name)?.[1];
  const badge = make("span", "kind", kind ?? "");
  if (!kind) badge.append(icon("file"));
  words.append(make("b", "", name), make("small", "", size(bytes)));
  node.append(badge, words);
  return node;
}

function contact({ phone_number: phone, first_name: first, last_name: last }) {
  const node = make("a", "document"), words = make("span"), badge = make("span", "kind");
  node.href = `tel:${phone}`;
  badge.append(icon("phone"));
  words.append(make("b", "", [first, last].filter(Boolean).join(" ")), make("small", "", phone));
  node.append(badge, words);
  return node;
}

function keys(message, busy) {
  const node = make("div", "keys");
  for (const row of message.keyboard) {
    const line = make("div");
    line.append(...row.map((button) => key(button, busy)));
    node.append(line);
  }
  return node;
}

function key(button, busy) {
  const node = make(button.url ? "a" : "button", `key ${button.style ?? ""}`);
  node.append(make("span", "", button.text));
  node.title = button.text;
  if (button.url) {
    Object.assign(node, { href: button.url, target: "_blank", rel: "noopener noreferrer" });
    node.append(icon("link"));
  } else if (button.copy_text) {
    node.dataset.copy = button.copy_text.text;
    node.append(icon("copy"));
  } else if (button.disabled) node.setAttribute("aria-disabled", "true");
  else node.dataset.press = button.callback_data ?? "";
  if (busy(node.dataset.press)) node.setAttribute("aria-busy", "true");
  return node;
}
