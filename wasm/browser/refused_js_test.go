//go:build js && wasm

package browser_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"sync"
	"testing"
	"time"

	"crynux-dapp/chain/taskwallet"
	"crynux-dapp/wasm/browser"
)

// refuse has the browser refuse workers for the length of a test, and counts what runs
// in the page instead. In the page of TestWhereWorkersAreForbidden a policy does it, and
// then there is one way only.
func refuse(t *testing.T, f func(t *testing.T)) {
	ways := map[string]string{
		"by an error of the constructor": `window.Worker = class { constructor() { throw new DOMException("no workers", "SecurityError"); } }`,
		"by an event":                    `window.crynuxBoot = { worker: "missing.js" }`,
	}
	if script(t, `return location.search.includes("forbidden")`).Bool() {
		ways = map[string]string{"by a policy": ""}
	}
	for way, code := range ways {
		t.Run(way, func(t *testing.T) {
			script(t, `window.real = { Worker, crynuxInPage };
				window.inPage = 0;
				window.crynuxInPage = (...args) => { inPage++; return real.crynuxInPage(...args); };
				`+code)
			defer script(t, `Object.assign(window, real); delete window.crynuxBoot`)
			f(t)
		})
	}
}

// inPage is how many programs were started in the page.
func inPage(t *testing.T) int { return script(t, "return inPage").Int() }

func TestRefused_worker_runs_in_the_page(t *testing.T) {
	refuse(t, func(t *testing.T) {
		var w browser.Worker
		defer w.Close()
		var picture bytes.Buffer
		must(t, png.Encode(&picture, image.NewGray(image.Rect(0, 0, 64, 64))))
		var all sync.WaitGroup
		for range 5 {
			digest, signature, want := signed(t)
			all.Go(func() {
				if got, err := w.Recover(t.Context(), digest, signature); err != nil || got != want {
					t.Errorf("%v, error %v, want %v", got, err, want)
				}
			})
		}
		all.Wait()
		if _, err := w.ImageHash(t.Context(), picture.Bytes()); err != nil {
			t.Error(err)
		}
		var bad *browser.WorkerError
		if _, err := w.ImageHash(t.Context(), []byte("<html>")); !errors.As(err, &bad) {
			t.Errorf("no picture: error %v", err)
		}
		if n := inPage(t); n != 1 {
			t.Errorf("%d programs in the page", n)
		}
	})
}

func TestRefused_worker_locks_and_opens_exports(t *testing.T) {
	refuse(t, func(t *testing.T) {
		var w browser.Worker
		defer w.Close()
		writer := &browser.BlobWriter{}
		must(t, writer.Write([]byte("what is locked")))
		blob, err := writer.Blob()
		must(t, err)
		iv := make([]byte, 12)
		must(t, w.ExportKey(t.Context(), "a passphrase", make([]byte, 16), 1000))
		locked, err := w.ExportSeal(t.Context(), blob, iv, nil)
		must(t, err)
		opened, err := w.ExportOpen(t.Context(), locked, iv, nil)
		must(t, err)
		if got, err := opened.Bytes(t.Context()); err != nil || string(got) != "what is locked" {
			t.Errorf("%q, error %v", got, err)
		}
	})
}

func TestRefused_worker_holds_no_key(t *testing.T) {
	refuse(t, func(t *testing.T) {
		script(t, `window.sent = [];
			real.post = MessagePort.prototype.postMessage;
			MessagePort.prototype.postMessage = function (message, ...more) { sent.push(message.op ?? ""); return real.post.call(this, message, ...more); }`)
		defer script(t, `MessagePort.prototype.postMessage = real.post`)
		v := &browser.Vault{Worker: new(browser.Worker)}
		defer v.Worker.Close()
		id := testIdentity(t)
		_, file, err := browser.Fetch{}.Get(t.Context(), "heavy.json", 1<<16)
		must(t, err)
		for _, when := range []string{"first", "again", "after a question"} {
			first := bytes.Repeat([]byte{7}, 65)
			_, derived := v.Derive(t.Context(), id.Message(), first, nil)
			_, random := v.Random(t.Context())
			_, opened := v.OpenBackup(t.Context(), file, "password")
			_, unsealed := v.Unseal(t.Context(), taskwallet.Record{Identity: id}, "passphrase")
			for what, err := range map[string]error{"Ready": v.Ready(t.Context()), "Derive": derived, "Random": random, "OpenBackup": opened, "Unseal": unsealed} {
				if !errors.Is(err, taskwallet.NoWorker) {
					t.Errorf("%s: %s: error %v", when, what, err)
				}
			}
			if !bytes.Equal(first, make([]byte, 65)) {
				t.Errorf("%s: the signature is still there", when)
			}
			digest, signature, want := signed(t)
			if got, err := v.Worker.Recover(t.Context(), digest, signature); err != nil || got != want {
				t.Errorf("%s: %v, error %v", when, got, err)
			}
		}
		for method, err := range without(t.Context(), v, id) {
			if !errors.Is(err, taskwallet.Locked) {
				t.Errorf("%s: error %v", method, err)
			}
		}
		must(t, v.Lock(t.Context()))
		if sent := script(t, `return sent.filter(Boolean).join()`).String(); sent != "recover,recover,recover" {
			t.Errorf("the program in the page was asked %s", sent)
		}
	})
}

