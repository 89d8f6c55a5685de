// One small menu for everything that opens: attachments, commands, people, the three dots.
const menu = document.querySelector(".menu");
let owner = null;

export const isOpen = () => !menu.hidden;

/** Items are { name, note, icon, code, face, danger, href, run }. */
export function open(anchor, items, focus = true) {
  close(false);
  owner = anchor;
  anchor.setAttribute("aria-expanded", "true");
  menu.replaceChildren(...items.map(draw));
  menu.hidden = false;
  place(anchor.getBoundingClientRect());
  if (focus) menu.firstElementChild?.focus();
}

export function close(back = true) {
  if (menu.hidden) return;
  menu.hidden = true;
  owner.setAttribute("aria-expanded", "false");
  if (back) owner.focus();
}

export const toggle = (anchor, items) => (isOpen() && owner === anchor ? close() : open(anchor, items));
export const enter = () => menu.lastElementChild?.focus();

function draw(item) {
  const node = document.createElement(item.href ? "a" : "button");
  node.setAttribute("role", "menuitem");
  if (item.href) node.href = item.href;
  if (item.danger) node.className = "danger";
  if (item.icon) node.innerHTML = `<svg aria-hidden="true"><use href="#i-${item.icon}"/></svg>`;
  if (item.face) node.append(item.face);
  if (item.code) node.append(Object.assign(document.createElement("code"), { textContent: item.code }));
  node.append(Object.assign(document.createElement("span"), { textContent: item.name }));
  node.addEventListener("click", () => { close(); item.run?.(); });
  return node;
}

function place(box) {
  const width = menu.offsetWidth, height = menu.offsetHeight;
  const below = box.top < innerHeight / 2;
  menu.style.left = `${Math.max(8, Math.min(box.left, innerWidth - width - 8))}px`;
  menu.style.top = `${below ? box.bottom + 6 : Math.max(8, box.top - height - 8)}px`;
}

menu.addEventListener("keydown", (event) => {
  const items = [...menu.children], at = items.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) items.at((at + step) % items.length)?.focus();
  else if (event.key === "Escape" || event.key === "Tab") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
});
addEventListener("pointerdown", (event) => {
  if (!menu.hidden && !menu.contains(event.target) && !owner.contains(event.target)) close(false);
});
addEventListener("resize", () => close(false));
