package profile

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/holiman/uint256"

	"crynux-dapp/chain"
)

// Text is a Network in JSON (protocol.md F).
type Text struct {
	ID        string    `json:"id,omitempty"`
	Name      string    `json:"name"`
	ChainID   uint64    `json:"chainId"`
	Coin      string    `json:"coin,omitempty"` // "" = ETH
	RPC       []string  `json:"rpc"`
	Relays    []string  `json:"relays"`
	Explorer  string    `json:"explorer,omitempty"`
	Contracts Contracts `json:"contracts"`
	// RelaySignature is "raw" or "eip191": what else the Relay accepts (protocol.md B.5).
	RelaySignature string `json:"relaySignature"`
	// Confirmations is how many blocks deep a payment counts as arrived.
	Confirmations int `json:"confirmations"`
	// Fee of one task in CNX, as decimal text.
	Fee         string `json:"fee"`
	Development bool   `json:"development,omitempty"`
	Historical  bool   `json:"historical,omitempty"`
}

// Contracts are the addresses of a network, EIP-55 or all lower case.
type Contracts struct {
	Token string `json:"token"`
	Node  string `json:"node"`
	Task  string `json:"task"`
}

// MostConfirmations is more than any chain needs; beyond it, nobody would wait.
const MostConfirmations = 1000

// Error says which field of a Text is no good.
type Error struct {
	Field string // "contracts.task", "rpc[1]"
	Why   string
}

func (e *Error) Error() string { return "profile: " + e.Field + ": " + e.Why }

// The two values of RelaySignature.
const (
	raw    = "raw"
	eip191 = "eip191"
)

// coin is that of a network that names none.
const coin = "ETH"

// decimals are those of CNX.
const decimals = 18

// Network reads the text. Errors are *Error. Whether the id is a good one is for
// whoever has all networks to say.
func (t Text) Network() (Network, error) {
	n := Network{
		ID: t.ID, Name: t.Name, ChainID: t.ChainID, Coin: t.Coin, RPC: t.RPC, Relays: t.Relays, Explorer: t.Explorer,
		EIP191: t.RelaySignature == eip191, Development: t.Development, Historical: t.Historical,
		Confirmations: uint64(max(t.Confirmations, 0)),
	}
	if n.Coin == "" {
		n.Coin = coin
	}
	bad := func(field, why string) (Network, error) { return Network{}, &Error{field, why} }
	switch {
	case t.Name == "":
		return bad("name", "is missing")
	case t.ChainID == 0:
		return bad("chainId", "is missing")
	case t.RelaySignature != raw && t.RelaySignature != eip191:
		return bad("relaySignature", `must be "raw" or "eip191"`)
	case t.Confirmations < 0 || t.Confirmations > MostConfirmations:
		return bad("confirmations", fmt.Sprintf("must be a number of blocks from 0 to %d", MostConfirmations))
	case t.Explorer != "" && !IsHTTP(t.Explorer):
		return bad("explorer", "must be an http or https address")
	}
	for _, servers := range []struct {
		field string
		list  []string
	}{{"rpc", t.RPC}, {"relays", t.Relays}} {
		if len(servers.list) == 0 {
			return bad(servers.field, "needs at least one address")
		}
		for i, address := range servers.list {
			if !IsHTTP(address) {
				return bad(fmt.Sprintf("%s[%d]", servers.field, i), "must be an http or https address")
			}
		}
	}
	var err error
	if n.Contracts.Token, err = chain.ParseAddress(t.Contracts.Token); err != nil {
		return bad("contracts.token", err.Error())
	}
	if n.Contracts.Node, err = chain.ParseAddress(t.Contracts.Node); err != nil {
		return bad("contracts.node", err.Error())
	}
	if n.Contracts.Task, err = chain.ParseAddress(t.Contracts.Task); err != nil {
		return bad("contracts.task", err.Error())
	}
	if n.Fee, err = chain.ParseUnits(t.Fee, decimals); err != nil || n.Fee == (uint256.Int{}) {
		return bad("fee", "must be an amount of CNX such as 30")
	}
	return n, nil
}

// Text writes the network.
func (n Network) Text() Text {
	t := Text{
		ID: n.ID, Name: n.Name, ChainID: n.ChainID, Coin: n.Coin, RPC: n.RPC, Relays: n.Relays, Explorer: n.Explorer,
		Contracts:      Contracts{n.Contracts.Token.Hex(), n.Contracts.Node.Hex(), n.Contracts.Task.Hex()},
		RelaySignature: raw, Confirmations: int(n.Confirmations), Fee: chain.FormatUnits(n.Fee, decimals),
		Development: n.Development, Historical: n.Historical,
	}
	if n.EIP191 {
		t.RelaySignature = eip191
	}
	return t
}

// IsHTTP reports whether a text is the address of a server.
func IsHTTP(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && !strings.ContainsAny(u.Host, `"'<>;, `) // which a policy would misread
}