func TestRefused_worker_that_crashes_is_started_again(t *testing.T) {
	refuse(t, func(t *testing.T) {
		script(t, `window.lives = 0;
			const once = window.crynuxInPage;
			window.crynuxInPage = (...args) => {
				if (lives++) return once(...args);
				const { port1, port2 } = new MessageChannel();
				port2.onmessage = () => port2.postMessage({ down: "crashed" });
				return Object.assign(port1, { terminate: port1.close });
			}`)
		var w browser.Worker
		defer w.Close()
		digest, signature, want := signed(t)
		if got, err := w.Recover(t.Context(), digest, signature); err != nil || got != want {
			t.Errorf("%v, error %v, want %v", got, err, want)
		}
		if n := script(t, "return lives").Int(); n != 2 {
			t.Errorf("%d lives", n)
		}
	})
}

func TestRefused_worker_whose_program_cannot_be_loaded_is_down(t *testing.T) {
	refuse(t, func(t *testing.T) {
		script(t, `window.crynuxInPage = (name, version) => real.crynuxInPage("missing.wasm", version)`)
		var w browser.Worker
		defer w.Close()
		digest, signature, _ := signed(t)
		if _, err := w.Recover(t.Context(), digest, signature); !errors.Is(err, browser.ErrWorkerDown) {
			t.Errorf("error %v", err)
		}
	})
}

func TestRefused_worker_is_cancelled_and_closed(t *testing.T) {
	refuse(t, func(t *testing.T) {
		var w browser.Worker
		digest, signature, want := signed(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := w.Recover(ctx, digest, signature); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		if got, err := w.Recover(t.Context(), digest, signature); err != nil || got != want {
			t.Errorf("the next one: %v, error %v", got, err)
		}
		w.Close()
		if _, err := w.Recover(t.Context(), digest, signature); !errors.Is(err, browser.ErrWorkerDown) {
			t.Errorf("closed: error %v", err)
		}
	})
}

// A program that runs in the page could be reached by other scripts of it through what
// it leaves in the window.
func TestRefused_worker_leaves_nothing_in_the_window(t *testing.T) {
	refuse(t, func(t *testing.T) {
		script(t, `window.before = new Set(Object.keys(window)); before.add("before")`)
		var w browser.Worker
		defer w.Close()
		digest, signature, want := signed(t)
		if got, err := w.Recover(t.Context(), digest, signature); err != nil || got != want {
			t.Errorf("%v, error %v, want %v", got, err, want)
		}
		if left := script(t, `return Object.keys(window).filter((name) => !before.has(name)).join()`).String(); left != "" {
			t.Errorf("the window has %s", left)
		}
	})
}

func TestWorker_that_is_not_refused_never_runs_in_the_page(t *testing.T) {
	if script(t, `return location.search.includes("forbidden")`).Bool() {
		t.Skip("here a policy refuses workers")
	}
	script(t, `window.real = { crynuxInPage };
		window.inPage = 0;
		window.crynuxInPage = (...args) => { inPage++; return real.crynuxInPage(...args); };
		window.crynuxBoot = { worker: "dying.js?at=recover" }`)
	defer script(t, `Object.assign(window, real); delete window.crynuxBoot`)
	var w browser.Worker
	defer w.Close()
	digest, signature, _ := signed(t)
	if _, err := w.Recover(t.Context(), digest, signature); !errors.Is(err, browser.ErrWorkerDown) {
		t.Errorf("error %v", err)
	}
	v := &browser.Vault{Worker: &w}
	must(t, v.Ready(t.Context()))
	if n := inPage(t); n != 0 {
		t.Errorf("%d programs in the page", n)
	}
}
