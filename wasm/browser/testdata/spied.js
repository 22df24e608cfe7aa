// The worker, with all that it says to anybody told to the channel "spied".
"use strict";

const spied = new BroadcastChannel("spied");
for (const level of ["debug", "log", "info", "warn", "error"]) {
  console[level] = (...said) => spied.postMessage(said.map(String).join(" "));
}
const post = self.postMessage;
self.postMessage = (message) => {
  spied.postMessage(JSON.stringify(message));
  post.call(self, message);
};
importScripts("worker.js");
