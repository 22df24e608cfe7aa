//go:build js && wasm

package browser_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"crynux-dapp/chain/taskwallet"
	"crynux-dapp/wasm/browser"
)

func TestVault_makes_the_keys_of_the_vectors(t *testing.T) {
	v := &browser.Vault{Worker: new(browser.Worker)}
	defer v.Worker.Close()
	all, o := testVectors(t), testOwner(t)
	for _, want := range all.Vectors {
		m := taskwallet.Message{Owner: all.Owner, Site: want.Site, ChainID: want.ChainID, Number: want.Number}
		first, again := o.sign(t, m), o.sign(t, m)
		at, err := v.Derive(t.Context(), m, first, again)
		if err != nil || at != want.Address {
			t.Errorf("%s %d %d: %v, error %v", want.Site, want.ChainID, want.Number, at, err)
			continue
		}
		if slices.Max(first) != 0 || slices.Max(again) != 0 {
			t.Error("the signatures were not overwritten")
		}
		id := testIdentity(t)
		id.Site, id.ChainID, id.Number, id.Address = want.Site, want.ChainID, want.Number, want.Address
		must(t, v.Open(t.Context(), id, taskwallet.Gas{}, amount(0)))
		text := statusText(time.Now())
		signature, err := v.SignText(t.Context(), text)
		must(t, err)
		if signer := signerOf(t, text, signature); signer != want.Address {
			t.Errorf("%s %d %d: signs as %v", want.Site, want.ChainID, want.Number, signer)
		}
	}
}

func signerOf(t *testing.T, text, signature []byte) common.Address {
	t.Helper()
	key, err := crypto.SigToPub(crypto.Keccak256(text), signature)
	must(t, err)
	return crypto.PubkeyToAddress(*key)
}

func TestVault_signs_transactions(t *testing.T) {
	v, id := opened(t), testIdentity(t)
	typed := "0x7Ae8335324D9934Fc701819DCF6575b72e5f830F"
	must(t, v.SweepTo(t.Context(), typed))
	must(t, v.Allow(t.Context(), *new(uint256.Int).SetAllOne()))
	dynamic := taskwallet.Price{Max: amount(30), Dynamic: true, Tip: amount(2), Shown: amount(10)}
	for nonce, c := range []struct {
		intent taskwallet.Intent
		price  taskwallet.Price
		to     common.Address
		value  uint64
	}{
		{taskwallet.Approve{Amount: amount(5)}, fair, id.Contracts.Token, 0},
		{taskwallet.Create{Kind: 1, TaskHash: common.Hash{7}, VRAM: 8, Fee: amount(5)}, dynamic, id.Contracts.Task, 0},
		{taskwallet.Cancel{ID: 7}, dynamic, id.Contracts.Task, 0},
		{taskwallet.SweepToken{Amount: amount(5)}, taskwallet.Price{}, id.Contracts.Token, 0},
		{taskwallet.SweepNative{Amount: amount(5)}, fair, id.Owner, 5},
		{taskwallet.SweepNative{To: common.HexToAddress(typed), Amount: amount(6)}, fair, common.HexToAddress(typed), 6},
	} {
		signed, err := v.SignTx(t.Context(), c.intent, uint64(nonce), 90_000, c.price)
		if err != nil {
			t.Errorf("%T: %v", c.intent, err)
			continue
		}
		tx := new(types.Transaction)
		must(t, tx.UnmarshalBinary(signed.Raw))
		sender, err := types.Sender(types.LatestSignerForChainID(tx.ChainId()), tx)
		must(t, err)
		want, err := taskwallet.Call(id, c.intent)
		must(t, err)
		if sender != id.Address || tx.ChainId().Uint64() != id.ChainID || tx.Hash() != signed.Hash || tx.Nonce() != uint64(nonce) || tx.Gas() != 90_000 ||
			*tx.To() != c.to || tx.Value().Uint64() != c.value || !bytes.Equal(tx.Data(), want.Data) ||
			tx.GasFeeCap().Cmp(c.price.Max.ToBig()) != 0 || (tx.Type() == types.DynamicFeeTxType) != c.price.Dynamic {
			t.Errorf("%T: signed %+v as %v", c.intent, tx, sender)
		}
	}
}

