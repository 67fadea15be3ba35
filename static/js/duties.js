/* The week under the keyboard: a quick row that suggests while one types, and cards that are walked with arrows.
   Everything here only saves strokes: each act is also a form or a link of the page. */
(function () {
  "use strict";
  var MOST_SHOWN = 8;
  document.documentElement.classList.add("y-scripts");

  /* -- suggestions under a field ------------------------------------------------------------------------------------
     data-suggest="id" names a JSON list in the page, data-suggest-url an address that answers ?q=; both give
     [{text, hint, keys}]. With data-suggest-many the last word of the field is completed. */
  var SPLITS = /[\s,，、\/／;；|]/;
  var open = null; // { field, list, options, active, moved }

  function optionsIn(id) {
    var place = document.getElementById(id);
    return place ? JSON.parse(place.textContent) : [];
  }
  function wordOf(field) {
    if (!field.hasAttribute("data-suggest-many")) return field.value.trim();
    var before = field.value.slice(0, field.selectionStart);
    var start = before.length;
    while (start > 0 && !SPLITS.test(before[start - 1])) start -= 1;
    return before.slice(start);
  }
  function fits(option, word) {
    return [option.text].concat(option.keys || []).some(function (key) { return key.toLowerCase().indexOf(word) === 0; }) ||
      (word.length > 1 && option.text.toLowerCase().indexOf(word) > 0);
  }
  function close() {
    if (!open) return;
    open.list.remove();
    open.field.setAttribute("aria-expanded", "false");
    open.field.removeAttribute("aria-activedescendant");
    open = null;
  }
  function mark(index) {
    open.active = index;
    Array.from(open.list.children).forEach(function (item, position) {
      var now = position === index;
      item.setAttribute("aria-selected", String(now));
      if (now) {
        open.field.setAttribute("aria-activedescendant", item.id);
        item.scrollIntoView({ block: "nearest" });
      }
    });
  }
  function show(field, options) {
    close();
    if (!options.length || document.activeElement !== field) return;
    var list = document.createElement("ul");
    list.className = "y-suggest";
    list.id = field.id + "-list";
    list.setAttribute("role", "listbox");
    options.slice(0, MOST_SHOWN).forEach(function (option, index) {
      var item = document.createElement("li");
      item.id = list.id + "-" + index;
      item.setAttribute("role", "option");
      var text = document.createElement("span");
      text.textContent = option.text;
      var hint = document.createElement("small");
      hint.textContent = option.hint || "";
      item.append(text, hint);
      item.addEventListener("mousedown", function (event) {
        event.preventDefault();
        open.active = index;
        take();
      });
      list.append(item);
    });
    field.parentElement.append(list);
    field.setAttribute("aria-expanded", "true");
    field.setAttribute("aria-controls", list.id);
    open = { field: field, list: list, options: options.slice(0, MOST_SHOWN), active: 0 };
    mark(0);
  }
  function take() {
    if (!open) return false;
    var field = open.field;
    var option = open.options[open.active];
    if (field.hasAttribute("data-suggest-many")) {
      var end = field.selectionStart;
      var start = end - wordOf(field).length;
      field.value = field.value.slice(0, start) + option.text + " " + field.value.slice(end).replace(/^\s+/, "");
      field.selectionStart = field.selectionEnd = start + option.text.length + 1;
    } else {
      field.value = option.text;
    }
    close();
    defaults(field, option);
    return true;
  }
  function defaults(field, option) {
    if (!option.defaults) return;
    Object.keys(option.defaults).forEach(function (name) {
      var other = field.form.elements[name];
      if (other) other.placeholder = option.defaults[name];
    });
  }
  function suggest(field) {
    var word = wordOf(field).toLowerCase();
    if (!word) { close(); return; }
    if (field.dataset.suggest) {
      show(field, optionsIn(field.dataset.suggest).filter(function (option) { return fits(option, word); }));
      return;
    }
    var address = new URL(field.dataset.suggestUrl, window.location.href);
    address.searchParams.set("q", word);
    (field.dataset.suggestWith || "").split(" ").forEach(function (name) {
      var other = field.form.elements[name];
      if (other && other.value) address.searchParams.set(name, other.value);
    });
    window.fetch(address, { headers: { "X-Requested-With": "fetch" }, credentials: "same-origin" }).then(function (answer) {
      return answer.ok && answer.headers.get("Content-Type").indexOf("json") > 0 ? answer.json() : { options: [] };
    }).then(function (answer) {
      // An answer that comes after somebody typed on is about another word.
      if (wordOf(field).toLowerCase() === word) show(field, answer.options);
    }).catch(function () { /* without suggestions the typed initials are read when the form is sent */ });
  }
  document.addEventListener("input", function (event) {
    if (event.isComposing || !event.target.matches("[data-suggest], [data-suggest-url]")) return;
    suggest(event.target);
  });
  document.addEventListener("focusout", function (event) { if (open && event.target === open.field) close(); });
  // Before htmx and the form itself, so that Enter takes the suggestion instead of sending.
  document.addEventListener("keydown", function (event) {
    if (!open || event.target !== open.field || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    var step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      mark((open.active + step + open.options.length) % open.options.length);
      event.preventDefault();
    } else if (event.key === "Escape") {
      close();
      event.stopPropagation();
    } else if (event.key === "Tab" && !event.shiftKey) {
      take(); // and go on to the next field
    } else if (event.key === "Enter" || (event.key === " " && open.field.hasAttribute("data-suggest-many"))) {
      take();
      event.preventDefault();
      event.stopPropagation();
    }
  }, true);

  /* -- the week -------------------------------------------------------------------------------------------------------- */
  function planner() { return document.querySelector("[data-planner]"); }
  function typing(target) { return target.closest("input, select, textarea, [contenteditable], dialog"); }
  function days() { return Array.from(document.querySelectorAll("[data-week] [data-day]")); }
  function cells(day) { return Array.from(day.querySelectorAll("[data-cell]")); }
  function enter() {
    var day = document.querySelector(".y-day-today[data-day]") || days()[0];
    var first = day && cells(day)[0];
    if (first) first.focus();
  }
  function walk(cell, key) {
    var all = days();
    var day = cell.closest("[data-day]");
    var here = cells(day);
    var row = here.indexOf(cell);
    if (key === "ArrowDown" || key === "ArrowUp") {
      var next = here[row + (key === "ArrowDown" ? 1 : -1)];
      if (next) next.focus();
      return;
    }
    var position = all.indexOf(day) + (key === "ArrowRight" ? 1 : -1);
    if (!all[position]) return;
    var there = cells(all[position]);
    if (there.length) there[Math.min(row, there.length - 1)].focus();
  }
  function openQuick(cell) {
    var form = document.getElementById("quick");
    if (!form) return;
    if (cell) form.elements.days.value = cell.closest("[data-day]").dataset.day;
    form.elements.kind.focus();
    form.elements.kind.select();
  }
  document.addEventListener("keydown", function (event) {
    if (!planner() || event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
    if (event.key === "Escape" && event.target.closest("#quick")) {
      event.target.blur();
      enter();
      return;
    }
    if (typing(event.target)) return;
    var cell = event.target.closest("[data-cell]");
    if (event.key.indexOf("Arrow") === 0) {
      if (cell) {
        walk(cell, event.key);
        event.preventDefault();
      } else if (event.target === document.body) {
        enter();
        event.preventDefault();
      }
    } else if (event.key === "n") {
      openQuick(cell);
      event.preventDefault();
    } else if (event.key === "a" && cell && cell.dataset.repeat) {
      send(cell.dataset.repeat);
      event.preventDefault();
    } else {
      var wanted = planner().querySelector('[data-key="' + window.CSS.escape(event.key) + '"]');
      if (wanted) {
        wanted.click();
        event.preventDefault();
      }
    }
  });
  function send(address) {
    var token = document.querySelector("#quick input[name=csrfmiddlewaretoken]");
    window.htmx.ajax("POST", address, {
      target: "#planner", swap: "outerHTML", values: { csrfmiddlewaretoken: token ? token.value : "" },
    });
  }

  function settle() {
    var place = planner();
    if (!place) return;
    var wanted = place.dataset.focus ? document.getElementById(place.dataset.focus) : null;
    if (wanted) {
      wanted.focus();
      if (wanted.select) wanted.select();
    }
  }
  function prepare() {
    // The browser's own list would lie above ours.
    document.querySelectorAll("[data-suggest][list]").forEach(function (field) { field.removeAttribute("list"); });
    document.querySelectorAll("[data-suggest], [data-suggest-url]").forEach(function (field) {
      field.setAttribute("role", "combobox");
      field.setAttribute("aria-autocomplete", "list");
      field.setAttribute("aria-expanded", "false");
    });
  }
  prepare();
  settle();
  document.addEventListener("htmx:afterSwap", function (event) {
    prepare();
    if (planner() && (event.detail.target.id === "planner" || event.target.id === "planner")) settle();
  });
})();
