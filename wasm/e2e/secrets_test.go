//go:build !js

package e2e

import (
	"crypto/ecdsa"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/signer/core/apitypes"

	"crynux-dapp/chain/devchain"
	"crynux-dapp/web/devnet"
)

// keyOf makes the task wallet's key as taskwallet.md §3 and §4 say it, by other
// means than the page: go-ethereum's typed data and the standard library's HKDF.
func keyOf(t *testing.T, owner *ecdsa.PrivateKey, site string, chainID uint64, number uint64) (signature, key []byte) {
	t.Helper()
	text := fmt.Sprintf(`{"types":{
		"EIP712Domain":[{"name":"name","type":"string"},{"name":"version","type":"string"}],
		"TaskWallet":[{"name":"purpose","type":"string"},{"name":"warning","type":"string"},{"name":"site","type":"string"},
			{"name":"chainId","type":"uint256"},{"name":"number","type":"uint256"}]},
		"primaryType":"TaskWallet",
		"domain":{"name":"Crynux DApp task wallet","version":"1"},
		"message":{"purpose":"Open my Crynux task wallet",
			"warning":"This signature IS its key: whoever gets it can spend what is in it. It is never a login. Reject unless you are on this site or on a copy of it that you trust.",
			"site":%q,"chainId":"%d","number":"%d"}}`, site, chainID, number)
	var typed apitypes.TypedData
	if err := json.Unmarshal([]byte(text), &typed); err != nil {
		t.Fatal(err)
	}
	digest, _, err := apitypes.TypedDataAndHash(typed)
	if err != nil {
		t.Fatal(err)
	}
	signature, err = crypto.Sign(digest, owner)
	if err != nil {
		t.Fatal(err)
	}
	at := crypto.PubkeyToAddress(owner.PublicKey)
	word := func(n uint64) []byte { return binary.BigEndian.AppendUint64(make([]byte, 24), n) }
	info := "key" + string(at[:]) + string(word(chainID)) + string(word(number))
	okm, err := hkdf.Key(sha256.New, signature[:64], []byte("crynux-dapp/task-wallet/v1"), info, 48)
	if err != nil {
		t.Fatal(err)
	}
	scalar := new(big.Int).SetBytes(okm)
	order := crypto.S256().Params().N
	scalar.Mod(scalar, new(big.Int).Sub(order, big.NewInt(1))).Add(scalar, big.NewInt(1))
	return signature, scalar.FillBytes(make([]byte, 32))
}

// oneModern is today's MetaMask, with a key that the test knows.
func oneModern(o *devnet.Options) {
	o.Wallets = func(c *devchain.Chain) []*devchain.Wallet {
		return []*devchain.Wallet{made(devchain.WalletOptions{
			Name: modern, RDNS: "test.modern", Chain: c, Clock: c.Clock(), Mode: devchain.WalletModern, Keys: []*ecdsa.PrivateKey{c.Key("alice")},
		})}
	}
}

// backUp saves the key as a file under a password, and proves that it opens.
func (v *visitor) backUp(password, dir string) {
	v.t.Helper()
	v.openPurse()
	v.click("button", "Back up")
	v.fill("textbox", "New password of the file", password)
	v.fill("textbox", "The same password again", password)
	v.click("button", "Save the backup file")
	v.sees("The file was saved.")
	var file string
	v.until("the file", func() bool {
		list, err := filepath.Glob(filepath.Join(dir, "*.json"))
		if err != nil || len(list) == 0 {
			return false
		}
		file = list[0]
		text, err := os.ReadFile(file)
		return err == nil && json.Valid(text)
	})
	v.chooses(file)
	v.fill("textbox", "Password of the file", password)
	v.click("button", "Choose the file and open it")
	v.sees("it is proven")
	v.click("button", "Close")
}

// chooses answers the next question for a file.
func (v *visitor) chooses(file string) {
	v.t.Helper()
	v.run(page.SetInterceptFileChooserDialog(true))
	chromedp.ListenTarget(v.ctx, func(e any) {
		if e, ok := e.(*page.EventFileChooserOpened); ok {
			go func() {
				if err := chromedp.Run(v.ctx, dom.SetFileInputFiles([]string{file}).WithBackendNodeID(e.BackendNodeID)); err != nil {
					v.hear("the file was not chosen: " + err.Error())
				}
			}()
		}
	})
}

