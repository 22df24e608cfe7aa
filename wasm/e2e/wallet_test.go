//go:build !js

package e2e

import (
	"context"
	"crypto/ecdsa"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/chromedp/kb"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"crynux-dapp/chain/devchain"
	"crynux-dapp/web/devnet"
)

// order asks for pictures; the form keeps everything else.
func (v *visitor) order(prompt string, pictures int) {
	v.t.Helper()
	v.fill("textbox", "Prompt", prompt)
	v.fill("spinbutton", "Pictures", fmt.Sprint(pictures))
	v.click("button", "Generate")
}

// done waits for all pictures of the first task, and checks that it was paid for once.
func (v *visitor) done(prompt string, pictures int) {
	v.t.Helper()
	v.doneAs(1, prompt, pictures)
}

// doneAs waits for all pictures of the nth task, and that all are verified by then. It
// checks that each was paid for once.
func (v *visitor) doneAs(nth int, prompt string, pictures int) {
	v.t.Helper()
	v.shown(prompt, pictures)
	v.until(fmt.Sprintf("%d verdicts", nth), func() bool { return v.verdicts() == nth })
	if paid := v.tasks(); paid != int64(nth) {
		v.t.Errorf("%d tasks were paid for, want %d", paid, nth)
	}
	v.whole()
}

// shown waits for the pictures of a task.
func (v *visitor) shown(prompt string, pictures int) {
	v.t.Helper()
	if pictures == 1 {
		v.find("image", prompt)
		return
	}
	for i := range pictures {
		v.find("image", fmt.Sprintf("%s (%d of %d)", prompt, i+1, pictures))
	}
}

// problem waits for a problem by its title and checks what it says.
func (v *visitor) problem(title string, says ...string) {
	v.t.Helper()
	role := ""
	v.until(fmt.Sprintf("the problem %q", title), func() bool {
		for _, role = range []string{"alert", "group"} { // a group when it is no news
			if v.has(role, title) {
				return true
			}
		}
		return false
	})
	text := v.text(role, title)
	for _, part := range says {
		if !strings.Contains(text, part) {
			v.t.Errorf("%q does not say %q:\n%s", title, part, text)
		}
	}
}

// awaits waits until a wallet asks for a method.
func (v *visitor) awaits(wallet, method string) devchain.Prompt {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, patience)
	defer cancel()
	p, err := v.wallet(wallet).AwaitPrompt(ctx, method)
	if err != nil {
		v.t.Fatal(err)
	}
	return p
}

// answersBy waits until a wallet asks for a method, has press answer in its window
// in the page, and waits until that very window is gone: the next one looks alike.
func (v *visitor) answersBy(wallet, method string, press func()) {
	v.t.Helper()
	p := v.awaits(wallet, method)
	window := v.find("dialog", wallet+": confirm")
	press()
	v.until("the wallet to take the answer", func() bool {
		open := slices.Contains(v.all("dialog", named(wallet+": confirm")), window)
		return !open && v.wallet(wallet).Prompts()[p.ID-1].Verdict != devchain.Ask
	})
}

func (v *visitor) answers(wallet, method, button string) {
	v.t.Helper()
	v.answersBy(wallet, method, func() { v.click("button", button) })
}

func (v *visitor) confirms(wallet, method string) { v.t.Helper(); v.answers(wallet, method, "Confirm") }
func (v *visitor) rejects(wallet, method string)  { v.t.Helper(); v.answers(wallet, method, "Reject") }

// asking is a rule for a wallet: its person is asked about these methods, the
// rest is confirmed at once.
func asking(methods ...string) func(devchain.Prompt) devchain.Verdict {
	return func(p devchain.Prompt) devchain.Verdict {
		if slices.Contains(methods, p.Method) {
			return devchain.Ask
		}
		return devchain.Approve
	}
}

// connectOnly connects the only wallet of the browser, which the page need not
// ask about.
func (v *visitor) connectOnly() {
	v.t.Helper()
	v.ready()
	v.click("button", "Connect wallet")
	v.find("button", "Wallet "+v.net.Wallets[0].Address().Hex())
	v.allowDirect()
}

// ready waits until the page knows its wallets and what it has stored. Whether its
// network is there is another matter.
func (v *visitor) ready() {
	v.t.Helper()
	v.until("the page to be ready", func() bool {
		text := v.body()
		return strings.Contains(text, "The network answers") || strings.Contains(text, "The blockchain does not answer")
	})
}

