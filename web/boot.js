// Starts the page: keeps what is typed before the program runs, shows how far
// its loading is, and says in words what went wrong if it does not run.
"use strict";

(() => {
  const framed = top !== self;
  if (framed && !("frame" in document.documentElement.dataset)) return; // see top.js
  const { version } = document.currentScript.dataset;
  const byId = (id) => document.getElementById(id);

  // The program reads both storages at its start; a blocked frame throws.
  for (const name of ["localStorage", "sessionStorage"]) {
    try {
      window[name].getItem("");
    } catch {
      const kept = new Map();
      Object.defineProperty(window, name, {
        value: {
          get length() { return kept.size; },
          key: (i) => [...kept.keys()][i] ?? null,
          getItem: (k) => kept.get(String(k)) ?? null,
          setItem: (k, v) => void kept.set(String(k), String(v)),
          removeItem: (k) => void kept.delete(String(k)),
          clear: () => kept.clear(),
        },
      });
    }
  }

  // What go-app asks its host page: where the site is served from.
  const settings = {
    GOAPP_VERSION: version,
    GOAPP_ROOT_PREFIX: location.pathname.replace(/\/[^/]*$/, ""),
    GOAPP_STATIC_RESOURCES_URL: ".",
    GOAPP_INTERNAL_URLS: "[]",
  };
  window.goappGetenv = (name) => settings[name] ?? "";

  // The shell's prompt box stays readable after the app has replaced it.
  const prompt = byId("prompt");
  let focused = document.activeElement === prompt;
  prompt.addEventListener("focus", () => (focused = true));
  prompt.addEventListener("blur", () =>
    setTimeout(() => {
      // Being replaced is not leaving, and neither is another window.
      if (prompt.isConnected && document.hasFocus() && document.activeElement !== prompt) focused = false;
    })
  );
  // The only scripts that are named at run time; Trusted Types refuse others.
  const scripts = { worker: `worker.js?v=${version}`, sw: "sw.js" };
  if (window.trustedTypes) {
    const own = trustedTypes.createPolicy("crynux", { createScriptURL: (name) => scripts[name] });
    for (const name of Object.keys(scripts)) scripts[name] = own.createScriptURL(name);
  }

  window.crynuxBoot = {
    version,
    worker: scripts.worker,
    sw: scripts.sw,
    get typed() { return prompt.value; },
    get caret() { return prompt.selectionEnd; },
    get focused() { return focused; },
  };

  // The panel that replaces a page which does not work.
  let broken = false;
  const fail = (title, message, details) => {
    if (broken) return; // the first failure explains the later ones
    broken = true;
    window.onclick = null; // belongs to the program that is gone
    console.error(title, details);
    byId("fault-title").textContent = title;
    byId("fault-text").textContent = message;
    byId("fault-details").textContent = [`Crynux DApp ${version}`, navigator.userAgent, title, message, details].join("\n");
    byId("fault-reload").onclick = crynuxReload;
    byId("fault-copy").onclick = async (event) => {
      const button = event.currentTarget;
      try {
        await navigator.clipboard.writeText(byId("fault-details").textContent);
        button.textContent = "Copied";
      } catch {
        byId("fault-details").parentElement.open = true;
        getSelection().selectAllChildren(byId("fault-details"));
      }
    };
    byId("fault").hidden = false;
    byId("fault-reload").focus();
  };
  const stopped = (details) =>
    fail("The page has stopped", "A task that was paid for goes on in the network. Reload to pick it up again.", details);

  addEventListener("error", ({ error }) => {
    if (window.WebAssembly && error instanceof WebAssembly.RuntimeError) stopped(error.stack);
  });

  // go-app takes every link for one of its own; what leaves the page is the browser's.
  addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (link && !link.getAttribute("href").startsWith("#")) event.stopImmediatePropagation();
  });

  const progress = byId("boot-progress");
  const arrived = (part) => (progress.value = part);

  // The program comes after the first frame, which would wait for it; there is none
  // while nobody looks.
  const drawn = new Promise((resolve) => {
    if (!document.hidden) requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, document.hidden ? 0 : 500);
  });

  (async () => {
    let program;
    try {
      await drawn;
      program = await crynuxLoad("app.wasm", version, arrived);
    } catch (err) {
      const message = err.name === "LoadError" ? err.message : "A file of the page is missing, or this browser is too old for it.";
      fail("The page could not be loaded", message, [err.stack, err.cause].join("\n"));
      return;
    }
    try {
      if (!framed) setTimeout(() => import(`./renew.js?v=${version}`).catch(console.warn), 3000); // the first click comes first
      await program.run(); // ends only by a crash
      stopped(program.printed());
    } catch (err) {
      stopped(err.stack + "\n" + program.printed());
    }
  })();
})();
