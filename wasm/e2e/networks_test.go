//go:build !js

package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// TestNetworkOfOnesOwn: a network that the host has not named is added by hand, used,
// found again after a reload and removed.
func TestNetworkOfOnesOwn(t *testing.T) {
	t.Parallel()
	n := network(t)
	address := plainHost(t, n, "", true)
	v := browse(t)
	v.net = n
	v.before(clockScript(n.Chain.Clock()))
	v.before(walletScript(t, address))
	v.open(address)
	v.click("link", "Settings")
	v.find("region", "Networks")
	v.click(disclosure, "Add a network")

	at := n.Chain.Contracts()
	const elsewhere = "https://relay.example"
	for name, text := range map[string]string{
		"Name": "Next door", "Chain id": "1", "RPC addresses, one in a line": n.RPC, "Relay addresses, one in a line": elsewhere,
		"Contract of the token CNX": at.Token.Hex(), "Task contract": strings.ToLower(at.Task.Hex()), "Node contract": at.Node.Hex()[:41], "Fee of a task, in CNX": "30",
	} {
		v.fill("textbox", name, text)
	}
	v.click("button", "Check this network")
	v.sees("This copy of the page may not speak to " + elsewhere)
	v.sees("An address is 0x and 40 hex digits.")
	if at := v.focused(); at != "Relay addresses, one in a line" {
		t.Errorf("the focus is on %q", at)
	}
	v.shot("network-wrong")

	v.fill("textbox", "Relay addresses, one in a line", n.RelayURL)
	v.fill("textbox", "Node contract", at.Node.Hex())
	v.click("button", "Check this network")
	v.sees(fmt.Sprintf("The RPC is of chain %s, not of 1.", n.Chain.ChainID()))
	v.sees("It cannot be added like this. Nothing was kept, sent or signed.")

	v.fill("textbox", "Chain id", n.Chain.ChainID().String())
	v.tabs("Check this network")
	v.press(kb.Enter)
	v.sees("The token is CNX.")
	v.sees("The Relay answers and knows 7 nodes.")
	v.sees(fmt.Sprintf("Next door shares chain id %s with Development network. Use an account that holds nothing there.", n.Chain.ChainID()))
	for _, dark := range []bool{false, true} {
		v.dark(dark)
		for _, width := range []int64{1440, 390} {
			v.size(width, 900, width < 600)
			v.fits()
			v.legible(t)
			v.call(v.find("button", "Add this network").id, "function() { this.scrollIntoView({block: 'center'}); return '' }")
			v.shot(fmt.Sprintf("network-%d-%t", width, dark))
		}
	}
	v.dark(false)
	v.size(1440, 900, false)
	v.click("button", "Add this network")
	v.sees("“Next door” was added.")
	v.choose("Network", "Next door (added by you)")

	v.click("link", "Images")
	v.connect(digests)
	v.order("a house next door", 1)
	v.done("a house next door", 1)
	v.reload()
	v.shown("a house next door", 1)
	if chosen := v.chosenNetwork(); chosen != "Next door (added by you)" {
		t.Errorf("after a reload the network is %q", chosen)
	}
	file := v.exports("", v.downloads())
	v.click("button", "Remove “Next door”")
	v.click("button", "Remove now “Next door”")
	v.gone("button", "Remove now “Next door”")
	v.until("another network is chosen", func() bool { return v.chosenNetwork() == "Development network" })
	v.click("link", "Images")
	v.shown("a house next door", 1)
	v.reload()
	v.shown("a house next door", 1)
	v.click("link", "Settings")
	v.find("region", "Networks")
	if v.has("button", "Remove “Next door”") {
		t.Error("it is back after a reload")
	}
	v.outlined(t)

	v.chooses(file)
	v.click("button", "Choose a file")
	v.find("article", "Networks in the file")
	v.shot("network-in-a-file")
	v.click("button", "Look at “Next door”")
	v.until("the form has it", func() bool { return v.focused() == "Name" && v.value("textbox", "Name") == "Next door" })
	if got := v.value("textbox", "RPC addresses, one in a line"); got != n.RPC {
		t.Errorf("the form has the RPC %q", got)
	}
	v.click("button", "Check this network")
	v.sees("The Relay answers and knows 7 nodes.")
	v.click("button", "Add this network")
	v.sees("“Next door” was added.")
	v.gone("article", "Networks in the file")
	v.find("button", "Remove “Next door”")
	v.click("button", "Add another network")
	v.click(disclosure, "Add a network")
	if got := v.value("textbox", "Name"); got != "" {
		t.Errorf("the form still has %q", got)
	}
	v.whole()
}

// chosenNetwork is what the list of networks shows.
func (v *visitor) chosenNetwork() string {
	v.t.Helper()
	return v.call(v.find("combobox", "Network").id, "function() { return this.selectedOptions[0].text }")
}