func TestVault_backup_brings_a_random_key_back(t *testing.T) {
	v := &browser.Vault{Worker: new(browser.Worker)}
	defer v.Worker.Close()
	at, err := v.Random(t.Context())
	must(t, err)
	if other, err := v.Random(t.Context()); err != nil || other == at {
		t.Fatalf("twice %v, error %v", other, err)
	} else {
		at = other // the key made last
	}
	file, err := v.Backup(t.Context(), "pässword")
	must(t, err)
	must(t, v.Lock(t.Context()))
	if _, err := v.OpenBackup(t.Context(), file, "password"); !errors.Is(err, taskwallet.WrongPassword) {
		t.Errorf("wrong password: %v", err)
	}
	if got, err := v.OpenBackup(t.Context(), file, "pässword"); err != nil || got != at {
		t.Errorf("%v instead of %v, error %v", got, at, err)
	}
}

// The file is go-ethereum's, of keccak256("crynux-dapp test heavy keystore").
func TestVault_heavy_backup_is_opened_in_a_worker_of_its_own(t *testing.T) {
	asked := tellQuestions(t, "")
	_, file, err := browser.Fetch{}.Get(t.Context(), "heavy.json", 1<<16)
	must(t, err)
	v := opened(t)
	if _, err := v.OpenBackup(t.Context(), file, "another"); !errors.Is(err, taskwallet.WrongPassword) {
		t.Errorf("wrong password: %v", err)
	}
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte("crynux-dapp test heavy keystore")))
	must(t, err)
	if at, err := v.OpenBackup(t.Context(), file, "password"); err != nil || at != crypto.PubkeyToAddress(key.PublicKey) {
		t.Errorf("%v, error %v", at, err)
	}
	must(t, v.Allow(t.Context(), amount(1))) // the session goes on
	asked("derive,open,openBackup,openBackup,backup,openBackup,allow")
}

func TestVault_remembers_by_passphrase_and_by_browser(t *testing.T) {
	v, id := made(t), testIdentity(t)
	for by, passphrase := range map[taskwallet.Remembered]string{taskwallet.ByPassphrase: "a passphrase", taskwallet.ByBrowser: ""} {
		t.Run(string(by), func(t *testing.T) {
			derive(t, v)
			c, err := v.Seal(t.Context(), id, passphrase)
			if err != nil || c.By != by {
				t.Fatalf("%+v, error %v", c, err)
			}
			must(t, v.Lock(t.Context()))
			r := taskwallet.Record{Identity: id, Cipher: &c}
			if at, err := v.Unseal(t.Context(), r, passphrase); err != nil || at != id.Address {
				t.Errorf("%v, error %v", at, err)
			}
			must(t, v.Open(t.Context(), id, taskwallet.Gas{}, amount(0)))
			if by == taskwallet.ByPassphrase {
				if _, err := v.Unseal(t.Context(), r, "another"); !errors.Is(err, taskwallet.WrongPassword) {
					t.Errorf("wrong passphrase: %v", err)
				}
			}
			moved := r
			moved.Site = "evil.example"
			if at, err := v.Unseal(t.Context(), moved, passphrase); err == nil {
				t.Errorf("moved to another identity it opens: %v", at)
			}
		})
	}
}

func TestVault_browsers_key_shows_itself_to_no_script(t *testing.T) {
	v, id := made(t), testIdentity(t)
	first, err := v.Seal(t.Context(), id, "")
	must(t, err)
	second, err := v.Seal(t.Context(), id, "")
	must(t, err)
	if bytes.Equal(first.IV, second.IV) || bytes.Equal(first.Data, second.Data) {
		t.Error("the same twice")
	}
	said := settle(t, `
		const names = (await indexedDB.databases()).map((d) => d.name).filter((n) => n.startsWith("crynux-dapp-vault:"));
		const db = await new Promise((ok) => { const r = indexedDB.open(names[0]); r.onsuccess = () => ok(r.result); });
		const key = await new Promise((ok) => { const r = db.transaction("keys").objectStore("keys").get("aes-gcm"); r.onsuccess = () => ok(r.result); });
		db.close();
		let exported = "exported";
		try { await crypto.subtle.exportKey("raw", key); } catch (err) { exported = err.name; }
		return [names.join(), key.algorithm.name, key.algorithm.length, key.extractable, exported].join(" ");`)
	if want := "crynux-dapp-vault:/harness AES-GCM 256 false InvalidAccessError"; said != want {
		t.Errorf("%s, want %s", said, want)
	}
	settle(t, `await new Promise((ok, no) => { const r = indexedDB.deleteDatabase("crynux-dapp-vault:/harness"); r.onsuccess = ok; r.onerror = no; r.onblocked = no; });`)
	if _, err := v.Unseal(t.Context(), taskwallet.Record{Identity: id, Cipher: &first}, ""); !errors.Is(err, taskwallet.BrokenFile) {
		t.Errorf("without the browser's key: %v", err)
	}
}