// The methods that ask a person.
const (
	connecting = "eth_requestAccounts"
	sending    = "eth_sendTransaction"
	signing    = "eth_sign"
)

// twoAccounts is a wallet that signs digests and has a second account, on which
// there is nothing at first.
func twoAccounts(o *devnet.Options) {
	o.Wallets = func(c *devchain.Chain) []*devchain.Wallet {
		return []*devchain.Wallet{made(devchain.WalletOptions{
			Name: digests, RDNS: "test.two-accounts", Chain: c, Clock: c.Clock(), Mode: devchain.WalletLegacy,
			Keys: []*ecdsa.PrivateKey{c.Key("alice"), c.Key("second")},
		})}
	}
}

func made(o devchain.WalletOptions) *devchain.Wallet {
	w, err := devchain.NewWallet(o)
	if err != nil {
		panic(err) // name, chain and key are given
	}
	return w
}

// second is the other account of twoAccounts.
func second(n *devnet.Network) common.Address {
	return crypto.PubkeyToAddress(n.Chain.Key("second").PublicKey)
}

// fund gives an account milli-units of the chain's coin and of CNX.
func (v *visitor) fund(to common.Address, milliCoin, milliCNX int64) {
	v.t.Helper()
	milli := func(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), big.NewInt(1e15)) }
	if err := v.net.Chain.Fund(v.ctx, to, milli(milliCoin), milli(milliCNX)); err != nil {
		v.t.Fatal(err)
	}
}

// origin is the page as wallets know it.
func origin(n *devnet.Network) string { return strings.TrimSuffix(n.Page, "/") }

func TestWalletPickerListsTheWalletsOfTheBrowser(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.wallet(digests).AnswerWith(devchain.AskAlways)
	v.click("button", "Connect wallet")
	v.find("dialog", "Connect a wallet")
	v.find("button", modern)
	v.click("button", digests)
	v.find("button", "Waiting for the wallet…")
	v.confirms(digests, connecting)
	v.click("button", "Wallet "+v.wallet(digests).Address().Hex())
	v.until("the wallet with its balance", func() bool { return strings.Contains(v.text("dialog", "Your wallet"), "300 CNX") })
	v.click("button", "Disconnect")
	v.find("button", "Connect wallet")
	v.whole()
}

func TestWalletRejectionsChargeNothingAndCanBeMended(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.wallet(digests).AnswerWith(devchain.AskAlways)
	const prompt = "two foxes in the snow"

	v.click("button", "Connect wallet")
	v.click("button", digests)
	v.rejects(digests, connecting)
	v.find("dialog", "Connect a wallet")
	v.problem("You said no in the wallet", "Nothing was charged.")
	v.click("button", digests)
	v.confirms(digests, connecting)
	v.gone("dialog", "Connect a wallet")
	v.allowDirect()

	v.order(prompt, 2)
	v.rejects(digests, sending)
	v.problem("You said no in the wallet", "Nothing was charged.")

	v.click("button", "Ask again")
	v.confirms(digests, sending) // the approval
	v.rejects(digests, sending)  // the payment
	v.problem("You said no in the wallet", "No CNX was charged, only gas.")
	if tasks, cnx := v.tasks(), v.cnx(v.wallet(digests).Address()); tasks != 0 || cnx != 300 {
		t.Errorf("%d tasks, %d CNX left", tasks, cnx)
	}

	v.click("button", "Ask again")
	v.confirms(digests, sending) // the payment: the approval is not asked for again
	v.rejects(digests, signing)  // the arguments
	v.problem("You said no in the wallet", "The fee of 30 CNX is paid", "nothing is paid twice", "The arguments must be signed")

	v.click("button", "Ask again")
	v.confirms(digests, signing) // the arguments
	v.confirms(digests, signing) // the first picture
	v.rejects(digests, signing)  // the second
	v.problem("You said no in the wallet", "The fee of 30 CNX is paid", "Each result is handed out against a signature of yours.")
	v.find("image", prompt+" (1 of 2)") // what is here stays

	v.click("button", "Ask again")
	v.confirms(digests, signing)
	v.done(prompt, 2)
	if cnx := v.cnx(v.wallet(digests).Address()); cnx != 270 {
		t.Errorf("%d CNX left", cnx)
	}
}

