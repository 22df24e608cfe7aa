// Takes the place of sw.js to undo what it did: whoever hosts the page copies
// this file over sw.js. The next visit of every browser then removes what was
// kept, and the page comes from the network again.
"use strict";

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  const mine = `crynux-dapp ${self.registration.scope} `;
  for (const name of await caches.keys()) if (name.startsWith(mine)) await caches.delete(name);
  await self.registration.unregister();
})()));
