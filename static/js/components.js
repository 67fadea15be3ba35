/* Named components for the CSP build of Alpine: it evaluates no expressions, so each behaviour has a name here and the
   markup only refers to it (x-data="dropzone"). */
document.addEventListener("alpine:init", function () {
  "use strict";

  /* A place to drop a file: shows its name and size, refuses a wrong kind before it is sent. */
  window.Alpine.data("dropzone", function () {
    return {
      name: "",
      size: "",
      over: false,
      wrong: false,
      get chosen() { return this.name !== ""; },
      get empty() { return this.name === ""; },
      get hovered() { return this.over ? "y-over" : ""; },
      enter: function () { this.over = true; },
      leave: function () { this.over = false; },
      pick: function () { this.$refs.file.click(); },
      drop: function (event) {
        this.over = false;
        if (event.dataTransfer.files.length) {
          this.$refs.file.files = event.dataTransfer.files;
          this.show();
        }
      },
      show: function () {
        var file = this.$refs.file.files[0];
        if (!file) { this.name = ""; this.wrong = false; return; }
        var kinds = (this.$refs.file.getAttribute("accept") || "").split(",").map(function (kind) { return kind.trim().toLowerCase(); });
        this.wrong = !kinds.some(function (kind) { return kind && file.name.toLowerCase().endsWith(kind); });
        this.name = file.name;
        this.size = file.size >= 1048576 ? (file.size / 1048576).toFixed(1) + " MB" : Math.max(1, Math.round(file.size / 1024)) + " KB";
      },
    };
  });
});
