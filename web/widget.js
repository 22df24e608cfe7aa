// <crynux-widget>: a form for the Crynux Network in a frame of another origin.
//
//   <script src="https://…/widget.js"></script>
//   <crynux-widget mode="image" prompt="a lighthouse"></crynux-widget>
//
// The page only fills the form and hears what became of it; see docs/widget.md.
"use strict";

(() => {
  if (customElements.get("crynux-widget")) return;
  const VERSION = 1;
  const home = new URL(".", document.currentScript.src).href;
  const FORM = ["mode", "prompt", "model", "network", "pay", "theme", "lang"];
  const MOST = 1 << 20; // characters of one message
  // What is asked of the page's wallet, and nothing else.
  const METHODS = ["eth_requestAccounts", "eth_accounts", "eth_chainId", "eth_getBlockByNumber", "eth_getCode", "personal_sign", "eth_sendTransaction"];
  const EVENTS = ["accountsChanged", "chainChanged", "connect", "disconnect"];

  class CrynuxWidget extends HTMLElement {
    static observedAttributes = [...FORM, "src", "width", "height"];

    #frame = null;
    #origin = "";
    #nonce = ""; // of this handshake; "" before it
    #provider = null;
    #following = []; // [event, listener] on the provider
    #hear = (event) => this.#heard(event);

    connectedCallback() {
      addEventListener("message", this.#hear);
      if (!this.shadowRoot) this.attachShadow({ mode: "open" });
      this.#load();
    }

    disconnectedCallback() {
      removeEventListener("message", this.#hear);
      this.#unfollow();
      this.#frame?.remove();
      this.#frame = null;
      this.#nonce = "";
    }

    attributeChangedCallback(name) {
      if (!this.#frame) return;
      if (name === "src") this.#load();
      else if (FORM.includes(name)) this.fill({ [name]: this.getAttribute(name) ?? "" });
      else this.#size();
    }

    // The wallet of the page (EIP-1193), for pay="bridge"; window.ethereum if none is given.
    get provider() { return this.#provider ?? window.ethereum ?? null; }
    set provider(provider) {
      this.#provider = provider;
      if (this.#nonce) this.#hello();
    }

    // fill puts values into the form; it starts nothing.
    fill(values) {
      const form = {};
      for (const name of FORM) if (values[name]) form[name] = String(values[name]);
      if (this.#nonce && Object.keys(form).length) this.#post("fill", form);
    }

    #load() {
      const url = new URL("widget.html", new URL(this.getAttribute("src") ?? home, document.baseURI));
      this.#origin = url.origin;
      this.#nonce = "";
      url.hash = location.origin; // to whom the frame shall speak; it believes only the browser
      const frame = document.createElement("iframe");
      frame.title = "Crynux: make pictures and answers";
      frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms allow-downloads allow-popups allow-popups-to-escape-sandbox");
      frame.allow = "clipboard-write";
      frame.referrerPolicy = "no-referrer";
      frame.style.cssText = "border:0;display:block;width:100%";
      frame.src = url.href;
      this.#frame = frame;
      this.shadowRoot.replaceChildren(frame);
      this.style.display ||= "block";
      this.#size();
    }

    #size(height) {
      const css = (value) => (/^\d+$/.test(value) ? value + "px" : value);
      const fixed = this.getAttribute("height");
      this.style.width = css(this.getAttribute("width") ?? "");
      if (fixed || height || !this.#frame.style.height) this.#frame.style.height = fixed ? css(fixed) : Math.min(Math.max(height ?? 420, 120), 6000) + "px";
    }

    #post(type, body) {
      this.#frame.contentWindow?.postMessage({ crynux: JSON.stringify({ v: VERSION, type, nonce: this.#nonce, body }) }, this.#origin);
    }

    #hello() {
      const form = { wallet: Boolean(this.provider) };
      for (const name of FORM) if (this.getAttribute(name)) form[name] = this.getAttribute(name);
      this.#post("hello", form);
    }

    #heard({ source, origin, data }) {
      if (!this.#frame || source !== this.#frame.contentWindow || origin !== this.#origin) return;
      const text = data?.crynux;
      if (typeof text !== "string" || text.length > MOST) return;
      let message;
      try {
        message = JSON.parse(text);
      } catch {
        return;
      }
      const { v, type, nonce, body } = message;
      if (v !== VERSION || typeof nonce !== "string" || !nonce) return;
      if (type === "awake") {
        this.#nonce = nonce;
        this.#hello();
        return;
      }
      if (nonce !== this.#nonce) return;
      switch (type) {
        case "resize":
          this.#size(Number(body.height));
          break;
        case "ask":
          this.#ask(body);
          return;
        case "result":
          body.files = (data.data ?? []).map((file) => new Blob([file], { type: body.mime }));
          break;
        case "ready":
        case "progress":
        case "error":
          break;
        default:
          return;
      }
      this.dispatchEvent(new CustomEvent(type, { detail: body, bubbles: true, composed: true }));
    }

    async #ask({ id, method, params }) {
      const answer = { id };
      try {
        if (!METHODS.includes(method)) throw { code: 4200, message: "The widget may not ask for this." };
        const provider = this.provider;
        if (!provider) throw { code: 4900, message: "This page has no wallet." };
        this.#follow(provider);
        answer.result = (await provider.request({ method, params })) ?? null;
      } catch (error) {
        answer.error = { code: Number(error?.code) || -32603, message: String(error?.message ?? error).slice(0, 2000) };
      }
      this.#post("answer", answer);
    }

    #follow(provider) {
      if (this.#following.provider === provider) return;
      this.#unfollow();
      this.#following = EVENTS.map((name) => [name, (payload) => this.#post("told", { name, payload: name.endsWith("connect") ? null : payload })]);
      this.#following.provider = provider;
      for (const [name, listener] of this.#following) provider.on?.(name, listener);
    }

    #unfollow() {
      for (const [name, listener] of this.#following) this.#following.provider.removeListener?.(name, listener);
      this.#following = [];
    }
  }

  customElements.define("crynux-widget", CrynuxWidget);
})();
