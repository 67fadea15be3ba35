/* Runs before anything is painted, so that a night shift never sees a white flash. */
(function () {
  "use strict";
  var KEY = "yiwu-theme";
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function wish() {
    try {
      return window.localStorage.getItem(KEY) || "auto";
    } catch (error) {
      return "auto"; // storage may be forbidden on a shared desk
    }
  }
  function apply() {
    var chosen = wish();
    var theme = chosen === "auto" ? (dark.matches ? "dark" : "light") : chosen;
    document.documentElement.setAttribute("data-bs-theme", theme);
    document.querySelectorAll("[data-theme-choice]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === chosen));
    });
    document.dispatchEvent(new CustomEvent("yiwu:theme", { detail: theme }));
  }
  apply();
  dark.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", apply);
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-theme-choice]");
    if (!button) return;
    try {
      window.localStorage.setItem(KEY, button.dataset.themeChoice);
    } catch (error) {
      /* the choice then lasts for this page only */
    }
    apply();
  });
})();
