/* The page's side of the demo wallets of the development network: one EIP-1193
 * provider per wallet, announced by EIP-6963, and the window that asks the
 * person. Keys, permissions and everything that is decided live in the server;
 * this file carries requests there and draws its prompts. The server calls the
 * function with its configuration (wallet_handler.go). */
function demoWallets(config) {
  "use strict";

  const { base, boot, css, wallets } = config;

  const fetch = window.fetch.bind(window);
  const page = crypto.randomUUID();
  const waiting = new Map(); // request id -> {resolve, reject}
  const providers = new Map(); // wallet id -> {provider, emit}
  let lastRequest = 0;

  // ---- requests -----------------------------------------------------------

  function post(path, body) {
    return fetch(base + path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      cache: "no-store",
      body: JSON.stringify(body),
    });
  }

  function rpcError({ code, message, data }) {
    const error = new Error(message);
    error.code = code;
    if (data !== undefined) error.data = data;
    return error;
  }

  const gone = { code: 4900, message: "The provider is disconnected from all chains." };

  function settle({ id, result, error }) {
    const request = waiting.get(id);
    if (!request) return;
    waiting.delete(id);
    if (error) request.reject(rpcError(error));
    else request.resolve(result ?? null);
  }

  async function send(wallet, method, params) {
    const id = ++lastRequest;
    const outcome = new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
    try {
      const response = await post("request", { page, id, wallet, method, params });
      if (response.status === 200) settle(await response.json());
      else if (response.status !== 202) settle({ id, error: gone });
      // 202: a person is being asked, the stream will bring the outcome.
    } catch {
      settle({ id, error: gone });
    }
    return outcome;
  }

  // ---- providers ----------------------------------------------------------

  function checked(args) {
    const invalid = (message) => rpcError({ code: -32600, message, data: args });
    if (!args || typeof args !== "object" || Array.isArray(args))
      throw invalid("Expected a single, non-array, object argument.");
    if (typeof args.method !== "string" || args.method.length === 0)
      throw invalid("'args.method' must be a non-empty string.");
    if (args.params !== undefined && (typeof args.params !== "object" || args.params === null))
      throw invalid("'args.params' must be an object or array if provided.");
    return args;
  }

  function makeProvider(wallet) {
    const listeners = new Map(); // event -> array of functions
    const provider = {
      async request(args) {
        const { method, params } = checked(args);
        return send(wallet.id, method, params);
      },
      on(event, listener) {
        listeners.set(event, [...(listeners.get(event) ?? []), listener]);
        return provider;
      },
      removeListener(event, listener) {
        const list = [...(listeners.get(event) ?? [])];
        const at = list.lastIndexOf(listener);
        if (at >= 0) list.splice(at, 1);
        listeners.set(event, list);
        return provider;
      },
    };
    const emit = (event, value) => {
      for (const listener of listeners.get(event) ?? []) {
        try {
          listener.call(provider, value);
        } catch (error) {
          setTimeout(() => { throw error; }); // the page's own fault, in its own console
        }
      }
    };
    return { provider, emit };
  }

  function announce(wallet) {
    const { provider } = providers.get(wallet.id);
    const info = Object.freeze({ uuid: wallet.id, name: wallet.name, icon: wallet.icon, rdns: wallet.rdns });
    const detail = Object.freeze({ info, provider });
    const say = () => window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
    window.addEventListener("eip6963:requestProvider", say);
    say();
  }

  // ---- stream -------------------------------------------------------------

  function listen() {
    const stream = new EventSource(base + "stream?page=" + page);
    const on = (event, hear) => stream.addEventListener(event, (e) => hear(JSON.parse(e.data)));
    on("hello", (now) => {
      if (now === boot) return;
      // The server was started again and knows nothing of what was asked.
      for (const id of [...waiting.keys()]) settle({ id, error: gone });
    });
    on("response", settle);
    on("prompts", showPrompts);
    on("event", ({ wallet, name, data }) => {
      const known = providers.get(wallet);
      if (!known) return;
      known.emit(name, name === "disconnect" ? rpcError(data) : data);
    });
  }

  // ---- the window that asks -----------------------------------------------

  let host; // element that holds the shadow tree, made for the first prompt
  let shown; // {key, box, counter, focused} while a prompt is on screen

  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  function shadow() {
    if (!host) {
      host = document.createElement("crynux-demo-wallet");
      const root = host.attachShadow({ mode: "open" });
      const sheet = new CSSStyleSheet(); // not <style>: allowed under style-src 'self'
      sheet.replaceSync(css);
      root.adoptedStyleSheets = [sheet];
      // What happens in the wallet's window is none of the page's business.
      for (const event of ["click", "keydown", "keyup", "input", "change"])
        host.addEventListener(event, (e) => e.stopPropagation());
    }
    // Beside <body>, which belongs to the page's own framework.
    if (!host.isConnected) document.documentElement.append(host);
    return host.shadowRoot;
  }

  // showPrompts draws the oldest of the open prompts.
  function showPrompts(prompts) {
    if (prompts.length === 0) return close();
    const prompt = prompts[0];
    const key = prompt.walletId + " " + prompt.id;
    if (shown?.key !== key) {
      const focused = shown ? shown.focused : document.activeElement;
      shown?.box.remove();
      shown = { key, focused, ...draw(prompt) };
      shadow().append(shown.box);
      open(shown.box);
    }
    shown.counter.textContent = prompts.length > 1 ? `1 of ${prompts.length}` : "";
  }

  // open puts the window on top of everything without blocking the page, as
  // the window of an extension would; over a modal dialog only a modal one works.
  function open(box) {
    if (document.querySelector("dialog:modal")) box.showModal();
    else {
      box.setAttribute("popover", "manual");
      box.showPopover();
    }
    box.focus({ preventScroll: true });
  }

  function close() {
    if (!shown) return;
    const { box, focused } = shown;
    shown = undefined;
    const hadFocus = document.activeElement === host || document.activeElement === document.body;
    box.remove();
    if (hadFocus && focused?.isConnected) focused.focus({ preventScroll: true });
  }

  async function decide(prompt, confirm, cap, box) {
    const buttons = box.querySelectorAll("button");
    buttons.forEach((b) => (b.disabled = true));
    try {
      const response = await post("decide", { wallet: prompt.walletId, id: prompt.id, confirm, cap });
      if (response.ok || response.status === 409) return; // the stream brings the new list
    } catch {
      // The server is away: let the person press again.
    }
    buttons.forEach((b) => (b.disabled = false));
  }

  function draw(prompt) {
    const name = `${prompt.wallet}: confirm`;
    const counter = make("span", { class: "counter", "aria-live": "polite" });
    const confirm = make("button", { type: "submit", class: "confirm" }, "Confirm");
    const reject = make("button", { type: "button", class: "reject" }, "Reject");
    const icon = make("img", { src: prompt.icon, alt: "", width: 28, height: 28 });
    const body = make("div", { class: "body" },
      make("p", { class: "origin" }, make("b", {}, new URL(prompt.origin).host), " asks:"),
      make("h2", {}, prompt.summary));
    if (prompt.warning) body.append(make("p", { class: "warning" }, prompt.warning));
    if (prompt.text) body.append(make("pre", { tabindex: 0, "aria-label": "What you sign" }, prompt.text));
    if (prompt.facts) body.append(facts(prompt.facts));
    const cap = prompt.cap && make("input", { id: "cap", value: prompt.cap, autocomplete: "off", inputmode: "decimal", spellcheck: "false" });
    if (cap) body.append(make("div", { class: "cap" }, make("label", { for: "cap" }, "Spending cap (CNX)"), cap));
    body.append(account(prompt));

    const form = make("form", { novalidate: "" },
      make("header", {}, icon, make("span", { class: "name" }, prompt.wallet), counter),
      body,
      make("footer", {}, reject, confirm));
    const box = make("dialog", { role: "dialog", "aria-modal": "true", "aria-label": name, tabindex: -1 }, form);

    const no = () => decide(prompt, false, "", box);
    reject.addEventListener("click", no);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const edited = cap && cap.value.trim() !== prompt.cap ? cap.value.trim() : "";
      if (edited && !/^(\d+\.?\d{0,18}|\.\d{1,18})$/.test(edited)) {
        cap.setAttribute("aria-invalid", "true");
        return cap.focus();
      }
      decide(prompt, true, edited, box);
    });
    box.addEventListener("cancel", (event) => event.preventDefault());
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        event.preventDefault();
        no();
      }
      if (event.key === "Tab") keepFocus(event, box);
    });
    return { box, counter };
  }

  function facts(list) {
    const dl = make("dl");
    for (const { label, value } of list) {
      const hex = /^0x[0-9a-f]+$/i.test(value);
      dl.append(make("div", {}, make("dt", {}, label), make("dd", hex ? { class: "hex" } : {}, value)));
    }
    return dl;
  }

  function account({ account, balance }) {
    const box = make("div", { class: "account" }, make("span", {}, "Your account"), make("span", { class: "hex" }, account));
    if (balance) box.append(make("span", { class: "balance" }, "holds " + balance));
    return box;
  }

  // keepFocus turns Tab round at the ends of the window.
  function keepFocus(event, box) {
    const stops = [...box.querySelectorAll("pre, input, button:not(:disabled)")];
    const at = host.shadowRoot.activeElement;
    const first = stops[0], last = stops[stops.length - 1];
    if (event.shiftKey && (at === first || at === box)) {
      event.preventDefault();
      last.focus();
    } else if (!event.shiftKey && at === last) {
      event.preventDefault();
      first.focus();
    }
  }

  // ---- start --------------------------------------------------------------

  for (const wallet of wallets) {
    const made = makeProvider(wallet);
    providers.set(wallet.id, made);
    if (wallet.windowEthereum && !window.ethereum) window.ethereum = made.provider;
    if (!wallet.unannounced) announce(wallet);
  }
  listen();
}
