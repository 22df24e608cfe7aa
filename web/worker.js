// Starts the second wasm inside a Web Worker. What is asked before it runs is
// kept for it in crynuxEarly.
"use strict";

self.crynuxEarly = [];
self.onmessage = (event) => self.crynuxEarly.push(event.data);

const version = new URLSearchParams(self.location.search).get("v") || "";
importScripts(`wasm_exec.js?v=${version}`, `load.js?v=${version}`);

(async () => {
  let program;
  try {
    program = await self.crynuxLoad("worker.wasm", version);
    await program.run();
    self.postMessage({ down: "crashed\n" + program.printed() });
  } catch (err) {
    self.postMessage({ down: String(err) + "\n" + (program ? program.printed() : "") });
  }
})();
