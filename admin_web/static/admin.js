// What pages do beyond links and forms: the theme's button, menus that close, live parts.
const theme = document.querySelector("[data-theme-toggle]");
if (theme) {
  theme.hidden = false;
  theme.addEventListener("click", window.toggleTheme);
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.me[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelectorAll("details.me[open]").forEach((menu) => { menu.open = false; });
});

// Empty filters stay out of the address.
document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.matches("[data-live-form]")) return;
  const given = event.detail.parameters;
  for (const name of Object.keys(given)) if (given[name] === "") delete given[name];
});
document.addEventListener("htmx:afterSettle", () => {
  const link = document.querySelector("[data-export]");
  if (link) link.href = link.dataset.export + location.search;
});

// A live part is sent whole by the server each time it changes.
for (const part of document.querySelectorAll("[data-live]")) {
  const source = new EventSource(part.dataset.live);
  source.onmessage = (event) => { part.innerHTML = JSON.parse(event.data); };
  addEventListener("pagehide", () => source.close());
}
