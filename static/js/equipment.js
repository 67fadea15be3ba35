/* Forms of equipment: lines that know what their kind needs, one more line, all ticks of a column. Everything here only
   helps: without scripts each form still says what is wrong with it. */
(function () {
  "use strict";

  /* -- lines: a counted kind asks for size and quantity, a numbered one for numbers ------------------------------------ */
  function kindsOf(row) {
    var place = document.getElementById("line-kinds");
    return place ? JSON.parse(place.textContent) : {};
  }
  function fit(row) {
    var chooser = row.querySelector("[data-line-kind]");
    if (!chooser) return;
    var kind = kindsOf(row)[chooser.value];
    var size = row.querySelector("[data-line-size]");
    var quantity = row.querySelector("[data-line-quantity]");
    var numbers = row.querySelector("[data-line-numbers]");
    if (size) {
      size.closest(".y-field").hidden = Boolean(kind) && !kind.sizes.length && !size.value;
      size.setAttribute("list", kind ? "line-sizes-" + chooser.value : "");
    }
    if (quantity) quantity.closest(".y-field").hidden = Boolean(kind) && kind.numbered && !quantity.value;
    if (numbers) numbers.closest(".y-field").hidden = Boolean(kind) && !kind.numbered && !numbers.value;
  }
  function fitAll() {
    document.querySelectorAll("[data-line]").forEach(fit);
  }
  document.addEventListener("change", function (event) {
    var row = event.target.closest("[data-line]");
    if (row && event.target.matches("[data-line-kind]")) fit(row);
  });
  document.addEventListener("click", function (event) {
    var more = event.target.closest("[data-more-lines]");
    if (!more) return;
    var area = document.getElementById(more.dataset.moreLines);
    var count = area.closest("form").elements.lines;
    var pattern = document.getElementById("line-pattern");
    var row = document.createElement("div");
    row.innerHTML = pattern.innerHTML.replace(/line-NUMBER/g, "line-" + count.value);
    row = row.firstElementChild;
    area.append(row);
    count.value = String(Number(count.value) + 1);
    fit(row);
    row.querySelector("[data-line-kind]").focus();
  });

  /* -- a list for many hands: how many people and pieces are ticked ------------------------------------------------------ */
  function countKit(form) {
    var people = 0, pieces = 0;
    form.querySelectorAll("[data-kit-person]").forEach(function (row) {
      var box = row.querySelector("[data-kit-member]");
      var things = Array.from(row.querySelectorAll("[data-kit-thing]")).filter(function (thing) {
        return thing.type === "checkbox" ? thing.checked : thing.value !== "" && thing.value !== "-";
      });
      row.classList.toggle("y-kit-off", !box.checked);
      if (!box.checked || !things.length) return;
      people += 1;
      things.forEach(function (thing) { pieces += Number(thing.dataset.kitThing) || 1; });
    });
    var told = form.querySelector("[data-kit-sum]");
    if (!told) return;
    told.hidden = false;
    told.querySelector("[data-people]").textContent = people.toLocaleString("en");
    told.querySelector("[data-pieces]").textContent = pieces.toLocaleString("en");
  }
  function spread(chooser) {
    if (!chooser.value) return;
    chooser.form.querySelectorAll('[data-kit-size="' + chooser.dataset.kitSizeOf + '"]').forEach(function (field) {
      if (!field.value) field.value = chooser.value;
    });
  }
  document.addEventListener("change", function (event) {
    var form = event.target.closest("[data-kit]");
    if (!form) return;
    // Ticks set by the script of tables come a moment later than the tick above them.
    window.setTimeout(countKit, 0, form);
    if (event.target.matches("[data-kit-size-of]")) spread(event.target);
  });

  /* -- things that come back: whoever types how many broke, means that they came back ------------------------------------- */
  document.addEventListener("input", function (event) {
    var row = event.target.closest("[data-back]");
    if (!row || !event.target.matches("input[type=number]")) return;
    var box = row.querySelector("input[type=checkbox]");
    if (box && event.target.value && !box.checked) {
      box.checked = true;
      box.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });

  /* -- an export is of what the list shows now, also after it was narrowed in place --------------------------------------- */
  document.addEventListener("submit", function (event) {
    var list = document.getElementById("holdings-list");
    if (event.target.id === "export-form" && list) event.target.elements.query.value = list.dataset.query;
  });

  /* -- pressed once is enough: the second press waits for the answer to the first ------------------------------------------ */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.matches("[data-once]")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    form.querySelectorAll("[data-busy]").forEach(function (note) { note.hidden = false; });
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("[data-once]").forEach(function (form) { delete form.dataset.sent; });
    document.querySelectorAll("[data-busy]").forEach(function (note) { note.hidden = true; });
    // A size may have been chosen before this script came.
    document.querySelectorAll("[data-kit-size-of]").forEach(spread);
    document.querySelectorAll("[data-kit]").forEach(countKit);
    fitAll();
  });
  fitAll();
})();
