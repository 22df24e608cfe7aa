// The worker, which crashes when it is asked the question named by ?at=. Every
// question is told to the channel "asked".
"use strict";

const at = new URLSearchParams(self.location.search).get("at");
const asked = new BroadcastChannel("asked");
addEventListener("message", (event) => {
  asked.postMessage(event.data.op);
  if (event.data.op !== at) return;
  event.stopImmediatePropagation();
  throw new Error("crashed");
});
importScripts("worker.js");
