/* What cannot wait for the other scripts: it runs before anything is painted. */

/* -- clicks on a page whose scripts are still on their way: kept, and done once they are there ------------------------ */
(function () {
  "use strict";
  var kept = null;
  function keep(event) {
    // Only buttons that do nothing by themselves: links and forms work without scripts.
    var button = event.target.closest("button[type=button]");
    if (!button) return;
    event.stopImmediatePropagation();
    kept = button; // who taps twice while nothing happens means it once
  }
  window.addEventListener("click", keep, true);
  document.addEventListener("DOMContentLoaded", function () {
    // After everything else that starts with the page.
    window.setTimeout(function () {
      window.removeEventListener("click", keep, true);
      if (kept) kept.click();
    });
  });
})();

/* -- light or dark: a night shift never sees a white flash ------------------------------------------------------------ */
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