func TestVault_browser_without_IndexedDB_keeps_no_key(t *testing.T) {
	script(t, `window.crynuxBoot = { worker: "poor.js" }`)
	defer script(t, `delete window.crynuxBoot`)
	v, id := made(t), testIdentity(t)
	if _, err := v.Seal(t.Context(), id, ""); !errors.Is(err, taskwallet.BrokenFile) {
		t.Errorf("error %v", err)
	}
	must(t, v.Open(t.Context(), id, taskwallet.Gas{}, amount(0))) // it goes on without
}

func TestVault_new_key_waits_beside_the_open_one(t *testing.T) {
	v, id := opened(t), testIdentity(t)
	signs := func(what string) {
		t.Helper()
		text := statusText(time.Now())
		signature, err := v.SignText(t.Context(), text)
		if err != nil || signerOf(t, text, signature) != id.Address {
			t.Errorf("%s: error %v", what, err)
		}
	}
	other, err := v.Random(t.Context())
	must(t, err)
	signs("another key was made")
	if err := v.Open(t.Context(), id, taskwallet.Gas{}, amount(0)); !errors.Is(err, taskwallet.OtherKey) {
		t.Errorf("opened as another: %v", err)
	}
	signs("opening failed")
	if _, err := v.Seal(t.Context(), id, ""); err != nil {
		t.Errorf("the open one cannot be sealed: %v", err)
	}
	id.Kind, id.Address = taskwallet.Random, other
	must(t, v.Open(t.Context(), id, taskwallet.Gas{}, amount(0)))
	signs("the new one was opened")
	must(t, v.Open(t.Context(), id, taskwallet.Gas{}, amount(0)))
	signs("it was opened again")
}

// without are all calls that need a key.
func without(ctx context.Context, v *browser.Vault, id taskwallet.Identity) map[string]error {
	_, signTx := v.SignTx(ctx, taskwallet.Cancel{ID: 1}, 0, 90_000, fair)
	_, signText := v.SignText(ctx, statusText(time.Now()))
	_, backup := v.Backup(ctx, "password")
	_, seal := v.Seal(ctx, id, "")
	return map[string]error{
		"Open": v.Open(ctx, id, taskwallet.Gas{}, amount(1)), "Allow": v.Allow(ctx, amount(1)), "SweepTo": v.SweepTo(ctx, id.Owner.Hex()),
		"SignTx": signTx, "SignText": signText, "Backup": backup, "Seal": seal,
	}
}

func TestVault_without_a_key_is_locked(t *testing.T) {
	id := testIdentity(t)
	never := &browser.Vault{Worker: new(browser.Worker)}
	for method, err := range without(t.Context(), never, id) {
		if !errors.Is(err, taskwallet.Locked) || errors.Is(err, browser.ErrWorkerDown) {
			t.Errorf("never made: %s: %v", method, err)
		}
	}
	must(t, never.Lock(t.Context()))

	v := opened(t)
	must(t, v.Lock(t.Context()))
	must(t, v.Lock(t.Context()))
	for method, err := range without(t.Context(), v, id) {
		if !errors.Is(err, taskwallet.Locked) {
			t.Errorf("locked: %s: %v", method, err)
		}
	}
	derive(t, v) // and it can be made again
	if err := v.Allow(t.Context(), amount(1)); !errors.Is(err, taskwallet.Locked) {
		t.Errorf("made and not opened: %v", err)
	}
}

func TestVault_crash_takes_the_key_along(t *testing.T) {
	asked := tellQuestions(t, "signTx")
	v, id := opened(t), testIdentity(t)

	_, err := v.SignTx(t.Context(), taskwallet.Cancel{ID: 1}, 0, 90_000, fair)
	if !errors.Is(err, browser.ErrWorkerDown) || !errors.Is(err, taskwallet.Locked) {
		t.Errorf("the question that it died of: %v", err)
	}
	for method, err := range without(t.Context(), v, id) {
		if !errors.Is(err, taskwallet.Locked) {
			t.Errorf("%s afterwards: %v", method, err)
		}
	}
	digest, signature, want := signed(t)
	if got, err := v.Worker.Recover(t.Context(), digest, signature); err != nil || got != want {
		t.Errorf("recovering afterwards: %v, error %v", got, err)
	}
	if err := v.Allow(t.Context(), amount(1)); !errors.Is(err, taskwallet.Locked) {
		t.Errorf("in the new worker: %v", err)
	}
	derive(t, v)
	must(t, v.Open(t.Context(), id, taskwallet.Gas{}, amount(0)))
	_, err = v.SignText(t.Context(), statusText(time.Now()))
	must(t, err)
	asked("derive,open,signTx,recover,derive,open,signText")
}

