/* Draws every [data-chart] from the JSON block it names, in the colours of the tokens; redraws when the theme changes.
   One grammar: at most five series, numbers with thousands separators, direct labels where they fit. */
(function () {
  "use strict";
  var drawn = [];

  function tokens() {
    var style = getComputedStyle(document.body);
    function value(name) { return style.getPropertyValue(name).trim(); }
    return {
      series: ["--y-c1", "--y-c2", "--y-c3", "--y-c4", "--y-c5"].map(value),
      ink: value("--y-ink"),
      quiet: value("--y-ink-2"),
      line: value("--y-line"),
      surface: value("--y-surface"),
      font: style.fontFamily,
      size: parseFloat(style.fontSize),
    };
  }

  function exact(value) {
    return value === null || value === undefined ? "—" : Number(value).toLocaleString("en-US");
  }

  /* 124000 → 12.4万 on an axis of a Chinese page, 124k on an English one. */
  function short(value) {
    var chinese = document.documentElement.lang.indexOf("zh") === 0;
    var size = chinese ? 10000 : 1000;
    if (Math.abs(value) < 10000) return exact(value);
    return String(Math.round(value / size * 10) / 10) + (chinese ? "万" : "k");
  }

  function oneSeries(one, index, spec, look) {
    var rows = spec.kind === "rows";
    var single = spec.series.length === 1;
    return {
      name: one.name,
      type: spec.kind === "line" ? "line" : "bar",
      data: one.values,
      symbol: ["circle", "rect", "triangle", "diamond", "emptyCircle"][index],
      symbolSize: 6,
      showSymbol: one.values.length <= 31,
      connectNulls: false,
      barMaxWidth: rows ? 18 : 28,
      lineStyle: { width: 2, type: index < 3 ? "solid" : "dashed" },
      // The name stands at the end of its line, so nobody has to match colours with a legend.
      endLabel: { show: spec.kind === "line" && !single, formatter: "{a}", color: look.ink, distance: 6 },
      label: { show: single && spec.kind !== "line" && one.values.length <= 16, position: rows ? "right" : "top", color: look.ink, formatter: function (p) { return exact(p.value); } },
      labelLayout: { moveOverlap: "shiftY" },
      emphasis: { focus: "series" },
    };
  }

  function option(spec, look) {
    var rows = spec.kind === "rows";
    var text = { fontFamily: look.font, color: look.quiet, fontSize: Math.max(12, look.size - 2) };
    var labelled = spec.kind === "line" && spec.series.length > 1;
    var names = {
      type: "category",
      data: spec.categories,
      inverse: rows,
      boundaryGap: spec.kind !== "line",
      axisLine: { lineStyle: { color: look.line } },
      axisTick: { show: false },
      axisLabel: text,
    };
    var numbers = {
      type: "value",
      splitNumber: 4,
      splitLine: { lineStyle: { color: look.line } },
      axisLabel: Object.assign({}, text, { formatter: short }),
    };
    return {
      animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
      animationDuration: 300,
      textStyle: { fontFamily: look.font, color: look.ink },
      color: look.series,
      grid: { left: 4, right: labelled ? 76 : 16, top: 12, bottom: 4, containLabel: true },
      legend: { show: spec.series.length > 1 && !labelled, textStyle: text, top: 0 },
      tooltip: {
        trigger: "axis",
        renderMode: "richText",
        confine: true,
        backgroundColor: look.surface,
        borderColor: look.line,
        textStyle: { color: look.ink, fontFamily: look.font, fontSize: look.size },
        valueFormatter: function (value) { return exact(value) + (spec.unit ? " " + spec.unit : ""); },
      },
      xAxis: rows ? numbers : names,
      yAxis: rows ? names : numbers,
      series: spec.series.map(function (one, index) { return oneSeries(one, index, spec, look); }),
    };
  }

  /* Charts of parts that were replaced are given back. */
  function forget() {
    drawn = drawn.filter(function (one) {
      if (!one.box.isConnected) one.chart.dispose();
      return one.box.isConnected;
    });
  }

  function draw(root) {
    forget();
    root.querySelectorAll("[data-chart]").forEach(function (box) {
      if (box.dataset.drawn) return;
      box.dataset.drawn = "yes";
      var spec = JSON.parse(document.getElementById(box.dataset.chart).textContent);
      var chart = window.echarts.init(box, null, { renderer: "canvas" });
      chart.setOption(option(spec, tokens()));
      drawn.push({ box: box, chart: chart, spec: spec });
    });
  }

  draw(document);
  document.addEventListener("htmx:load", function (event) { draw(event.detail.elt); });
  document.addEventListener("yiwu:theme", function () {
    drawn.forEach(function (one) { one.chart.setOption(option(one.spec, tokens()), true); });
  });
  window.addEventListener("resize", function () {
    forget();
    drawn.forEach(function (one) { one.chart.resize(); });
  });
})();
