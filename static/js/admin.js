"use strict";
// The theme's scroll boxes call themselves in English, whatever the language of the page.
(() => {
  const words = { zh: "可滚动区域", en: "scrollable area" };
  const word = words[document.documentElement.lang.slice(0, 2)] || words.en;
  const name = (root) => {
    for (const box of root.querySelectorAll(".simplebar-content-wrapper")) box.setAttribute("aria-label", word);
  };
  document.addEventListener("DOMContentLoaded", () => {
    name(document);
    new MutationObserver(() => name(document)).observe(document.body, { childList: true, subtree: true });
  });
})();
