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
  document.querySelectorAll("[data-export]").forEach((link) => { link.href = link.dataset.export + location.search; });
});

// htmx leaves the page as it was when nothing good comes back, so that the trouble is said here.
const trouble = document.querySelector("[data-trouble]");
if (trouble) {
  const line = trouble.querySelector("[data-no-answer]");
  const tell = (words) => { line.textContent = words; trouble.hidden = !words; };
  document.addEventListener("htmx:responseError", (event) => {
    const page = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
    const said = [...page.querySelectorAll("#main p:not(.next)")].map((each) => each.textContent);
    tell(said.join(" ") || line.dataset.noAnswer);
  });
  document.addEventListener("htmx:sendError", () => tell(line.dataset.noAnswer));
  document.addEventListener("htmx:afterSwap", () => tell(""));
}

// A file that would be refused for its size is not sent.
document.addEventListener("change", ({ target }) => {
  if (!target.dataset.largest) return;
  const large = target.files[0]?.size > Number(target.dataset.largest);
  target.setCustomValidity(large ? target.dataset.tooLarge : "");
  if (large) target.reportValidity();
});

// A live part is sent whole by the server each time it changes.
for (const part of document.querySelectorAll("[data-live]")) {
  const source = new EventSource(part.dataset.live);
  source.onmessage = (event) => { part.innerHTML = JSON.parse(event.data); };
  addEventListener("pagehide", () => source.close());
}

// One tick for all rows of the page; lists come anew, so that the document listens.
const showTicks = () => document.querySelectorAll("[data-tick-all]").forEach((tick) => { tick.hidden = false; });
showTicks();
document.addEventListener("htmx:afterSettle", showTicks);
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-tick-all]")) return;
  event.target.form.querySelectorAll("input[name=id]").forEach((tick) => { tick.checked = event.target.checked; });
});

// The menu is longer than the window: the entry of this page is brought into view.
document.querySelector(".navbar-vertical .nav-link.active")?.scrollIntoView({ block: "nearest" });
