/* Pages of incidents: the form that asks what its kind asks, people and parties as rows that come and go, and the
   dialog that returns one incident or all that are ticked. */
(function () {
  "use strict";
  var WITH_COUNTS = ["publicity", "information", "work"];

  /* -- kinds: what is asked follows the kind; once chosen, the others step back ------------------------------------- */
  function kinds(form) {
    var group = form.querySelector("[data-kinds]");
    if (!group) return;
    var tiles = Array.from(group.querySelectorAll(".y-kind"));
    var again = group.querySelector("[data-kind-again]");
    var quantity = form.querySelector("[data-quantity]");
    var word = form.querySelector("[data-quantity-label]");
    var counts = form.querySelector("[data-counts]");
    var plain = word.textContent;

    function follow() {
      var chosen = group.querySelector("input:checked");
      if (!chosen) { quantity.hidden = true; return; }
      quantity.hidden = !chosen.dataset.asks;
      word.textContent = chosen.dataset.asks || plain;
      if (WITH_COUNTS.indexOf(chosen.dataset.category) >= 0) counts.open = true;
    }
    function fold(folded) {
      var chosen = group.querySelector("input:checked");
      tiles.forEach(function (tile) { tile.hidden = folded && Boolean(chosen) && !tile.contains(chosen); });
      again.hidden = !folded || !chosen || tiles.length < 6;
      if (again.hidden) tiles.forEach(function (tile) { tile.hidden = false; });
    }
    var byPointer = false;
    group.addEventListener("pointerdown", function () { byPointer = true; });
    group.addEventListener("keydown", function () { byPointer = false; });
    group.addEventListener("change", function () {
      follow();
      // Arrow keys walk through the kinds; tiles must not vanish under them.
      if (byPointer) fold(true);
    });
    again.addEventListener("click", function () {
      fold(false);
      var chosen = group.querySelector("input:checked");
      if (chosen) chosen.focus();
    });
    follow();
    fold(true);
  }

  /* -- people ------------------------------------------------------------------------------------------------------------ */
  function people(form) {
    var list = form.querySelector("[data-chosen-people]");
    var search = form.querySelector("[data-person-search]");
    if (!list || !search) return;
    var found = document.getElementById("people-found");
    var template = form.querySelector("[data-person-template]");

    function add(button) {
      var id = button.dataset.addPerson;
      var present = Array.from(list.querySelectorAll("input[name=participants]")).some(function (one) { return one.value === id; });
      if (!present) {
        var row = template.content.firstElementChild.cloneNode(true);
        row.querySelector("[data-name]").textContent = button.dataset.name;
        row.querySelector("[data-unit]").textContent = button.dataset.unit;
        row.querySelector("input").value = id;
        var off = row.querySelector("[data-remove-person]");
        off.setAttribute("aria-label", off.getAttribute("aria-label") + " " + button.dataset.name);
        list.append(row);
      }
      search.value = "";
      found.replaceChildren();
      search.focus();
    }
    found.addEventListener("click", function (event) {
      var button = event.target.closest("[data-add-person]");
      if (button) add(button);
    });
    list.addEventListener("click", function (event) {
      var button = event.target.closest("[data-remove-person]");
      if (button) button.closest("li").remove();
    });
    search.addEventListener("keydown", function (event) {
      if (event.key === "Enter") {
        event.preventDefault(); // it takes the first one, it does not send the form
        var first = found.querySelector("[data-add-person]");
        if (first) add(first);
      } else if (event.key === "ArrowDown") {
        var next = found.querySelector("[data-add-person]");
        if (next) { event.preventDefault(); next.focus(); }
      } else if (event.key === "Escape") {
        search.value = "";
        found.replaceChildren();
      }
    });
    found.addEventListener("keydown", function (event) {
      var row = event.target.closest("li");
      var step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
      if (!row || !step) return;
      event.preventDefault();
      var other = row[step] ? row[step].querySelector("button") : search;
      if (other) other.focus();
    });
  }

  /* -- parties: rows of the formset ------------------------------------------------------------------------------------- */
  function parties(form) {
    var rows = form.querySelector("[data-parties]");
    if (!rows) return;
    var template = form.querySelector("[data-party-template]");
    var total = form.querySelector("input[name=party-TOTAL_FORMS]");
    var most = Number(form.querySelector("input[name=party-MAX_NUM_FORMS]").value);
    var button = form.querySelector("[data-add-party]");

    function number() {
      Array.from(rows.querySelectorAll("[data-party]")).forEach(function (row, position) {
        row.querySelectorAll("[name], [id], [for], [aria-describedby]").forEach(function (element) {
          ["name", "id", "for", "aria-describedby"].forEach(function (name) {
            var value = element.getAttribute(name);
            if (value) element.setAttribute(name, value.replace(/party-(\d+|__prefix__)-/, "party-" + position + "-"));
          });
        });
      });
      total.value = String(rows.querySelectorAll("[data-party]").length);
      button.hidden = Number(total.value) >= most;
    }
    button.addEventListener("click", function () {
      rows.append(template.content.cloneNode(true));
      number();
      rows.lastElementChild.querySelector("select, input").focus();
    });
    rows.addEventListener("click", function (event) {
      if (!event.target.closest("[data-remove-party]")) return;
      event.target.closest("[data-party]").remove();
      number();
      button.focus();
    });
    number();
  }

  function now(form) {
    var button = form.querySelector("[data-now]");
    if (!button) return;
    button.addEventListener("click", function () {
      // The corps' own time, whatever the device's zone is.
      var text = new Date().toLocaleString("sv-SE", { timeZone: "Asia/Shanghai" });
      var moment = text.slice(0, 16).replace(" ", "T");
      var field = form.elements.occurred_at;
      field.max = moment;
      field.value = moment;
    });
  }

  document.querySelectorAll("[data-incident-form]").forEach(function (form) {
    kinds(form);
    people(form);
    parties(form);
    now(form);
    // Sent once: a second tap on a slow line must not record it twice.
    form.addEventListener("submit", function (event) {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "yes";
    });
    var wrong = form.querySelector(".y-invalid") || form.querySelector(".y-incident-wrong");
    if (wrong) wrong.scrollIntoView({ block: "center" });
  });
  // Back in history shows the page as it was left; it may be sent again.
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("[data-incident-form]").forEach(function (form) { delete form.dataset.sent; });
  });

  /* -- returning from the list -------------------------------------------------------------------------------------------- */
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-return]");
    if (!button) return;
    var dialog = document.getElementById("return-dialog");
    var boxes = Array.from(document.querySelectorAll("#queue tbody input[name=id]")).filter(function (box) {
      return button.dataset.return === "ticked" ? box.checked : box.value === button.dataset.return;
    });
    var chosen = dialog.querySelector("[data-chosen]");
    chosen.replaceChildren();
    boxes.forEach(function (box) {
      var field = document.createElement("input");
      field.type = "hidden";
      field.name = "id";
      field.value = box.value;
      chosen.append(field);
    });
    dialog.querySelector("[data-what]").textContent = boxes.map(function (box) { return box.dataset.name; }).join("；");
    dialog.showModal();
    dialog.querySelector("textarea").focus();
  });
})();
