/* One connection to the live stream for the page. Each message becomes an event on the body: `live:<event>` and
   `live:<topic>` with the data as detail; htmx elements listen with hx-trigger="live:… from:body".
   A page must stay right without it: everything that listens here also polls. */
(function () {
  "use strict";
  var FIRST_WAIT = 1000;
  var LONGEST_WAIT = 60000;
  var place = document.querySelector("[data-live-url]");
  if (!place || !window.EventSource) return;

  var last = "";
  var failures = 0;
  var source = null;
  var timer = null;

  function address() {
    var url = new URL(place.dataset.liveUrl, window.location.href);
    url.searchParams.set("ticket", place.dataset.liveTicket);
    // A new EventSource does not send Last-Event-ID by itself; the address carries it.
    if (last) url.searchParams.set("last", last);
    return url;
  }

  function tell(name, detail) {
    document.body.dispatchEvent(new CustomEvent(name, { detail: detail, bubbles: true }));
  }

  function move(data) {
    document.querySelectorAll("[data-live-progress]").forEach(function (box) {
      if (box.dataset.liveProgress !== data.topic || typeof data.done !== "number") return;
      var bar = box.querySelector("progress");
      if (data.total) bar.max = data.total;
      bar.value = data.done;
      box.querySelector("[data-done]").textContent = data.done.toLocaleString("en-US");
      var total = box.querySelector("[data-total]");
      if (total && data.total) total.textContent = data.total.toLocaleString("en-US");
    });
    document.querySelectorAll("[data-live-figure]").forEach(function (figure) {
      if (!data.figures || !(figure.dataset.liveFigure in data.figures)) return;
      figure.querySelector("[data-value]").textContent = data.figures[figure.dataset.liveFigure];
      figure.classList.remove("y-glow");
      void figure.offsetWidth; // restart the animation
      figure.classList.add("y-glow");
    });
  }

  function receive(event) {
    failures = 0;
    if (event.lastEventId) last = event.lastEventId;
    var data;
    try {
      data = JSON.parse(event.data);
    } catch (error) {
      return; // not ours
    }
    move(data);
    tell("live:" + (data.event || event.type), data);
    if (data.topic) tell("live:" + data.topic, data);
    if (place.dataset.liveReload && place.dataset.liveReload === (data.event || event.type)) window.location.reload();
  }

  function connect() {
    window.clearTimeout(timer);
    source = new EventSource(address());
    source.onopen = function () { failures = 0; };
    source.onmessage = receive;
    source.onerror = function () {
      // The browser's own retry keeps hammering a restarting server in step with everybody else; ours spreads out.
      source.close();
      failures += 1;
      var wait = Math.min(LONGEST_WAIT, FIRST_WAIT * Math.pow(2, failures - 1));
      timer = window.setTimeout(connect, wait / 2 + Math.random() * wait / 2);
    };
  }

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
