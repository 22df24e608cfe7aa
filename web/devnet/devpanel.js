// The development network's own corner of the page: where a wallet of your own
// finds the network, the faucet, and the switches of what may go wrong. The development server adds it while
// serving; it is no part of the site. Closed, it stays within the page's rail
// or, on a phone, below the page.
"use strict";

(() => {
  const { rpc, chain } = document.currentScript.dataset;

  const style = `
    :host { all: initial; --paper: #fffdf6; --ink: #2b2410; --soft: #6b5d33; --line: #d9c990; --press: #6d4e00; --on-press: #fff; --bad: #a3210f; color-scheme: light; }
    @media (prefers-color-scheme: dark) {
      :host { --paper: #262113; --ink: #f6edd2; --soft: #c8b987; --line: #5c4f26; --press: #f0cd6a; --on-press: #2a2000; --bad: #ffa192; color-scheme: dark; }
    }
    * { box-sizing: border-box; margin: 0; }
    details { position: fixed; z-index: 10; left: 4px; bottom: 6px; width: 76px; border: 1px dashed var(--line); border-radius: 8px; background: var(--paper); color: var(--ink); font: 14px/1.45 system-ui, sans-serif; }
    details[open] { width: 376px; max-width: calc(100vw - 8px); max-height: calc(100dvh - 12px); overflow-y: auto; box-shadow: 0 6px 28px #0004; }
    summary { min-height: 24px; padding: 3px 0; color: var(--soft); font-size: 10.5px; line-height: 1.3; text-align: center; list-style: none; cursor: pointer; }
    summary::-webkit-details-marker { display: none; }
    [open] summary { padding: 10px 14px 0; color: var(--ink); font-size: 14px; font-weight: 650; text-align: left; }
    [open] summary::after { content: "×"; float: right; color: var(--soft); }
    div { display: grid; gap: 8px; padding: 10px 14px 14px; }
    dl { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; align-items: center; gap: 4px 10px; }
    dt, label { color: var(--soft); }
    dd:nth-of-type(odd) { font-family: ui-monospace, monospace; font-size: 13px; overflow-wrap: anywhere; user-select: all; }
    form { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 4px 8px; }
    label { grid-column: 1 / -1; }
    input, button { min-height: 34px; padding: 0 10px; border: 1px solid var(--soft); border-radius: 6px; background: none; color: inherit; font: inherit; }
    input::placeholder { color: var(--soft); opacity: 1; }
    input[aria-invalid="true"] { border-color: var(--bad); }
    button { cursor: pointer; }
    dd button { min-height: 26px; font-size: 12px; }
    form button { border-color: var(--press); background: var(--press); color: var(--on-press); font-weight: 600; }
    .faults { position: static; width: auto; max-width: none; max-height: none; border: 0; box-shadow: none; }
    .faults[open] { width: auto; max-width: none; max-height: none; box-shadow: none; overflow: visible; }
    details .faults summary { padding: 6px 0; color: var(--ink); font-size: 14px; font-weight: 650; text-align: left; }
    details .faults summary::after { content: "▸"; float: right; color: var(--soft); }
    details .faults[open] summary::after { content: "▾"; }
    .faults > div { padding: 4px 0 0; }
    ul { display: grid; gap: 8px; padding: 0; list-style: none; }
    li { display: grid; gap: 2px; }
    li span { color: var(--soft); font-size: 12.5px; }
    li button { text-align: left; }
    [role="switch"]::after { content: "off"; float: right; color: var(--soft); }
    [role="switch"][aria-checked="true"] { border-color: var(--bad); }
    [role="switch"][aria-checked="true"]::after { content: "on"; color: var(--bad); font-weight: 650; }
    :focus-visible { outline: 2px solid var(--press); outline-offset: 2px; }
    [role="status"] { min-height: 1.45em; overflow-wrap: anywhere; }
    .bad { color: var(--bad); }
    @media (max-width: 40rem) {
      details:not([open]) { position: static; width: fit-content; margin: 4px; }
      details[open] { bottom: calc(4.5rem + env(safe-area-inset-bottom)); max-height: calc(100dvh - 5rem); }
      summary { padding: 3px 8px; }
    }
  `;

  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  const status = make("p", { id: "said", role: "status" });
  const say = (text, bad = false) => {
    status.textContent = text;
    status.className = bad ? "bad" : "";
  };

  const fact = (name, value) => {
    const shown = make("dd", {}, value);
    const copy = make("button", { type: "button", "aria-label": `Copy ${name}` }, "Copy");
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(value);
        say(`Copied: ${value}`);
      } catch {
        getSelection().selectAllChildren(shown);
        say(`The browser does not let a page copy. ${name} is selected.`);
      }
    });
    return [make("dt", {}, name), shown, make("dd", {}, copy)];
  };

  const account = make("input", { id: "account", placeholder: "0x…", autocomplete: "off", spellcheck: "false", "aria-describedby": "said" });
  const form = make("form", {}, make("label", { for: "account" }, "Account"), account, make("button", {}, "Test coins"));

  const fail = (text, field) => {
    say(text, true);
    account.setAttribute("aria-invalid", String(field));
    if (field) account.focus();
  };

  const give = async (address) => {
    let response, answer;
    try {
      response = await fetch("/faucet", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ address }) });
      answer = await response.json();
    } catch {
      return fail("The development network does not answer. Is it still running?", false);
    }
    if (response.status === 400) return fail(`No coins: ${answer.error}.`, true);
    if (!response.ok) return fail(`The coins did not come: ${answer.error}.`, false);
    say(`1 ETH and 1000 CNX have come to ${answer.address}.`);
  };

  let giving = false; // the button stays enabled, so that it keeps the focus
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (giving) return;
    const address = account.value.trim();
    account.removeAttribute("aria-invalid");
    if (!address) return fail("Which account? Its address is 0x and 40 hex digits.", true);
    say("The coins are on their way …");
    giving = true;
    await give(address);
    giving = false;
  });

  // The switches of what may go wrong. They are asked for when the list is opened.
  const list = make("ul");
  const well = make("button", { type: "button" }, "All well again");
  const trouble = make("details", { class: "faults" }, make("summary", {}, "Faults"), make("div", {}, well, list));

  const turn = async (wish) => {
    let response;
    try {
      response = await fetch("/_devnet/faults", wish && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(wish) });
    } catch {
      return say("The development network does not answer. Is it still running?", true);
    }
    if (!response.ok) return say(`It did not work: ${(await response.text()).trim()}.`, true);
    show(await response.json());
    return true;
  };
  const show = (faults) => {
    if (!list.children.length) list.append(...faults.map(row));
    faults.forEach(({ on, once }, i) => {
      if (!once) list.children[i].firstChild.setAttribute("aria-checked", String(on));
    });
    const on = faults.filter((fault) => fault.on).length;
    trouble.firstChild.textContent = on ? `Faults: ${on} on` : "Faults";
  };
  const row = ({ id, name, does, once }) => {
    const button = make("button", { type: "button", "aria-describedby": `does-${id}` }, name);
    if (!once) button.setAttribute("role", "switch");
    button.addEventListener("click", async () => {
      const on = once || button.getAttribute("aria-checked") !== "true";
      say(`${name} …`);
      if (await turn({ id, on })) say(once ? `${name}: done.` : `${name}: ${on ? "on" : "off"}.`);
    });
    return make("li", {}, button, make("span", { id: `does-${id}` }, does));
  };
  well.addEventListener("click", async () => {
    say("All well again …");
    if (await turn({ id: "" })) say("All faults are off.");
  });
  trouble.addEventListener("toggle", () => trouble.open && turn());

  const host = make("crynux-devnet");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  root.adoptedStyleSheets = [sheet];
  root.append(
    make("details", {},
      make("summary", {}, "Development network"),
      make("div", {}, make("dl", {}, ...fact("RPC address", rpc), ...fact("Chain id", chain)), form, status, trouble))
  );
  // What happens here is none of the page's business.
  for (const event of ["click", "keydown", "keyup", "input", "change", "submit"]) host.addEventListener(event, (e) => e.stopPropagation());
  // Beside <body>, which belongs to the page's program.
  document.documentElement.append(host);
})();
