// Keeps the page for the next visit and for times without a network. It touches
// the site's own files and nothing else: no other address, no other cache.
"use strict";

const version = "{{.Version}}";
// name -> integrity
const kept = {{.Kept}};

const scope = self.registration.scope;
const mine = `crynux-dapp ${scope} `; // begins the names of its caches
const cacheOf = (v) => mine + v;
const config = new URL("config.json", scope).href;
const patience = 3000; // ms that config.json may take where an older one is kept

// How a file may come: what the browser has already if it is the very same, then
// from the server, past every cache. The programs' .gz is asked for first: many
// hosts do not compress.
const fetchKept = async (name) => {
  const packed = name + ".gz";
  const ways = packed in kept
    ? [[name, "only-if-cached"], [packed, "only-if-cached"], [packed, "reload"], [name, "reload"]]
    : [[name, "only-if-cached"], [name, "reload"]];
  let last;
  for (const [n, cache] of ways) {
    try {
      const response = await fetch(`${n}?v=${version}`, { cache, mode: "same-origin", integrity: kept[n] });
      if (!response.ok) throw new Error(`${n}: ${response.status}`);
      if (n === name) return keepable(response, response.body);
      const type = name.endsWith(".wasm") ? "application/wasm" : "";
      return keepable(response, response.body.pipeThrough(new DecompressionStream("gzip")), type);
    } catch (err) {
      last = err;
    }
  }
  throw last;
};

// The headers that matter, and a mark for load.js.
const keepable = (response, body, type) => new Response(body, {
  headers: { "Content-Type": type || response.headers.get("Content-Type"), "Crynux-Kept": version },
});

const fetchPage = async () => {
  const response = await fetch("./", { cache: "reload" });
  const text = await response.text();
  if (!response.ok || !text.includes(`data-version="${version}"`)) throw new Error("the server is between two versions");
  return keepable(response, text);
};

const fetchConfig = async () => {
  const response = await fetch(config, { cache: "reload" });
  if (!response.ok) throw new Error(`config.json: ${response.status}`);
  return response;
};

const install = async () => {
  const cache = await caches.open(cacheOf(version));
  await cache.put(scope, await fetchPage());
  const names = Object.keys(kept).filter((name) => !name.endsWith(".gz"));
  await cache.put(config, await fetchConfig());
  await Promise.all(names.map(async (name) => cache.put(`${name}?v=${version}`, await fetchKept(name))));
};

// Other tabs may still show the version before: its files stay for them.
const forget = async () => {
  const others = (await caches.keys()).filter((name) => name.startsWith(mine) && name !== cacheOf(version));
  for (const name of others.slice(0, -1)) await caches.delete(name);
};

const answerPage = async (request) => (await caches.match(scope, { cacheName: cacheOf(version) })) ?? fetch(request);

const answerFile = async (request, v) => (await caches.match(request, { cacheName: cacheOf(v) })) ?? fetch(request);

// In the cache of this version, if it is still there: sw-off.js may have removed it.
const keepConfig = async (response) => {
  if (await caches.has(cacheOf(version))) await (await caches.open(cacheOf(version))).put(config, response);
};

// What the host says now; what it said last only where nothing comes.
const answerConfig = async (request) => {
  const fresh = (async () => {
    const response = await fetch(request);
    if (response.ok) keepConfig(response.clone()).catch(() => {}); // a full disk
    return response;
  })();
  const late = new Promise((resolve) => setTimeout(resolve, patience));
  const first = await Promise.race([fresh, late]).catch(() => undefined);
  return first ?? (await caches.match(config, { cacheName: cacheOf(version) })) ?? fresh;
};

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(forget()));

// The page says when: no payment may be on its way.
self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(scope)) return;
  const url = new URL(request.url);
  const name = (url.origin + url.pathname).slice(scope.length);
  if (request.mode === "navigate") {
    if (name === "" || name === "index.html") event.respondWith(answerPage(request));
  } else if (name === "config.json") {
    event.respondWith(answerConfig(request));
  } else if (name in kept && !name.endsWith(".gz") && url.searchParams.has("v")) {
    event.respondWith(answerFile(request, url.searchParams.get("v")));
  }
});
