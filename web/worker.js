// Starts the second wasm inside a Web Worker. What is asked before it runs is kept
// for it.
"use strict";

self.postMessage({ up: true }); // whoever hears nothing knows that workers are refused
self.early = [];
self.onmessage = (event) => self.early.push(event);

const version = new URLSearchParams(self.location.search).get("v") || "";
importScripts(`wasm_exec.js?v=${version}`, `load.js?v=${version}`);
crynuxServe("worker.wasm", version, self);
