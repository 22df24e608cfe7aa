// Guards the frame in a host's page: a button works only if the person could see
// it for a while, whole and with nothing over it. Nothing else in the frame starts
// a task, so a host that covers, moves or clips it gets nothing paid.
"use strict";

(() => {
  const WAIT = 500; // milliseconds
  const note = document.getElementById("frame-note");
  const since = new WeakMap(); // when a button was first seen whole; missing while it is not

  // The second version also tells what lies over an element, filters included.
  const options = { threshold: [0, 0.5, 0.99] };
  if ("isVisible" in IntersectionObserverEntry.prototype) Object.assign(options, { trackVisibility: true, delay: 100 });
  const eye = new IntersectionObserver((entries) => {
    for (const { target, intersectionRatio, isVisible } of entries) {
      if (intersectionRatio < 0.99 || isVisible === false) since.delete(target);
      else if (!since.has(target)) since.set(target, performance.now());
    }
  }, options);
  const look = () => document.querySelectorAll("button").forEach((button) => eye.observe(button));
  new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true });
  look();

  const guard = (event) => {
    if (event.type === "keydown" && !(event.key === "Enter" && (event.ctrlKey || event.metaKey))) return;
    const button = event.type === "click" ? event.target.closest?.("button") : document.getElementById("send");
    if (!button) return;
    if (event.isTrusted && performance.now() - since.get(button) >= WAIT) {
      note.hidden = true;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    note.hidden = false;
  };
  addEventListener("click", guard, true);
  addEventListener("keydown", guard, true);

  // Light or dark as the host wants: the rules of the dark look are for everybody or for nobody.
  const dark = [];
  const theme = (name) => {
    if (!dark.length) {
      for (const sheet of document.styleSheets) {
        for (const rule of sheet.cssRules) if (rule.media?.mediaText.includes("prefers-color-scheme: dark")) dark.push(rule.media);
      }
    }
    const media = { light: "not all", dark: "all" }[name] ?? "(prefers-color-scheme: dark)";
    for (const list of dark) list.mediaText = media;
    document.documentElement.style.colorScheme = { light: "light", dark: "dark" }[name] ?? "";
  };

  window.crynuxFrame = {
    theme,
    watchHeight(tell) {
      new ResizeObserver(() => tell(Math.ceil(document.body.getBoundingClientRect().height))).observe(document.body);
    },
  };
})();