func TestVault_Lock_does_not_wait_for_a_busy_worker(t *testing.T) {
	const many = 20 // backups, of half a second each
	v := opened(t)
	var picture bytes.Buffer
	must(t, png.Encode(&picture, image.NewGray(image.Rect(0, 0, 512, 512))))
	backups, hash := make(chan error, many), make(chan error, 1)
	for range many {
		go func() {
			_, err := v.Backup(context.Background(), "password")
			backups <- err
		}()
	}
	go func() {
		_, err := v.Worker.ImageHash(context.Background(), picture.Bytes())
		hash <- err
	}()
	time.Sleep(time.Millisecond) // all have been asked
	start := time.Now()
	must(t, v.Lock(t.Context()))
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
	stopped := 0
	for range many {
		if err := <-backups; errors.Is(err, taskwallet.Locked) {
			stopped++
		} else if err != nil {
			t.Errorf("backup: %v", err)
		}
	}
	if stopped < many/2 {
		t.Errorf("%d of %d backups were stopped", stopped, many)
	}
	if err := <-hash; err != nil { // asked again of a new worker
		t.Errorf("image hash: %v", err)
	}
}

func TestVault_backup_does_not_freeze_the_page(t *testing.T) {
	v := opened(t)
	script(t, `
		window.gap = 0;
		let last = performance.now();
		window.ticking = setInterval(() => { const now = performance.now(); gap = Math.max(gap, now - last); last = now; }, 10);`)
	start := time.Now()
	_, err := v.Backup(t.Context(), "password")
	must(t, err)
	took := time.Since(start)
	gap := time.Duration(script(t, `clearInterval(ticking); return gap`).Float() * float64(time.Millisecond))
	t.Logf("backup took %v, the longest freeze was %v", took, gap)
	if gap > took/2 {
		t.Errorf("the page was frozen for %v of %v", gap, took)
	}
}

func TestVault_questions_end_with_their_context(t *testing.T) {
	v := opened(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for method, err := range without(ctx, v, testIdentity(t)) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", method, err)
		}
	}
	if _, err := v.Random(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Random: %v", err)
	}
	must(t, v.Lock(ctx)) // locking is done all the same
	if err := v.Allow(t.Context(), amount(1)); !errors.Is(err, taskwallet.Locked) {
		t.Errorf("after Lock: %v", err)
	}
}

// tellQuestions lets workers tell what they are asked, and die of one question.
// The function that it returns compares.
func tellQuestions(t *testing.T, deadly string) (asked func(want string)) {
	t.Helper()
	script(t, `
		window.asked = [];
		window.channel = new BroadcastChannel("asked");
		channel.onmessage = (event) => asked.push(event.data);
		window.crynuxBoot = { worker: "dying.js?at=" + a };`, deadly)
	t.Cleanup(func() { script(t, `channel.close(); delete window.crynuxBoot`) })
	return func(want string) {
		t.Helper()
		got := func() string { return script(t, `return asked.join()`).String() }
		eventually(t, func() bool { return strings.Count(got(), ",") >= strings.Count(want, ",") })
		if got() != want {
			t.Errorf("asked %s, want %s", got(), want)
		}
	}
}

// eventually waits for what comes by an event.
func eventually(t *testing.T, f func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !f(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it never happened")
		}
	}
}

// settle runs an async function and returns what it resolves to, as text.
func settle(t *testing.T, code string) string {
	t.Helper()
	script(t, `window.settled = undefined; (async () => {`+code+`})().then((v) => settled = "ok " + v, (err) => settled = "error " + err)`)
	eventually(t, func() bool { return !script(t, `return settled`).IsUndefined() })
	said := script(t, `return settled`).String()
	value, ok := strings.CutPrefix(said, "ok ")
	if !ok {
		t.Fatal(fmt.Sprint(said))
	}
	return value
}
