/* One box ticks a whole list of people; what is ticked already and cannot be changed stays. */
(function () {
  "use strict";
  function boxes(form) {
    return Array.from(form.querySelectorAll(".y-ticks input[type=checkbox]:not(:disabled)"));
  }
  function tell(form) {
    var all = form.querySelector("[data-ticks-all]");
    var own = boxes(form);
    var ticked = own.filter(function (box) { return box.checked; }).length;
    if (!all) return;
    all.checked = own.length > 0 && ticked === own.length;
    all.indeterminate = ticked > 0 && ticked < own.length;
  }
  document.addEventListener("change", function (event) {
    var form = event.target.closest("form");
    if (!form || event.target.type !== "checkbox" || !form.querySelector("[data-ticks-all]")) return;
    if (event.target.hasAttribute("data-ticks-all")) {
      boxes(form).forEach(function (box) { box.checked = event.target.checked; });
    }
    tell(form);
  });
  document.querySelectorAll("form").forEach(tell);
})();
