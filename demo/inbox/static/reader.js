// One mail: who, what, files, and four ways to look at it.
import { say, size, when } from "./words.js";

const $ = (selector) => document.querySelector(selector);
let mail = null, chosen = "html";

/** Fetch and show; false when the mail is gone. */
export async function open(id) {
  const answer = await fetch(`api/mails/${id}`);
  if (!answer.ok) return false;
  mail = await answer.json();
  $(".mail h2").textContent = mail.subject || say("noSubject");
  $(".mail dl").replaceChildren(...about());
  $(".files").hidden = !mail.attachments.length;
  $(".files").replaceChildren(...mail.attachments.map(file));
  $("#tab-html").hidden = !mail.html;
  showTab(chosen === "html" && !mail.html ? "text" : chosen, false);
  return true;
}

function about() {
  const rows = [["from", mail.from], ["to", mail.to.join(", ")], ["date", when(mail.at, true)]];
  const nodes = rows.flatMap(([term, value]) => [make("dt", say(term)), make("dd", value)]);
  if (!mail.unsubscribe) return nodes;
  const holder = make("dd");
  holder.append(link(mail.unsubscribe, say("unsubscribeNow")));
  return [...nodes, make("dt", say("unsubscribe")), holder];
}

function file({ name, size: bytes, href }) {
  const node = make("a");
  node.href = href;
  node.download = name;
  node.innerHTML = '<svg aria-hidden="true"><use href="#i-clip"/></svg>';
  node.append(make("span", name), make("small", size(bytes)));
  return node;
}

export async function showTab(name, remember = true) {
  if (remember) chosen = name;
  for (const tab of document.querySelectorAll("[role=tab]")) {
    const selected = tab.dataset.text === name;
    tab.setAttribute("aria-selected", String(selected));
    tab.tabIndex = selected ? 0 : -1;
  }
  const view = $(".view");
  view.classList.toggle("framed", name === "html");
  view.setAttribute("aria-labelledby", `tab-${name}`);
  view.replaceChildren(await VIEWS[name]());
  view.scrollTop = 0;
}

const VIEWS = {
  html() {
    const frame = document.createElement("iframe");
    frame.sandbox = "allow-popups allow-popups-to-escape-sandbox";
    frame.title = mail.subject;
    frame.src = `mails/${mail.id}/html`;
    return frame;
  },
  text() {
    const node = make("div");
    node.className = "letter";
    node.dir = "auto";
    for (const [index, piece] of mail.text.split(/(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)])/).entries()) {
      node.append(index % 2 ? link(piece, piece) : piece);
    }
    return node;
  },
  headers() {
    const table = make("table");
    for (const [name, value] of mail.headers) {
      const row = table.insertRow();
      row.append(make("th", name), make("td", value));
      row.firstChild.scope = "row";
    }
    return table;
  },
  async source() {
    return make("pre", await (await fetch(`mails/${mail.id}/source`)).text());
  },
};

function make(tag, text = "") {
  return Object.assign(document.createElement(tag), { textContent: text });
}

function link(href, text) {
  return Object.assign(make("a", text), { href, target: "_blank", rel: "noopener noreferrer" });
}
