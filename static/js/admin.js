"use strict";
// The theme's scroll boxes and pickers name some of their parts in English, whatever the language of the page.
(() => {
  const words = {
    zh: { box: "可滚动区域", clear: "清除" },
    en: { box: "scrollable area", clear: "clear" },
  };
  const word = words[document.documentElement.lang.slice(0, 2)] || words.en;
  const name = (root) => {
    for (const box of root.querySelectorAll(".simplebar-content-wrapper")) box.setAttribute("aria-label", word.box);
    for (const button of root.querySelectorAll(".select2-selection__clear")) button.title = word.clear;
  };
  document.addEventListener("DOMContentLoaded", () => {
    name(document);
    new MutationObserver(() => name(document)).observe(document.body, { childList: true, subtree: true });
  });
})();