func TestWalletWithoutEnoughMoney(t *testing.T) {
	t.Parallel()
	n := network(t, twoAccounts)
	v := visit(t, n)
	poor := second(n)
	if err := v.wallet(digests).SwitchAccount(poor); err != nil {
		t.Fatal(err)
	}
	v.fund(poor, 1000, 20_000)
	v.connectOnly()
	v.until("that 20 CNX are too few", func() bool { return strings.Contains(v.body(), "you have 20 CNX") })
	const prompt = "a small boat"
	v.order(prompt, 1)
	v.problem("Not enough CNX", "costs 30 CNX", "has 20 CNX", "Nothing was charged.")
	if asked := v.prompts(digests); asked[sending] != 0 {
		t.Errorf("the wallet was asked to pay: %v", asked)
	}
	v.fund(poor, 0, 10_000)
	v.click("button", "Check again")
	v.done(prompt, 1)
}

func TestWalletWithoutEnoughGas(t *testing.T) {
	t.Parallel()
	n := network(t, twoAccounts)
	v := visit(t, n)
	dry := second(n)
	if err := v.wallet(digests).SwitchAccount(dry); err != nil {
		t.Fatal(err)
	}
	if err := n.Chain.Fund(t.Context(), dry, big.NewInt(1e13), new(big.Int).Mul(big.NewInt(60), big.NewInt(1e18))); err != nil {
		t.Fatal(err)
	}
	v.connectOnly()
	const prompt = "a dry river"
	v.order(prompt, 1)
	v.problem("Not enough for gas", "has 0.00001", "Nothing was charged.")
	if asked := v.prompts(digests); asked[sending] != 0 {
		t.Errorf("the wallet was asked to pay: %v", asked)
	}
	v.fund(dry, 100, 0)
	v.click("button", "Check again")
	v.done(prompt, 1)
}

func TestWalletAllowanceChangedToTooLittle(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.connect(digests)
	v.wallet(digests).AnswerWith(devchain.AskAlways)
	const prompt = "a narrow bridge"
	v.order(prompt, 1)
	v.fill("textbox", "Spending cap (CNX)", "12.5")
	v.confirms(digests, sending)
	v.problem("The approved amount is too small", "costs 30 CNX", "approved are 12.5 CNX", "No CNX was charged, only gas.")
	v.wallet(digests).AnswerWith(devchain.ApproveAll)
	v.click("button", "Approve again")
	v.done(prompt, 1)
	if asked := v.prompts(digests); asked[sending] != 3 { // two approvals and the payment
		t.Errorf("the wallet was asked to send %d transactions", asked[sending])
	}
}

func TestWalletThatCannotSignForTheRelay(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.connect(modern)
	v.allowDirect()
	v.order("a locked door", 1)
	v.problem("This wallet cannot sign for the Relay", "no method for that", "Use a wallet that signs digests", "Nothing was charged.")
	if asked := v.prompts(modern); asked[sending] != 0 || v.tasks() != 0 {
		t.Errorf("it was asked all the same: %v", asked)
	}
	v.whole()
}

func TestWalletSignsTextsWhereTheRelayTakesThem(t *testing.T) {
	t.Parallel()
	n := network(t, func(o *devnet.Options) { o.EIP191 = true })
	v := visit(t, n)
	v.connect(modern)
	v.order("an open door", 2)
	v.done("an open door", 2)
	if asked := v.prompts(modern); asked["personal_sign"] != 3 || asked[sending] != 2 {
		t.Errorf("the wallet was asked %v", asked)
	}
}

