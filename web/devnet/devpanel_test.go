//go:build !js

package devnet_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/web/devnet"
)

// marks are words by which the panel is known.
var marks = []string{"_devnet", "devpanel", "Test coins", "/faucet"}

func TestPanel_is_served_and_never_built(t *testing.T) {
	for name, o := range map[string]devnet.Options{
		"with demo wallets": {},
		"with none":         {NoWallets: true},
	} {
		t.Run(name, func(t *testing.T) {
			n := start(t, o)
			for _, path := range []string{"", "index.html"} {
				page := get(t, n.Page+path)
				tag := fmt.Sprintf(`<script src="/_devnet/panel" data-rpc="%s" data-chain="%d" defer></script>`, n.RPC, n.Chain.ChainID())
				if strings.Count(page, tag) != 1 {
					t.Errorf("/%s does not hold %s once:\n%s", path, tag, page)
				}
			}
			script := get(t, n.Page+"_devnet/panel")
			for _, mark := range marks[2:] {
				if !strings.Contains(script, mark) {
					t.Errorf("the script does not hold %q: the test below would find nothing", mark)
				}
			}
		})
	}
	files := 0
	err := filepath.WalkDir(dist, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) == ".gz" {
			return err
		}
		files++
		content, err := os.ReadFile(path)
		for _, mark := range marks {
			if bytes.Contains(content, []byte(mark)) {
				t.Errorf("%s holds %q: it belongs to the development server", d.Name(), mark)
			}
		}
		return err
	})
	if err != nil || files < 10 {
		t.Errorf("%d files, error %v", files, err)
	}
}

func get(t *testing.T, address string) string {
	t.Helper()
	answer, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, error %v", address, answer.Status, err)
	}
	return string(body)
}

func TestPanel_gives_test_coins(t *testing.T) {
	n := start(t, devnet.Options{NoWallets: true})
	p := openPanel(t, n.Page)

	p.give(t, "")
	p.says(t, "Which account?", true)
	p.give(t, "0x12")
	p.says(t, `"0x12" is no address`, true)

	account := common.HexToAddress("0x00000000000000000000000000000000000c0ffe")
	p.give(t, " "+account.Hex()+" ")
	p.says(t, "1 ETH and 1000 CNX have come to "+strings.ToLower(account.Hex()), false)
	if balance, err := n.Chain.Client().BalanceAt(t.Context(), account, nil); err != nil || balance.Cmp(big.NewInt(1e18)) != 0 {
		t.Errorf("the account holds %v wei (error %v)", balance, err)
	}

	n.Close()
	p.give(t, account.Hex())
	p.says(t, "does not answer", false)
}

func TestPanel_tells_what_a_wallet_needs(t *testing.T) {
	n := start(t, devnet.Options{NoWallets: true})
	p := openPanel(t, n.Page)
	var text string
	p.run(t, chromedp.Evaluate(panel+`.querySelector("dl").innerText`, &text))
	for _, want := range []string{n.RPC, n.Chain.ChainID().String()} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not tell %s:\n%s", want, text)
		}
	}
	for name, want := range map[string]string{"RPC address": n.RPC, "Chain id": n.Chain.ChainID().String()} {
		var copied string
		p.run(t,
			chromedp.Evaluate(`window.copied = ""; navigator.clipboard.writeText = async (text) => { window.copied = text }`, nil),
			chromedp.Evaluate(fmt.Sprintf(panel+`.querySelector('[aria-label="Copy %s"]').click()`, name), nil),
			chromedp.Poll(`window.copied`, nil),
			chromedp.Evaluate(`window.copied`, &copied),
		)
		if copied != want {
			t.Errorf("Copy %s copies %q, want %q", name, copied, want)
		}
		p.says(t, "Copied: "+want, false)
	}
}

func TestPanel_covers_no_control_while_it_is_closed(t *testing.T) {
	n := start(t, devnet.Options{NoWallets: true})
	p := tab(t)
	p.run(t, chromedp.Navigate(n.Page), chromedp.WaitNotPresent("#shell"), chromedp.WaitReady("crynux-devnet"))
	for name, size := range map[string][2]int64{"desktop": {1440, 900}, "tablet": {800, 1000}, "phone": {390, 844}, "small phone": {320, 640}} {
		t.Run(name, func(t *testing.T) {
			var covered []string
			p.run(t, chromedp.EmulateViewport(size[0], size[1]), chromedp.Evaluate(`(() => {
				const box = `+panel+`.querySelector("details").getBoundingClientRect();
				return [...document.querySelectorAll("a, button, input, select, textarea, summary")].filter((e) => {
					const r = e.getBoundingClientRect();
					const over = r.width && r.left < box.right && r.right > box.left && r.top < box.bottom && r.bottom > box.top;
					return over && e.checkVisibility();
				}).map((e) => e.outerHTML);
			})()`, &covered))
			for _, e := range covered {
				t.Error(e)
			}
			var over bool
			p.run(t, chromedp.Evaluate(panel+`.querySelector("details").getBoundingClientRect().top < document.querySelector(".shell").getBoundingClientRect().bottom`, &over))
			if over && size[0] < 640 {
				t.Error("it lies over the page")
			}
		})
	}
}

// panel is the root of the panel's own tree.
const panel = `document.querySelector("crynux-devnet").shadowRoot`

type visitor struct{ ctx context.Context }

// tab is an empty page in a browser of its own, for at most two minutes.
func tab(t *testing.T) visitor {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU)
	if path := os.Getenv("CHROME"); path != "" {
		options = append(options, chromedp.ExecPath(path))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithErrorf(func(string, ...any) {})) // events newer than the library
	t.Cleanup(cancel)
	v := visitor{ctx}
	v.run(t)
	return v
}

// openPanel opens the page, and the panel by its summary.
func openPanel(t *testing.T, page string) visitor {
	t.Helper()
	v := tab(t)
	v.run(t,
		chromedp.Navigate(page),
		chromedp.WaitNotPresent("#shell"),
		chromedp.WaitReady("crynux-devnet"),
		chromedp.Evaluate(panel+`.querySelector("summary").click()`, nil),
	)
	return v
}

func (v visitor) run(t *testing.T, actions ...chromedp.Action) {
	t.Helper()
	if err := chromedp.Run(v.ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// give types an account and presses the button.
func (v visitor) give(t *testing.T, account string) {
	t.Helper()
	text, err := json.Marshal(account)
	if err != nil {
		t.Fatal(err)
	}
	v.run(t, chromedp.Evaluate(fmt.Sprintf(`(() => {
		const root = %s;
		root.querySelector("input").value = %s;
		root.querySelector("form button").click();
	})()`, panel, text), nil))
}

// says waits for a message; wrong is whether the field is marked.
func (v visitor) says(t *testing.T, text string, wrong bool) {
	t.Helper()
	want, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	var said string
	ctx, cancel := context.WithTimeout(v.ctx, 20*time.Second)
	defer cancel()
	err = chromedp.Run(ctx, chromedp.Poll(fmt.Sprintf(`%s.querySelector("[role=status]").textContent.includes(%s)`, panel, want), nil))
	if err != nil {
		v.run(t, chromedp.Evaluate(panel+`.querySelector("[role=status]").textContent`, &said))
		t.Fatalf("it says %q, want %q", said, text)
	}
	var marked bool
	v.run(t, chromedp.Evaluate(panel+`.querySelector("input").ariaInvalid === "true"`, &marked))
	if marked != wrong {
		t.Errorf("%q: the field is marked as wrong: %v", text, marked)
	}
}
