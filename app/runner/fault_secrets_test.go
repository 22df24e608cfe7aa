//go:build !js

package runner_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/keystore"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
)

// TestSecretsAreInNothingThatIsShownOrStored does with a task wallet what can be
// done, rightly and wrongly, and then searches every snapshot and every record:
// what is shown, copied as details or kept comes from these.
func TestSecretsAreInNothingThatIsShownOrStored(t *testing.T) {
	const password, wrong = "a keystore's password", "another password"
	w := begin(t, setup{})
	g, p := w.modern()
	var mu sync.Mutex
	shown := &strings.Builder{}
	stop := g.Subscribe(func(s runner.Snapshot) {
		mu.Lock()
		defer mu.Unlock()
		text, err := json.Marshal(s)
		if err != nil {
			t.Error(err)
		}
		fmt.Fprintf(shown, "%s\n%+v\n", text, s)
	})
	defer stop()

	var signature []byte
	g.conn.stand(func(_ context.Context, m string, _ any, ask asking) (json.RawMessage, error) {
		answer, err := ask()
		if m == "eth_signTypedData_v4" && err == nil {
			var text string
			if err := json.Unmarshal(answer, &text); err != nil {
				return nil, err
			}
			mu.Lock()
			defer mu.Unlock()
			signature = hexutil.MustDecode(text)
		}
		return answer, err
	})
	made := g.purse()
	g.fund(1)
	g.finish(g.order(task.SD, sd(t, 1)))
	file, err := g.Backup(t.Context(), password)
	w.must(err)
	g.refuses(job.PurseWrongPassword, func() { g.OpenBackup(file, wrong) })
	g.refuses(job.PurseBadFile, func() { g.OpenBackup(file[:len(file)/2], password) })
	if got := g.acts(func() { g.OpenBackup(file, password) }); !got.BackedUp {
		t.Errorf("not proven: %+v", got)
	}
	g.acts(func() { g.SweepPurse("") })
	g.LockPurse()
	g.until("it is locked", func(s runner.Snapshot) bool { return !s.Purse.Open })
	g.close()
	good := append([]byte(nil), signature...)
	for _, cut := range []int{64, 63} { // a form of it, and a broken one
		w.vault = &keyRoom{w: w}
		again := w.reopen(p, g.store)
		again.connect()
		again.signsTyped(func(json.RawMessage) json.RawMessage {
			sig := append([]byte(nil), good[:cut]...)
			if cut == 64 {
				sig[32] |= (good[64] - 27) << 7
			}
			return json.RawMessage(`"` + hexutil.Encode(sig) + `"`)
		})
		again.acts(again.MakePurse)
		s, _ := again.now()
		mu.Lock()
		fmt.Fprintf(shown, "%+v\n", s)
		mu.Unlock()
		again.close()
	}

	opened, err := keystore.DecryptKey(file, password)
	w.must(err)
	key := crypto.FromECDSA(opened.PrivateKey)
	if opened.Address != made.Address {
		t.Fatalf("the file holds the key of %s", opened.Address)
	}
	mu.Lock()
	defer mu.Unlock()
	places := map[string]string{"a snapshot": shown.String(), "the disk": g.store.dump()}
	for name, text := range places {
		if !strings.Contains(text, strings.ToLower(made.Address.Hex())) && !strings.Contains(text, made.Address.Hex()) {
			t.Fatalf("the search of %s is blind", name)
		}
		for what, secret := range map[string][]byte{
			"the key": key, "the signature": good[:64], "r": good[:32], "s": good[32:64], "the password": []byte(password), "the other password": []byte(wrong),
		} {
			numbers := strings.Trim(fmt.Sprint(secret), "[]")
			for _, spelt := range []string{
				string(secret), hex.EncodeToString(secret), strings.ToUpper(hex.EncodeToString(secret)), numbers, strings.ReplaceAll(numbers, " ", ","),
				strings.TrimRight(base64.StdEncoding.EncodeToString(secret), "="), base64.RawURLEncoding.EncodeToString(secret),
			} {
				if strings.Contains(text, spelt) {
					t.Errorf("%s is in %s", what, name)
				}
			}
		}
	}
}

// dump is everything on the disk, as text and as hex.
func (d *disk) dump() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var b strings.Builder
	for store, records := range d.records {
		for key, value := range records {
			fmt.Fprintf(&b, "%s %s: %s %x\n", store, key, value, value)
		}
	}
	return b.String()
}
