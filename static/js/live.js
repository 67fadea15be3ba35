/* One connection to the live stream for the page. Each event becomes `live:<name>` on the body with its data as detail;
   htmx elements listen with hx-trigger="live:state from:body", progress bars and figures are moved right here. Parts
   that ask the server for themselves again listen to `live:later`, which comes a moment after figures and never often,
   so that a thousand open pages do not all ask at once. A page must stay right without it: everything also polls. */
(function () {
  "use strict";
  var FIRST_WAIT = 1000;
  var LONGEST_WAIT = 60000;
  var LATER = 3000; // parts follow within so many milliseconds
  var SELDOM = 15000; // and then not again for so long
  var place = document.querySelector("[data-live-url]");
  if (!place || !window.EventSource) return;

  var events = place.dataset.liveEvents.split(" ");
  var last = place.dataset.liveSince || "";
  var failures = 0;
  var known = {}; // the newest text of each figure and the event that brought it
  var later = null;
  var quietUntil = 0;
  var source = null;
  var timer = null;

  function address() {
    var url = new URL(place.dataset.liveUrl, window.location.href);
    url.searchParams.set("ticket", place.dataset.liveTicket);
    // A new EventSource does not send Last-Event-ID by itself; the address carries it.
    if (last) url.searchParams.set("since", last);
    return url;
  }

  function tell(name, detail) {
    document.body.dispatchEvent(new CustomEvent(name, { detail: detail, bubbles: true }));
  }

  function move(data) {
    document.querySelectorAll("[data-live-progress]").forEach(function (box) {
      var done = data.rows_done !== undefined ? data.rows_done : data.done;
      var whole = data.rows_total !== undefined ? data.rows_total : data.total;
      if (data.topic && box.dataset.liveProgress !== data.topic) return;
      if (typeof done !== "number") return;
      var bar = box.querySelector("progress");
      if (whole) {
        bar.max = whole;
        bar.value = done;
      }
      box.querySelector("[data-done]").textContent = done.toLocaleString("en-US");
      var total = box.querySelector("[data-total]");
      if (total && whole) total.textContent = whole.toLocaleString("en-US");
    });
    Object.keys(data.figures || {}).forEach(function (name) {
      known[name] = { text: data.figures[name], month: data.month, event: last };
    });
    show(document);
  }

  /* Ids of the stream, `1700000000000-2`, in its order. */
  function newer(one, other) {
    var a = one.split("-").map(Number);
    var b = other.split("-").map(Number);
    return a[0] !== b[0] ? a[0] > b[0] : a[1] > b[1];
  }

  function show(root) {
    root.querySelectorAll("[data-live-figure]").forEach(function (figure) {
      var found = known[figure.dataset.liveFigure];
      var month = figure.closest("[data-live-month]");
      var made = figure.closest("[data-live-since]");
      if (!found || (month && found.month && month.dataset.liveMonth !== found.month)) return;
      // A part that was made later knows better.
      if (made && made.dataset.liveSince && !newer(found.event, made.dataset.liveSince)) return;
      var value = figure.querySelector("[data-value]");
      if (value.textContent === found.text) return;
      value.textContent = found.text;
      if (made) made.dataset.liveMoved = "yes";
      figure.classList.remove("y-glow");
      void figure.offsetWidth; // restart the animation
      figure.classList.add("y-glow");
    });
  }

  function tellLater() {
    if (later) return;
    var wait = Math.max(quietUntil - Date.now(), 0) + Math.random() * LATER;
    later = window.setTimeout(function () {
      later = null;
      quietUntil = Date.now() + SELDOM;
      tell("live:later");
    }, wait);
  }

  function receive(event) {
    failures = 0;
    if (event.type === "over") {
      // The hour this page may listen is over: whoever still may see it gets it anew, everybody else the entrance.
      window.location.reload();
      return;
    }
    if (event.lastEventId) {
      if (event.lastEventId === last) return; // served once more after a reconnect
      last = event.lastEventId;
    }
    var data;
    try {
      data = JSON.parse(event.data);
    } catch (error) {
      return; // not ours
    }
    move(data);
    tell("live:" + event.type, data);
    if (event.type === "figures" || event.type === "resync") tellLater();
    if (place.dataset.liveReload === event.type) window.location.reload();
  }

  function connect() {
    window.clearTimeout(timer);
    source = new EventSource(address());
    source.onopen = function () { failures = 0; };
    events.concat("resync", "over").forEach(function (name) { source.addEventListener(name, receive); });
    source.onerror = function () {
      // The browser's own retry keeps hammering a restarting server in step with everybody else; ours spreads out.
      source.close();
      failures += 1;
      var wait = Math.min(LONGEST_WAIT, FIRST_WAIT * Math.pow(2, failures - 1));
      timer = window.setTimeout(connect, wait / 2 + Math.random() * wait / 2);
    };
  }

  // A part that has just come may be older than what the stream has told.
  document.addEventListener("htmx:load", function (event) {
    var root = event.detail.elt;
    if (root.parentElement) show(root.parentElement);
  });

  // The server sends a part only when it differs from what it sent before; a figure that was moved since differs from that.
  document.addEventListener("htmx:configRequest", function (event) {
    if (event.detail.elt.dataset.liveMoved) event.detail.path = event.detail.path.split("?")[0];
  });

  // Six streams a host is all HTTP/1.1 allows: a page that cannot be seen gives its own back.
  document.addEventListener("visibilitychange", function () {
    if (document.hidden) {
      window.clearTimeout(timer);
      if (source) source.close();
    } else {
      connect();
    }
  });
  window.addEventListener("pagehide", function () { if (source) source.close(); });
  connect();
})();