func TestWalletOnAnotherNetwork(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.connect(digests)
	w := v.wallet(digests)
	w.SetChain(1)
	v.sees("Your wallet is on another network")

	v.part("nothing_is_started", func(t *testing.T) {
		v.order("a detour", 1)
		v.until("the focus on the cure", func() bool { return v.focused() == "Switch network" })
		if v.has("article", "Task: a detour") {
			t.Error("a task was made")
		}
	})
	v.part("refused", func(t *testing.T) {
		w.Answer("wallet_switchEthereumChain", devchain.Reject)
		v.click("button", "Switch network")
		v.problem("You said no in the wallet", "Nothing was charged.")
	})
	v.part("switched", func(t *testing.T) {
		v.click("button", "Switch network")
		v.gone("button", "Switch network")
	})
	v.part("added_where_the_wallet_does_not_know_it", func(t *testing.T) {
		w.SetChain(1)
		w.ForgetChain(devchain.DefaultChainID)
		v.click("button", "Switch network")
		v.gone("button", "Switch network")
		if asked := v.prompts(digests); asked["wallet_addEthereumChain"] != 1 {
			t.Errorf("the wallet was asked %v", asked)
		}
	})
	v.click("button", "Generate")
	v.done("a detour", 1)
}

func TestWalletIsLockedAtFirst(t *testing.T) {
	t.Parallel()
	v := visit(t, network(t))
	w := v.wallet(digests)
	w.Lock()
	v.click("button", "Connect wallet")
	v.click("button", digests)
	v.find("button", "Waiting for the wallet…")
	v.confirms(digests, connecting) // its window to unlock it
	v.find("button", "Wallet "+w.Address().Hex())
}

func TestWalletHasAnOpenRequest(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.wallet(digests).AnswerWith(asking(connecting))
	v.click("button", "Connect wallet")
	v.click("button", digests)
	v.find("dialog", digests+": confirm")
	v.reload() // the wallet still asks, this page does not know why
	v.find("dialog", digests+": confirm")
	v.run(dom.Focus().WithBackendNodeID(v.find("button", "Connect wallet").id)) // its window lies over the button
	v.press(kb.Enter)
	v.click("button", digests)
	v.problem("A request is waiting in your wallet", "Open the wallet and answer it", "Nothing was charged.")
	v.click("button", "Close")
	v.confirms(digests, connecting)
	v.connect(digests)
	if asked := v.prompts(digests); asked[connecting] != 1 {
		t.Errorf("the wallet asked %v", asked)
	}
}

func TestWalletComesBackWithoutAQuestion(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.connect(digests)
	account := "Wallet " + v.wallet(digests).Address().Hex()
	v.reload()
	v.find("button", account)
	v.until("the balance", func() bool { return v.has("group", "Balances") })
	if asked := v.prompts(digests); len(asked) != 1 || asked[connecting] != 1 {
		t.Errorf("the wallet was asked %v", asked)
	}

	v.click("button", account)
	v.click("button", "Disconnect")
	v.find("button", "Connect wallet")
	v.reload()
	v.ready()
	v.net.Chain.Clock().Advance(5 * time.Second) // longer than a wallet is waited for
	if !v.has("button", "Connect wallet") {
		t.Error("a wallet that was disconnected came back by itself")
	}
}

func TestWalletIsMissing(t *testing.T) {
	t.Parallel()
	n := network(t, func(o *devnet.Options) { o.NoWallets = true })
	v := visit(t, n)
	v.click("button", "Connect wallet")
	v.find("dialog", "Connect a wallet")
	v.sees("No wallet was found in this browser.")
	v.click("button", "Close")
	v.gone("dialog", "Connect a wallet")

	v.fill("textbox", "Prompt", "a window without a house")
	v.click("button", "Generate")
	v.find("dialog", "Connect a wallet") // and what was typed stays
	v.click("button", "Close")
	if got := v.value("textbox", "Prompt"); got != "a window without a house" {
		t.Errorf("the prompt is %q", got)
	}
	v.click("button", "Arguments")
	v.click("link", "Chat")
	v.find("textbox", "Question")
	v.whole()
}

func TestWalletOfWindowEthereum(t *testing.T) {
	t.Parallel()
	n := network(t, func(o *devnet.Options) {
		o.Wallets = func(c *devchain.Chain) []*devchain.Wallet {
			return []*devchain.Wallet{made(devchain.WalletOptions{
				Name: digests, Chain: c, Clock: c.Clock(), Mode: devchain.WalletLegacy,
				Keys: []*ecdsa.PrivateKey{c.Key("alice")}, Unannounced: true, WindowEthereum: true,
			})}
		}
	})
	v := visit(t, n)
	v.connectOnly()
	v.order("an old house", 1)
	v.done("an old house", 1)
	v.reload() // it is known again, though it has no name of its own
	v.find("button", "Wallet "+v.wallet(digests).Address().Hex())
}
