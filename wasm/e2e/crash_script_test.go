//go:build !js

package e2e

import "encoding/json"

// border is one thing that the page does to the world outside: it saves, asks the
// wallet, sends a transaction, talks to the Relay. Nth counts those of one name.
type border struct {
	Name string `json:"name"`
	Nth  int    `json:"nth"`
	// After is whether the thing was done, and its answer is about to reach the page.
	After bool `json:"after"`
}

// stopped is what the page tells when it is at a border. Dead pages do nothing more.
type stopped struct {
	border
	Dead bool `json:"dead"`
}

// crashScript watches the borders from outside, in the browser's own functions, and
// stops everything at one of them: from then on nothing gets out of the page or into
// it, as if its process were gone. It counts from crashAt on.
//
// What is read again and again has no ordinal of its own: the first of a kind will do.
const crashScript = `(() => {
	let armed = null, dead = false, seen = new Map();
	globalThis.crashAt = (border) => { armed = border; seen = new Map(); };
	const count = (name) => {
		const nth = (seen.get(name) ?? 0) + 1;
		seen.set(name, nth);
		return nth;
	};
	const pass = (name, nth, after) => {
		if (dead) return false;
		if (!armed || !name || !nth) return true;
		dead = armed.name === name && armed.nth === nth && armed.after === after;
		crossed(JSON.stringify({ name, nth, after, dead }));
		return !dead;
	};
	const never = new Promise(() => {});
	const text = (body) => typeof body === "string" ? body : new TextDecoder().decode(body);

	const nameOf = (url, options) => {
		const at = new URL(url, location.href), method = options?.method ?? "GET";
		if (at.pathname === "/_devwallet/request") {
			const { method, params } = JSON.parse(text(options.body));
			const probe = method === "eth_sign" && params?.[1]?.length !== 66; // asks nobody
			return "wallet " + (probe ? "probe" : method);
		}
		if (at.pathname.startsWith("/v1/inference_tasks")) {
			const result = at.pathname.match(/results\/(\d+)$/);
			return result ? "result " + result[1] : method === "POST" ? "upload" : "status";
		}
		if (at.origin === location.origin || method !== "POST") return "";
		const calls = [].concat(JSON.parse(text(options.body))).map((call) => call.method);
		if (calls.includes("eth_sendRawTransaction")) return "send";
		return "read " + [...new Set(calls)].sort().join(" ");
	};
	const real = fetch.bind(globalThis);
	globalThis.fetch = async (url, options) => {
		const name = nameOf(url, options), nth = armed && name ? count(name) : 0;
		if (!pass(name, nth, false)) return never;
		let answer, failure;
		try { answer = await real(url, options) } catch (err) { failure = err }
		if (!pass(name, nth, true)) return never;
		if (failure) throw failure;
		return answer;
	};

	const saved = (store, value) => {
		if (store !== "jobs") return "save in " + store;
		const phase = JSON.parse(text(value)).phase;
		return "save " + phase;
	};
	const put = IDBObjectStore.prototype.put;
	IDBObjectStore.prototype.put = function (value, key) {
		const name = saved(this.name, value), nth = armed ? count(name) : 0;
		if (!pass(name, nth, false)) return this.get(key); // changes nothing
		const request = put.call(this, value, key);
		this.transaction.addEventListener("complete", () => pass(name, nth, true)); // ahead of the page's own
		return request;
	};

	const post = Worker.prototype.postMessage;
	Worker.prototype.postMessage = function (message, ...rest) {
		const name = "worker " + message.op, nth = armed ? count(name) : 0;
		if (pass(name, nth, false)) post.call(this, message, ...rest);
	};
})();`

// crashAt is the call that begins to count.
func crashAt(b border) string {
	text, err := json.Marshal(b)
	if err != nil {
		panic(err) // plain values
	}
	return "crashAt(" + string(text) + ")"
}
