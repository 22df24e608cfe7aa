// Runs before the page is drawn, in any browser however old: shows the page
// only where nobody can lay something over it, and says what to do when the
// other scripts do not run.
(function () {
  "use strict";

  // In a frame a guarded page stays empty; its own scripts do nothing there either.
  var root = document.documentElement;
  if (window.top === window.self) root.className = "";

  // Loads the page anew, and not from what the service worker keeps: that may be
  // the very thing that is broken. Without a network it stays.
  window.crynuxReload = function () {
    var again = function () { location.reload(); };
    if (!window.caches || !navigator.serviceWorker) return again();
    fetch("sw.js", { cache: "no-store" })
      .then(function () { return navigator.serviceWorker.getRegistration(); })
      .then(function (registration) { return registration && registration.unregister(); })
      .then(again, again);
  };

  document.addEventListener("DOMContentLoaded", function () {
    if (root.className || window.crynuxBoot) return;
    var show = function (id, text) { document.getElementById(id).textContent = text; };
    show("fault-title", "The page could not be loaded");
    show("fault-text", "Either this browser is too old for it: it needs Chrome 85, Firefox 79, Safari 15 or a later one. " +
      "Or boot.js is missing on the server, or was changed on its way. Nothing was charged.");
    show("fault-details", navigator.userAgent);
    document.getElementById("fault-copy").hidden = true;
    document.getElementById("fault-reload").onclick = window.crynuxReload;
    document.getElementById("fault").hidden = false;
  });
})();
