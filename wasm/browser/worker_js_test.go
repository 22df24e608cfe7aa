//go:build js && wasm

package browser_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"image"
	"image/png"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"crynux-dapp/wasm/browser"
)

func signed(t *testing.T) (common.Hash, []byte, common.Address) {
	t.Helper()
	key, err := crypto.GenerateKey()
	must(t, err)
	digest := crypto.Keccak256Hash([]byte("text"))
	signature, err := crypto.Sign(digest[:], key)
	must(t, err)
	return digest, signature, crypto.PubkeyToAddress(key.PublicKey)
}

func TestWorker_recovers_signers(t *testing.T) {
	var w browser.Worker
	defer w.Close()
	digest, signature, want := signed(t)
	for _, v := range []byte{0, 27} {
		s := bytes.Clone(signature)
		s[64] += v
		if got, err := w.Recover(t.Context(), digest, s); err != nil || got != want {
			t.Errorf("v + %d: %v, error %v, want %v", v, got, err, want)
		}
	}
	for _, bad := range []string{"", "00", strings.Repeat("ff", 65), strings.Repeat("00", 65)} {
		b, err := hex.DecodeString(bad)
		must(t, err)
		var refused *browser.WorkerError
		if _, err := w.Recover(t.Context(), digest, b); !errors.As(err, &refused) {
			t.Errorf("signature %.8s…: error %v", bad, err)
		}
	}
}

func TestWorker_hashes_pictures(t *testing.T) {
	var w browser.Worker
	defer w.Close()
	w.Start()
	var picture bytes.Buffer
	must(t, png.Encode(&picture, image.NewGray(image.Rect(0, 0, 64, 64))))
	if _, err := w.ImageHash(t.Context(), picture.Bytes()); err != nil {
		t.Error(err)
	}
	var refused *browser.WorkerError
	for _, bad := range [][]byte{nil, {}, []byte("<html>"), picture.Bytes()[:picture.Len()/2]} {
		if _, err := w.ImageHash(t.Context(), bad); !errors.As(err, &refused) {
			t.Errorf("%d bytes: error %v", len(bad), err)
		}
	}
}

func TestWorker_answers_many_at_once(t *testing.T) {
	var w browser.Worker
	defer w.Close()
	var all sync.WaitGroup
	for range 20 {
		digest, signature, want := signed(t)
		all.Go(func() {
			if got, err := w.Recover(t.Context(), digest, signature); err != nil || got != want {
				t.Errorf("%v, error %v, want %v", got, err, want)
			}
		})
	}
	all.Wait()
}

func TestWorker_that_dies_is_started_again(t *testing.T) {
	script(t, `window.crynuxBoot = { worker: "mortal.js" }`)
	defer script(t, `delete window.crynuxBoot`)
	var w browser.Worker
	defer w.Close()
	digest, signature, want := signed(t)
	if got, err := w.Recover(t.Context(), digest, signature); err != nil || got != want {
		t.Errorf("%v, error %v, want %v", got, err, want)
	}
}

func TestWorker_questions_end_with_their_context(t *testing.T) {
	var w browser.Worker
	defer w.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	digest, signature, want := signed(t)
	if _, err := w.Recover(ctx, digest, signature); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	if got, err := w.Recover(t.Context(), digest, signature); err != nil || got != want {
		t.Errorf("the next one: %v, error %v", got, err)
	}
}
