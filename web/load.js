// Loads a Go program compiled to wasm. Page and worker share this file; both
// have run wasm_exec.js before it.
"use strict";

(() => {
  // What must arrive: name -> its size and SHA-256, unpacked.
  const programs = {{.Programs}};

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

  // Kept by sw.js, or on its way in few bytes.
  const compact = ({ headers }) => headers.has("Crynux-Kept") || headers.has("Content-Encoding");
  const asWasm = (body) => new Response(body, { headers: { "Content-Type": "application/wasm" } });

  // The file itself if the server compresses it; otherwise its .gz neighbour,
  // unpacked here.
  const open = async (name, version) => {
    const plain = await request(`${name}?v=${version}`, name);
    if (compact(plain) || !globalThis.DecompressionStream) return plain;
    try {
      const packed = await request(`${name}.gz?v=${version}`, name + ".gz");
      plain.body.cancel();
      return asWasm(compact(packed) ? packed.body : packed.body.pipeThrough(new DecompressionStream("gzip")));
    } catch {
      return plain; // a host without the .gz: bigger, but here
    }
  };

  // Lets the page react between two pieces of work.
  const turn = () => new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(port1.close());
    port2.postMessage(0);
  });

  // How long the page may go without a turn while bytes come, in milliseconds.
  const longest = 10;

  // The SHA-256 in hex; "" where the browser keeps it from pages without https.
  const hash = async (bytes) => {
    if (!globalThis.crypto?.subtle) return "";
    const sum = await crypto.subtle.digest("SHA-256", bytes);
    return Array.from(new Uint8Array(sum), (b) => b.toString(16).padStart(2, "0")).join("");
  };

  // Reads a body, piece by piece, into bytes; what is more is counted, not kept.
  class Copy {
    arrived = 0; // bytes
    sum; // the SHA-256, once all has come

    constructor(body, bytes, progress) {
      this.reader = body.getReader();
      this.bytes = bytes;
      this.progress = progress;
      this.since = performance.now();
    }

    // The next piece; undefined at the end.
    async next() {
      if (performance.now() - this.since > longest) {
        await turn();
        this.since = performance.now();
      }
      const { done, value } = await this.reader.read();
      if (done) {
        this.sum ??= hash(this.bytes);
        return undefined;
      }
      if (this.arrived + value.length <= this.bytes.length) this.bytes.set(value, this.arrived);
      this.progress(Math.min(1, (this.arrived += value.length) / this.bytes.length));
      return value;
    }

    // The same for the compiler.
    stream() {
      return new ReadableStream({
        pull: async (controller) => {
          const piece = await this.next();
          piece ? controller.enqueue(piece) : controller.close();
        },
      });
    }
  }

  // The compiled module, or why there is none. The compiler reads no other type.
  const compile = (response) => {
    const wasm = response.headers.get("Content-Type") === "application/wasm" ? response : asWasm(response.body);
    return (WebAssembly.compileStreaming ? WebAssembly.compileStreaming(wasm) : wasm.arrayBuffer().then(WebAssembly.compile)).catch((err) => err);
  };

  // Compiles while the bytes come, and makes sure that they are those of the program.
  const checked = async (name, body, progress) => {
    const { size, sha256 } = programs[name];
    const copy = new Copy(body, new Uint8Array(size), progress);
    const compiled = await compile(asWasm(copy.stream()));
    try {
      while (!copy.sum) await copy.next(); // the compiler has given up
    } catch (err) {
      throw new LoadError(`${name} did not arrive completely: the connection broke.`, err);
    }
    const { arrived } = copy;
    if (arrived < size) {
      throw new LoadError(`${name} is damaged: it has ${arrived} bytes and should have ${size}.`, compiled);
    }
    const sum = await copy.sum;
    if (arrived > size || (sum && sum !== sha256)) {
      throw new LoadError(`${name} is damaged, or belongs to another version: the site may have been updated a moment ago.`, `its SHA-256 is ${sum}, not ${sha256}`);
    }
    return compiled;
  };

  // crynuxLoad fetches and compiles name, telling the part that has arrived, 0 to
  // 1. It returns the program; its run() lasts as long as the program. What sw.js
  // kept was checked when it was put there.
  globalThis.crynuxLoad = async (name, version, progress = () => {}) => {
    if (typeof WebAssembly !== "object") {
      throw new LoadError("This browser does not run WebAssembly, or has it switched off (some do in their strictest mode).");
    }
    const response = await open(name, version);
    const kept = response.headers.get("Crynux-Kept") === version;
    let compiled = await (kept ? compile(response) : checked(name, response.body, progress));
    const go = new Go();
    if (!(compiled instanceof Error)) {
      await turn();
      compiled = await WebAssembly.instantiate(compiled, go.importObject).catch((err) => err);
    }
    if (compiled instanceof Error) {
      throw new LoadError(kept ? `${name} is damaged where this browser keeps it. Reload to fetch it again.` : `${name} cannot run here: this browser is too old for it.`, compiled);
    }
    await turn();
    return { run: () => go.run(compiled), printed: () => printed };
  };

  // crynuxServe runs a program that answers what comes to port, and says there when it
  // is down. The program takes port from crynuxPort.
  globalThis.crynuxServe = async (name, version, port) => {
    let program;
    try {
      program = await crynuxLoad(name, version);
      globalThis.crynuxPort = port;
      await program.run();
      port.postMessage({ down: "crashed\n" + program.printed() });
    } catch (err) {
      port.postMessage({ down: String(err) + "\n" + (program ? program.printed() : "") });
    }
  };

  // crynuxInPage is for browsers and policies that refuse workers: it runs the program
  // on this thread. What it returns is used like a Worker.
  globalThis.crynuxInPage = (name, version) => {
    const { port1, port2 } = new MessageChannel();
    crynuxServe(name, version, port2);
    return Object.assign(port1, { terminate: port1.close });
  };
})();
