/* Draws every [data-map]: a ground of our own (a grid of round distances and the corps' places), tiles above it where the
   installation names a tile service. Coordinates are WGS-84 in every field and attribute; only what Leaflet draws follows
   the tiles, so that a shifted map (GCJ-02) shows a point where it is.

   A map that picks sits in a [data-picker] of a form and fills its fields `latitude`, `longitude` and `place`. */
(function () {
  "use strict";
  var METRES_OF_A_DEGREE = 111320;
  var STEPS = [20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000, 200000, 500000];
  var MOST_LABELS = 24;
  var CLOSE = 15;

  function shifts(box) { return box.dataset.datum === "gcj02" && window.gcoord; }
  function drawn(box, latitude, longitude) {
    if (!shifts(box)) return window.L.latLng(latitude, longitude);
    var moved = window.gcoord.transform([longitude, latitude], window.gcoord.WGS84, window.gcoord.GCJ02);
    return window.L.latLng(moved[1], moved[0]);
  }
  function meant(box, latlng) {
    var at = latlng.wrap();
    if (!shifts(box)) return { latitude: at.lat, longitude: at.lng };
    var moved = window.gcoord.transform([at.lng, at.lat], window.gcoord.GCJ02, window.gcoord.WGS84);
    return { latitude: moved[1], longitude: moved[0] };
  }
  function read(text) {
    var number = parseFloat(text);
    return isFinite(number) ? number : null;
  }

  /* -- ground ------------------------------------------------------------------------------------------------------ */
  function grid(map) {
    var lines = window.L.layerGroup().addTo(map);
    function draw() {
      lines.clearLayers();
      var bounds = map.getBounds();
      var middle = map.getCenter().lat;
      var shrink = Math.max(0.1, Math.cos(middle * Math.PI / 180));
      var metres = (bounds.getNorth() - bounds.getSouth()) * METRES_OF_A_DEGREE;
      var step = STEPS.find(function (one) { return metres / one <= 8; });
      if (!step) return;
      var high = step / METRES_OF_A_DEGREE;
      var wide = high / shrink;
      function line(from, to) {
        window.L.polyline([from, to], { className: "y-map-grid", interactive: false, weight: 1 }).addTo(lines);
      }
      var latitude, longitude;
      for (latitude = Math.ceil(bounds.getSouth() / high) * high; latitude < bounds.getNorth(); latitude += high) {
        line([latitude, bounds.getWest()], [latitude, bounds.getEast()]);
      }
      for (longitude = Math.ceil(bounds.getWest() / wide) * wide; longitude < bounds.getEast(); longitude += wide) {
        line([bounds.getSouth(), longitude], [bounds.getNorth(), longitude]);
      }
    }
    map.on("moveend", draw);
    draw();
  }

  function scale(map, box) {
    var Scale = window.L.Control.Scale.extend({
      _updateMetric: function (most) {
        var metres = this._getRoundNum(most);
        var word = metres < 1000 ? metres + " " + box.dataset.metres : metres / 1000 + " " + box.dataset.kilometres;
        this._updateScale(this._mScale, word, metres / most);
      },
    });
    new Scale({ imperial: false }).addTo(map);
  }

  /* -- the corps' places -------------------------------------------------------------------------------------------- */
  function places(map, box, pick) {
    var source = document.getElementById(box.dataset.places);
    var marks = (source ? JSON.parse(source.textContent) : []).map(function (one) {
      var mark = window.L.circleMarker(drawn(box, one.latitude, one.longitude), {
        radius: 6,
        className: "y-map-place y-map-" + one.kind,
        interactive: true,
        bubblingMouseEvents: false,
      }).addTo(map);
      mark.bindTooltip(one.name, { direction: "right", offset: [6, 0] });
      mark.on("click", function () { if (pick) pick(one.latitude, one.longitude, one.name); });
      mark.name = one.name;
      mark.named = false;
      return mark;
    });
    /* Names stand beside their places once few enough are in sight to be read. */
    function name() {
      var bounds = map.getBounds();
      var seen = marks.filter(function (mark) { return bounds.contains(mark.getLatLng()); });
      var named = seen.length <= MOST_LABELS && map.getZoom() >= 13;
      marks.forEach(function (mark) {
        if (mark.named === named) return;
        mark.named = named;
        mark.unbindTooltip();
        mark.bindTooltip(mark.name, { direction: "right", offset: [6, 0], permanent: named });
      });
    }
    map.on("moveend", name);
    return { marks: marks, name: name };
  }

  /* -- one map ---------------------------------------------------------------------------------------------------------- */
  function start(box) {
    var picker = box.closest("[data-picker]");
    var form = picker ? picker.closest("form") : null;
    var touch = window.matchMedia("(pointer: coarse)").matches;
    var map = window.L.map(box, {
      zoomControl: false,
      attributionControl: false,
      scrollWheelZoom: false,
      // A finger that scrolls past a map that is only looked at must not get caught in it.
      dragging: Boolean(picker) || !touch,
      maxZoom: 18,
      minZoom: 4,
      fadeAnimation: false,
      zoomAnimation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    });
    window.L.control.zoom({ zoomInTitle: box.dataset.closer, zoomOutTitle: box.dataset.farther }).addTo(map);
    scale(map, box);
    if (box.dataset.tiles) {
      window.L.tileLayer(box.dataset.tiles, { maxZoom: 18 }).addTo(map);
      if (box.dataset.credit) {
        var credit = document.createElement("span");
        credit.textContent = box.dataset.credit;
        window.L.control.attribution({ prefix: false }).addTo(map).addAttribution(credit.innerHTML);
      }
    }
    var mark = null;
    var fields = {};
    if (form) ["latitude", "longitude", "place"].forEach(function (name) { fields[name] = form.elements[name]; });

    function show(latitude, longitude, closer) {
      var at = drawn(box, latitude, longitude);
      if (!mark) {
        mark = window.L.marker(at, {
          icon: window.L.divIcon({ className: "y-map-pin", iconSize: [24, 24], iconAnchor: [12, 28] }),
          keyboard: false,
          interactive: false,
          alt: box.dataset.here,
        }).addTo(map);
      } else {
        mark.setLatLng(at);
      }
      if (closer) map.setView(at, Math.max(map.getZoom() || 0, CLOSE), { animate: false });
      say(latitude, longitude);
    }
    function say(latitude, longitude) {
      var line = picker ? picker.querySelector("[data-where]") : null;
      if (line) line.textContent = latitude === null ? "" : latitude.toFixed(5) + ", " + longitude.toFixed(5);
    }
    function pick(latitude, longitude, name, closer) {
      if (!picker) return;
      fields.latitude.value = latitude.toFixed(6);
      fields.longitude.value = longitude.toFixed(6);
      if (name && fields.place && (!fields.place.value || fields.place.value === picker.dataset.named)) {
        fields.place.value = name;
        picker.dataset.named = name;
      }
      show(latitude, longitude, closer);
    }
    function clear() {
      if (mark) mark.remove();
      mark = null;
      fields.latitude.value = "";
      fields.longitude.value = "";
      say(null, null);
    }

    // The view must be known before layers can draw: the point, else all places, else the country.
    var latitude = read(box.dataset.latitude);
    var longitude = read(box.dataset.longitude);
    var known = places.bind(null, map, box, picker ? pick : null);
    map.setView([35, 104], 4, { animate: false });
    if (!box.dataset.tiles) grid(map);
    var around = known();
    if (latitude !== null && longitude !== null) show(latitude, longitude, true);
    else if (around.marks.length) {
      map.fitBounds(window.L.featureGroup(around.marks).getBounds().pad(0.15), { maxZoom: CLOSE, animate: false });
    }
    around.name();

    if (!picker) return;
    var cross = document.createElement("span");
    cross.className = "y-map-cross";
    box.append(cross);
    map.on("click", function (event) {
      var at = meant(box, event.latlng);
      pick(at.latitude, at.longitude);
    });
    box.addEventListener("keydown", function (event) {
      if (event.key !== "Enter" || event.target !== box) return;
      event.preventDefault(); // or the form would be sent
      var at = meant(box, map.getCenter());
      pick(at.latitude, at.longitude);
    });
    [fields.latitude, fields.longitude].forEach(function (field) {
      field.addEventListener("change", function () {
        var north = read(fields.latitude.value);
        var east = read(fields.longitude.value);
        if (!fields.latitude.value && !fields.longitude.value) clear();
        if (north !== null && east !== null && Math.abs(north) <= 90 && Math.abs(east) <= 180) show(north, east, true);
      });
    });
    picker.addEventListener("click", function (event) {
      if (event.target.closest("[data-clear]")) clear();
      var locate = event.target.closest("[data-locate]");
      if (!locate) return;
      var failed = picker.querySelector("[data-locate-failed]");
      failed.hidden = true;
      if (!navigator.geolocation) { failed.hidden = false; return; }
      locate.setAttribute("aria-busy", "true");
      navigator.geolocation.getCurrentPosition(function (found) {
        locate.removeAttribute("aria-busy");
        pick(found.coords.latitude, found.coords.longitude, "", true);
      }, function () {
        locate.removeAttribute("aria-busy");
        failed.hidden = false;
      }, { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 });
    });
  }

  function prepare(root) {
    root.querySelectorAll("[data-map]:not(.leaflet-container)").forEach(start);
  }
  prepare(document);
  document.addEventListener("htmx:load", function (event) { prepare(event.detail.elt); });
})();