// TestSecretsStayInTheWorker is test 17 of taskwallet.md in a real browser.
func TestSecretsStayInTheWorker(t *testing.T) {
	t.Parallel()
	n := network(t, oneModern)

	t.Run("a planted one is found everywhere", func(t *testing.T) {
		const planted = "a-planted-secret-0123456789"
		v := browse(t)
		s := spies(v)
		v.open(n.Page)
		v.ready()
		s.plant(planted)
		v.until("the exception", func() bool { return s.finds([]byte(planted))[spyExceptions] != "" })
		s.collect()
		found := s.finds([]byte(planted))
		for _, channel := range spyChannels {
			if found[channel] == "" {
				t.Errorf("it was not seen in %s", channel)
			}
		}
		if n := len(s.finds([]byte("never planted"))); n != 0 {
			t.Errorf("what nobody said was seen in %d channels", n)
		}
	})

	const password, passphrase, wrong = "the-keystore's password", "two foxes, one letter", "one fox, two letters"
	signature, key := keyOf(t, n.Chain.Key("alice"), "localhost", n.Chain.ChainID().Uint64(), 0)
	secret, err := crypto.ToECDSA(key)
	if err != nil {
		t.Fatal(err)
	}
	address := crypto.PubkeyToAddress(secret.PublicKey)

	v := browse(t)
	v.net = n
	v.before(clockScript(n.Chain.Clock()))
	s := spies(v)
	downloads := t.TempDir()
	v.run(browser.SetDownloadBehavior(browser.SetDownloadBehaviorBehaviorAllow).WithBrowserContextID(v.inside()).WithDownloadPath(downloads))
	v.open(n.Page)
	v.ready()
	v.click("button", "Connect wallet")
	v.find("button", "Wallet "+n.Wallets[0].Address().Hex())

	v.setUp(3)
	v.order("a sealed letter", 1)
	v.find("image", "a sealed letter")
	v.click("link", "Chat")
	v.fill("textbox", "Question", "Can you keep a secret?")
	v.click("button", "Ask")
	v.find("button", "Copy")
	s.collect()

	v.backUp(password, downloads)
	s.collect()

	v.openPurse()
	v.click("button", "Remember")
	v.fill("textbox", "New passphrase", passphrase)
	v.fill("textbox", "The same passphrase again", passphrase)
	v.click("button", "Keep it under this passphrase")
	v.sees("It stays in this browser under a passphrase.")
	s.collect()
	v.reload()
	v.click("button", "Unlock task wallet")
	v.fill("textbox", "Passphrase of this browser", wrong)
	v.click("button", "Unlock")
	v.find("alert", "This is not the passphrase")
	v.fill("textbox", "Passphrase of this browser", passphrase)
	v.click("button", "Unlock")
	v.sees("The task wallet is open.")
	s.collect()
	v.click("button", "Remember")
	v.click("button", "Keep it in this browser")
	v.sees("It stays in this browser, and one click opens it.")
	s.collect()

	v.reload()
	v.click("button", "Unlock task wallet")
	v.click("button", "Unlock with one signature")
	v.sees("The task wallet is open.")
	v.click("button", "Take everything out")
	s.collect()
	v.click("button", "Send everything back")
	v.sees("It was sent.")
	s.collect()
	for _, line := range v.said() {
		s.note(spyConsole, line)
	}

	if !s.saw(spyDOM, address.Hex()) || !s.saw(spyDatabase, strings.ToLower(address.Hex())) {
		t.Fatalf("the search is blind, or the key of %s is another one", address)
	}
	if n := v.tasks(); n != 2 {
		t.Errorf("%d tasks", n)
	}
	for what, bytes := range map[string][]byte{
		"the key": key, "the signature": signature[:64], "r of the signature": signature[:32], "s of the signature": signature[32:64],
		"the password": []byte(password), "the passphrase": []byte(passphrase), "the wrong passphrase": []byte(wrong),
	} {
		for channel, form := range s.finds(bytes) {
			t.Errorf("%s is in %s, as %s", what, channel, form)
		}
	}
	v.whole()
}
