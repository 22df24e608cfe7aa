// Loads a Go program compiled to wasm. Page and worker share this file; both
// have run wasm_exec.js before it.
"use strict";

(() => {
  // What the program printed last; after a panic this is its stack trace.
  let printed = "";
  const decoder = new TextDecoder();
  const writeSync = globalThis.fs.writeSync;
  globalThis.fs.writeSync = function (fd, bytes) {
    printed = (printed + decoder.decode(bytes)).slice(-20000);
    return writeSync.call(this, fd, bytes);
  };

  // A failure that a person can understand; cause is for the details.
  class LoadError extends Error {
    constructor(message, cause) {
      super(message);
      this.name = "LoadError";
      this.cause = cause;
    }
  }

  const request = async (url, name) => {
    let response;
    try {
      response = await fetch(url);
    } catch (err) {
      throw new LoadError(`${name} could not be fetched: the connection failed.`, err);
    }
    if (response.status === 404) {
      throw new LoadError(`${name} is missing on the server (404). The site may have been updated a moment ago, or was uploaded without it.`);
    }
    if (!response.ok) {
      throw new LoadError(`${name} could not be fetched: the server answered ${response.status}.`);
    }
    if ((response.headers.get("Content-Type") || "").startsWith("text/html")) {
      throw new LoadError(`The server sent a web page in place of ${name}.`);
    }
    return response;
  };

  const compressed = (response) => response.headers.has("Content-Encoding");
  const asWasm = (body) => new Response(body, { headers: { "Content-Type": "application/wasm" } });

  // The file itself if the server compresses it; otherwise its .gz neighbour,
  // unpacked here.
  const open = async (name, version) => {
    const plain = await request(`${name}?v=${version}`, name);
    if (compressed(plain) || !globalThis.DecompressionStream) return plain;
    try {
      const packed = await request(`${name}.gz?v=${version}`, name + ".gz");
      plain.body.cancel();
      return asWasm(compressed(packed) ? packed.body : packed.body.pipeThrough(new DecompressionStream("gzip")));
    } catch {
      return plain; // a host without the .gz: bigger, but here
    }
  };

  const count = async (response, progress) => {
    const reader = response.body.getReader();
    for (let bytes = 0; ; ) {
      const { done, value } = await reader.read();
      if (done) return;
      progress((bytes += value.length));
    }
  };

  // crynuxLoad fetches and compiles name, telling the bytes that have arrived,
  // unpacked. It returns the program; its run() lasts as long as the program.
  globalThis.crynuxLoad = async (name, version, progress = () => {}) => {
    if (typeof WebAssembly !== "object") {
      throw new LoadError("This browser does not run WebAssembly, or has it switched off (some do in their strictest mode).");
    }
    let response = await open(name, version);
    if (response.headers.get("Content-Type") !== "application/wasm") response = asWasm(response.body);
    const counted = count(response.clone(), progress);
    const go = new Go();
    try {
      const { instance } = await WebAssembly.instantiateStreaming(response, go.importObject);
      return { run: () => go.run(instance), printed: () => printed };
    } catch (err) {
      await counted.catch((cause) => {
        throw new LoadError(`${name} did not arrive completely: the connection broke.`, cause);
      });
      throw new LoadError(`${name} is damaged, or this browser is too old for it.`, err);
    }
  };
})();
