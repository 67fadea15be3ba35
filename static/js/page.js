/* What every page can do: menus, dialogs, table keys, selection, notices. Everything is delegated from the document, so
   that pieces swapped in later behave alike, and nothing needs an inline handler. */
(function () {
  "use strict";
  var words = (document.body.dataset.words || "|").split("|");

  /* -- menus: close on a click elsewhere and on Escape ---------------------------------------------------------- */
  function closeMenus(except) {
    document.querySelectorAll("details[data-menu][open]").forEach(function (menu) {
      if (menu !== except) menu.open = false;
    });
  }
  document.addEventListener("toggle", function (event) {
    var menu = event.target;
    if (!menu.matches || !menu.matches("details[data-menu]") || !menu.open) return;
    closeMenus(menu);
    var field = menu.querySelector("input[type=search]");
    if (field) field.focus();
  }, true);

  /* -- dialogs ---------------------------------------------------------------------------------------------------- */
  function open(id) {
    var dialog = document.getElementById(id);
    if (dialog && !dialog.open) dialog.showModal();
  }
  document.addEventListener("click", function (event) {
    var target = event.target;
    if (!target.closest("details[data-menu]")) closeMenus(null);
    var opener = target.closest("[data-opens]");
    if (opener) open(opener.dataset.opens);
    var closer = target.closest("[data-closes]");
    if (closer) closer.closest("dialog").close();
    // A click on the backdrop has the dialog itself as its target.
    if (target.tagName === "DIALOG") target.close();
    if (target.closest("[data-print]")) window.print();
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    var form = event.target.closest ? event.target.closest("[data-closes-after]") : null;
    if (form && event.detail.successful) {
      form.closest("dialog").close();
      form.reset();
    }
  });

  /* -- tables: rows by j, k and arrows, Enter opens ------------------------------------------------------------------ */
  function rowsOf(row) {
    return Array.from(row.closest("table").querySelectorAll("tbody tr[data-row]"));
  }
  function follow(row) {
    var link = row.querySelector("a[href]");
    if (link) link.click();
  }
  function typing(target) {
    return target.closest("input, select, textarea, [contenteditable], dialog");
  }
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") closeMenus(null);
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "/" && !typing(event.target)) {
      var search = document.querySelector("main input[type=search]");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
      return;
    }
    var step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    var row = event.target.closest("tr[data-row]");
    if (!row && step && !typing(event.target)) {
      var area = event.target.closest(".y-tablewrap");
      // From the page itself j enters the first table; arrows keep scrolling there.
      if (area || event.key === "j") {
        row = (area || document).querySelector("table[data-rows] tbody tr[data-row]");
        if (row) {
          event.preventDefault();
          row.focus();
        }
      }
      return;
    }
    if (!row || typing(event.target)) return;
    if (step) {
      var rows = rowsOf(row);
      var next = rows[rows.indexOf(row) + step];
      if (next) next.focus();
      event.preventDefault();
    } else if (event.key === "Enter" && event.target === row) {
      follow(row);
    } else if (event.key === " " && event.target === row) {
      var box = row.querySelector("input[type=checkbox]");
      if (box) {
        box.click();
        event.preventDefault();
      }
    }
  });
  document.addEventListener("click", function (event) {
    var row = event.target.closest("tr[data-row]");
    if (!row || event.target.closest("a, button, input, label, select, summary")) return;
    if (window.getSelection().toString()) return; // somebody is copying a number
    follow(row);
  });

  /* -- selection ------------------------------------------------------------------------------------------------------- */
  function refresh(area) {
    var bar = document.querySelector('[data-selects="' + area.id + '"]');
    var boxes = Array.from(area.querySelectorAll("tbody input[type=checkbox]"));
    var ticked = boxes.filter(function (box) { return box.checked; });
    boxes.forEach(function (box) {
      box.closest("tr").setAttribute("aria-selected", String(box.checked));
    });
    var all = area.querySelector("thead input[type=checkbox]");
    if (all) {
      all.checked = boxes.length > 0 && ticked.length === boxes.length;
      all.indeterminate = ticked.length > 0 && ticked.length < boxes.length;
    }
    if (bar) {
      bar.hidden = ticked.length === 0;
      bar.querySelector("[data-count]").textContent = String(ticked.length);
    }
  }
  document.addEventListener("change", function (event) {
    var area = event.target.closest(".y-tablewrap");
    if (!area || event.target.type !== "checkbox") return;
    if (event.target.closest("thead")) {
      area.querySelectorAll("tbody input[type=checkbox]").forEach(function (box) { box.checked = event.target.checked; });
    }
    refresh(area);
  });
  // Boxes may have been ticked before this script came, or be ticked still when somebody comes back to the page.
  function refreshAll() {
    document.querySelectorAll("[data-selects]").forEach(function (bar) {
      var area = document.getElementById(bar.dataset.selects);
      if (area) refresh(area);
    });
  }
  refreshAll();
  window.addEventListener("pageshow", refreshAll);
  document.addEventListener("click", function (event) {
    var clear = event.target.closest("[data-unselect]");
    if (!clear) return;
    var area = document.getElementById(clear.closest("[data-selects]").dataset.selects);
    area.querySelectorAll("input[type=checkbox]").forEach(function (box) { box.checked = false; });
    refresh(area);
  });

  /* -- frozen column: a line appears once something has slid beneath it ------------------------------------------------- */
  document.addEventListener("scroll", function (event) {
    if (!event.target.classList || !event.target.classList.contains("y-tablewrap")) return;
    var inner = event.target.querySelector(".y-table-frozen");
    if (inner) inner.classList.toggle("y-scrolled", event.target.scrollLeft > 0);
  }, true);

  function prepare(root) {
    root.querySelectorAll("tr[data-row]").forEach(function (row) { row.tabIndex = -1; });
    root.querySelectorAll(".y-trail").forEach(function (trail) { trail.scrollLeft = trail.scrollWidth; });
    root.querySelectorAll("dialog[data-open-now]").forEach(function (dialog) { dialog.showModal(); });
  }
  prepare(document);
  document.addEventListener("htmx:load", function (event) { prepare(event.detail.elt); });

  /* -- parts that ask for themselves again: what the reader has unfolded in one stays so ------------------------------- */
  var unfolded = [];
  document.addEventListener("htmx:beforeSwap", function (event) {
    var open = event.detail.target.querySelectorAll("[id] > details[open]:not([data-menu])");
    unfolded = Array.from(open).map(function (one) { return one.parentElement.id; });
  });
  document.addEventListener("htmx:afterSwap", function () {
    unfolded.forEach(function (id) {
      var anew = document.querySelector("#" + CSS.escape(id) + " > details");
      if (anew) anew.open = true;
    });
    unfolded = [];
  });

  /* -- notices -------------------------------------------------------------------------------------------------------------- */
  function toast(text, kind) {
    var area = document.getElementById("toasts");
    var box = document.createElement("div");
    box.className = "y-notice y-notice-" + (kind || "done");
    var body = document.createElement("div");
    body.textContent = text;
    box.append(document.createElement("span"), body);
    area.append(box);
    window.setTimeout(function () { box.remove(); }, 8000);
  }
  document.addEventListener("yiwu:toast", function (event) {
    toast(event.detail.value || event.detail.text || event.detail, event.detail.kind);
  });
  document.addEventListener("htmx:responseError", function (event) {
    toast(words[1], "error");
  });
  // Whoever was signed out meanwhile is sent to the entrance; its page must not land inside a piece of this one.
  document.addEventListener("htmx:beforeOnLoad", function (event) {
    if (new URL(event.detail.xhr.responseURL).pathname.indexOf("/accounts/login/") !== 0) return;
    event.preventDefault();
    window.location.reload();
  });
  var offline = document.querySelector("[data-offline]");
  function connection(lost) {
    if (!offline) return;
    offline.hidden = !lost;
    offline.textContent = lost ? words[0] : "";
  }
  document.addEventListener("htmx:sendError", function () { connection(true); });
  document.addEventListener("htmx:afterOnLoad", function () { connection(false); });
  window.addEventListener("offline", function () { connection(true); });
  window.addEventListener("online", function () { connection(false); });
})();
