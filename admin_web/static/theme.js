// Runs before the page is drawn, so that a dark page never flashes white.
(() => {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const chosen = localStorage.getItem("theme") || (system.matches ? "dark" : "light");
    document.documentElement.dataset.bsTheme = chosen;
  };
  apply();
  system.addEventListener("change", apply);
  window.toggleTheme = () => {
    const dark = document.documentElement.dataset.bsTheme === "dark";
    localStorage.setItem("theme", dark ? "light" : "dark");
    apply();
  };
})();
