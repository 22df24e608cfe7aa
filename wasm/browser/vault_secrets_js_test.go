//go:build js && wasm

package browser_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"crynux-dapp/chain/taskwallet"
	"crynux-dapp/wasm/browser"
)

const (
	secretPassword   = "hunter2-of-the-keystore"
	secretPassphrase = "correct horse battery staple"
)

// Everything that is done with a key is done here, rightly and wrongly, and then
// all places are searched where a secret could have got.
func TestVault_secrets_stay_where_they_are(t *testing.T) {
	script(t, `
		window.spied = [];
		window.spy = new BroadcastChannel("spied");
		spy.onmessage = (event) => spied.push(event.data);
		window.talk = {};
		for (const level of ["debug", "log", "info", "warn", "error"]) {
			talk[level] = console[level];
			console[level] = (...said) => { spied.push(said.map(String).join(" ")); };
		}
		window.crynuxBoot = { worker: "spied.js" };`)
	defer script(t, `spy.close(); Object.assign(console, talk); delete window.crynuxBoot`)
	store := open(t, browser.NewID(), "keys")

	v, id, ctx := &browser.Vault{Worker: new(browser.Worker)}, testIdentity(t), t.Context()
	defer v.Worker.Close()
	m, o := id.Message(), testOwner(t)
	other := m
	other.Number = 1
	record := taskwallet.Record{Identity: id}
	results := map[string]error{}
	note := func(what string, result any, err error) {
		results[fmt.Sprintf("%s: %v %+v %#v", what, err, err, err)] = err
		text, jsonErr := json.Marshal(result)
		must(t, jsonErr)
		must(t, store.Put(ctx, "keys", what, text)) // as the page would
	}

	at, err := v.Derive(ctx, m, o.sign(t, m), o.sign(t, m))
	note("derive", at, err)
	at, err = v.Derive(ctx, m, o.sign(t, m), o.sign(t, other))
	note("derive wrongly", at, err)
	at, err = v.Derive(ctx, m, o.sign(t, m)[:63], nil)
	note("derive of a cut signature", at, err)
	note("open", nil, v.Open(ctx, id, taskwallet.Gas{}, amount(100)))
	file, err := v.Backup(ctx, secretPassword)
	note("backup", string(file), err)
	at, err = v.OpenBackup(ctx, file, secretPassword)
	note("open backup", at, err)
	at, err = v.OpenBackup(ctx, file, secretPassword+"!")
	note("open backup wrongly", at, err)
	at, err = v.OpenBackup(ctx, file[:len(file)/2], secretPassword)
	note("open broken backup", at, err)
	for _, passphrase := range []string{secretPassphrase, ""} {
		c, err := v.Seal(ctx, id, passphrase)
		note("seal "+string(c.By), c, err)
		record.Cipher = &c
		note("record by "+string(c.By), record, nil)
		at, err = v.Unseal(ctx, record, passphrase)
		note("unseal by "+string(c.By), at, err)
	}
	at, err = v.Unseal(ctx, record, secretPassphrase)
	note("unseal wrongly", at, err)
	tx, err := v.SignTx(ctx, taskwallet.Create{Fee: amount(1)}, 0, 90_000, fair)
	note("sign", tx, err)
	_, err = v.SignText(ctx, []byte(secretPassword)) // into the wrong field
	note("sign a password", nil, err)
	signature, err := v.SignText(ctx, statusText(time.Now()))
	note("sign text", signature, err)
	note("sweep to a password", nil, v.SweepTo(ctx, "0x"))
	answers := len(results) - 2 // the two records are the page's
	eventually(t, func() bool { return script(t, `return spied.length`).Int() >= answers })
	note("lock", nil, v.Lock(ctx))

	wrong := 0
	for _, err := range results {
		if err != nil {
			wrong++
		}
	}
	if wrong != 7 {
		t.Errorf("%d of %d failed, want 7", wrong, len(results))
	}

	places := map[string]string{
		"errors":               fmt.Sprint(results),
		"the worker's answers": script(t, `return spied.join("\n")`).String(),
		"what was printed":     script(t, `return window.output`).String(),
		"the page":             script(t, `return document.documentElement.outerHTML + document.title + location.href`).String(),
		"storage":              script(t, `return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])`).String(),
		"IndexedDB":            settle(t, dumpDatabases),
	}
	if !strings.Contains(places["IndexedDB"], strings.ToLower(id.Address.Hex())) || !strings.Contains(places["the worker's answers"], `"ok"`) {
		t.Fatalf("the search is blind: %.2000v", places)
	}
	signed := o.sign(t, m)
	for what, secret := range map[string][]byte{
		"key": testVectors(t).Vectors[0].Key, "signature": signed[:64], "r": signed[:32], "s": signed[32:64],
		"password": []byte(secretPassword), "passphrase": []byte(secretPassphrase),
	} {
		for form, text := range forms(secret) {
			for place, said := range places {
				if strings.Contains(said, text) {
					t.Errorf("the %s is in %s, as %s", what, place, form)
				}
			}
		}
	}
}

// forms are the spellings in which a secret could show.
func forms(secret []byte) map[string]string {
	return map[string]string{
		"bytes": string(secret), "hex": hex.EncodeToString(secret), "HEX": strings.ToUpper(hex.EncodeToString(secret)),
		"base64": strings.TrimRight(base64.StdEncoding.EncodeToString(secret), "="), "base64url": base64.RawURLEncoding.EncodeToString(secret),
		"numbers": strings.Trim(strings.ReplaceAll(fmt.Sprint(secret), " ", ","), "[]"), "Go": strings.Trim(fmt.Sprint(secret), "[]"),
	}
}

// dumpDatabases is all of IndexedDB: bytes as text and as hex.
const dumpDatabases = `
	const show = (v) => v instanceof Uint8Array
		? new TextDecoder().decode(v) + " " + [...v].map((b) => b.toString(16).padStart(2, "0")).join("")
		: v instanceof CryptoKey ? "CryptoKey, extractable: " + v.extractable : JSON.stringify(v);
	const done = (r) => new Promise((ok, no) => { r.onsuccess = () => ok(r.result); r.onerror = () => no(r.error); });
	const all = [];
	for (const { name } of await indexedDB.databases()) {
		const db = await done(indexedDB.open(name));
		for (const store of db.objectStoreNames) {
			const s = db.transaction(store).objectStore(store);
			const [keys, values] = await Promise.all([done(s.getAllKeys()), done(s.getAll())]);
			values.forEach((v, i) => all.push(name + " " + store + " " + keys[i] + ": " + show(v)));
		}
		db.close();
	}
	return all.join("\n");`
