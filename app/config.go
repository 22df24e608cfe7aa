// Package app puts one page together: what a host configures, what the browser
// offers, the runner and the view.
//
//	config, err := app.ParseConfig(text)
//	page := app.New(config, ports)
//	go page.Run(ctx)
//	// page is the view.Port of view.NewPage
package app

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/holiman/uint256"

	"crynux-dapp/app/runner"
	"crynux-dapp/app/view"
	"crynux-dapp/app/widget"
	"crynux-dapp/chain"
	"crynux-dapp/chain/taskwallet"
)

// maxConfirmations is more than any chain needs; beyond it, nobody would wait.
const maxConfirmations = 1000

// MaxConfig bounds config.json, in bytes.
const MaxConfig = 1 << 20

// ErrLargeConfig is a config.json beyond MaxConfig.
var ErrLargeConfig error = &ConfigError{"the file", "is larger than 1 MB"}

// Config is config.json: what whoever hosts the page decides.
type Config struct {
	Version  int          `json:"version"`
	Networks []Network    `json:"networks"`
	Models   ModelsByKind `json:"models"`
	// TaskWallet names the site that task wallets are made for (taskwallet.md §2).
	TaskWallet TaskWallet `json:"taskWallet,omitzero"`
	// Widget says who may show the page in a frame.
	Widget Widget `json:"widget,omitzero"`
}

// Widget lists the origins of the pages that may embed the widget. An empty list is
// nobody but this very origin; "*" is everybody, who can then pay in a tab only.
type Widget struct {
	Hosts widget.Hosts `json:"hosts,omitempty"`
}

// TaskWallet is the name of the site, which must stay the same for ever: another
// name makes other keys. Empty means the name of the host.
type TaskWallet struct {
	Site        string   `json:"site,omitempty"`
	FormerSites []string `json:"formerSites,omitempty"`
}

// home is where the page lives, for the task wallet. An address that is none
// leaves the place empty, and then there is no task wallet.
func (c Config) home(href string) runner.Home {
	h := runner.Home{Former: c.TaskWallet.FormerSites}
	place, err := taskwallet.PlaceOf(href)
	if err != nil {
		return h
	}
	h.Place = place
	h.Site, _ = place.Site(c.TaskWallet.Site) // checked by ParseConfig
	return h
}

// ModelsByKind are the models that the forms offer.
type ModelsByKind struct {
	Image []Model `json:"image"`
	Text  []Model `json:"text"`
}

// Model is one offered model with its family's defaults.
type Model struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
	Steps  int    `json:"steps,omitempty"`
	CFG    int    `json:"cfg,omitempty"`
}

// Network is one network profile (protocol.md F).
type Network struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	ChainID   uint64    `json:"chainId"`
	Coin      string    `json:"coin,omitempty"`
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

// ConfigError says what whoever hosts the page has to mend in config.json.
type ConfigError struct {
	Where string // "networks[2].contracts.task"
	Why   string
}

func (e *ConfigError) Error() string { return "config.json: " + e.Where + ": " + e.Why }

// ParseConfig reads and checks config.json. Errors are *ConfigError.
func ParseConfig(text []byte) (Config, error) {
	var c Config
	if len(text) > MaxConfig {
		return c, ErrLargeConfig
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields() // a misspelt name must not be ignored
	if err := d.Decode(&c); err != nil {
		return c, &ConfigError{"the file", err.Error()}
	}
	if _, err := d.Token(); err != io.EOF {
		return c, &ConfigError{"the file", "has something after its end"}
	}
	if c.Version != 1 {
		return c, &ConfigError{"version", "must be 1"}
	}
	if len(c.Networks) == 0 {
		return c, &ConfigError{"networks", "needs at least one network"}
	}
	if _, err := taskwallet.Candidates(cmp.Or(c.TaskWallet.Site, taskwallet.Localhost), c.TaskWallet.FormerSites); err != nil {
		return c, &ConfigError{"taskWallet", err.Error()}
	}
	if err := c.Widget.Hosts.Check(); err != nil {
		return c, &ConfigError{"widget.hosts", err.Error()}
	}
	seen := map[string]bool{}
	for i, n := range c.Networks {
		where := fmt.Sprintf("networks[%d]", i)
		if n.ID == "" || seen[n.ID] || strings.HasPrefix(n.ID, runner.OwnPrefix) {
			return c, &ConfigError{where + ".id", "is missing, used twice, or begins with " + runner.OwnPrefix}
		}
		seen[n.ID] = true
		if _, err := n.profile(where); err != nil {
			return c, err
		}
	}
	if err := named("models.image", c.Models.Image); err != nil {
		return c, err
	}
	if err := named("models.text", c.Models.Text); err != nil {
		return c, err
	}
	return c, nil
}

// named checks that every model can be shown and asked for.
func named(where string, models []Model) error {
	for i, m := range models {
		switch {
		case m.ID == "":
			return &ConfigError{fmt.Sprintf("%s[%d].id", where, i), "is missing"}
		case m.Name == "":
			return &ConfigError{fmt.Sprintf("%s[%d].name", where, i), "is missing"}
		}
	}
	return nil
}

// profile turns the text of a network into values.
func (n Network) profile(where string) (runner.Network, error) {
	p := runner.Network{
		ID: n.ID, Name: n.Name, ChainID: n.ChainID, Coin: n.Coin, RPC: n.RPC, Relays: n.Relays, Explorer: n.Explorer,
		EIP191: n.RelaySignature == "eip191", Development: n.Development, Historical: n.Historical,
		Confirmations: uint64(max(n.Confirmations, 0)),
	}
	if p.Coin == "" {
		p.Coin = "ETH"
	}
	bad := func(field, why string) (runner.Network, error) {
		return runner.Network{}, &ConfigError{where + "." + field, why}
	}
	switch {
	case n.Name == "":
		return bad("name", "is missing")
	case n.ChainID == 0:
		return bad("chainId", "is missing")
	case n.RelaySignature != "raw" && n.RelaySignature != "eip191":
		return bad("relaySignature", `must be "raw" or "eip191"`)
	case n.Confirmations < 0 || n.Confirmations > maxConfirmations:
		return bad("confirmations", fmt.Sprintf("must be a number of blocks from 0 to %d", maxConfirmations))
	case len(n.RPC) == 0:
		return bad("rpc", "needs at least one address")
	}
	for i, address := range n.RPC {
		if !isHTTP(address) {
			return bad(fmt.Sprintf("rpc[%d]", i), "must be an http or https address")
		}
	}
	if len(n.Relays) == 0 {
		return bad("relays", "needs at least one address")
	}
	for i, address := range n.Relays {
		if !isHTTP(address) {
			return bad(fmt.Sprintf("relays[%d]", i), "must be an http or https address")
		}
	}
	if n.Explorer != "" && !isHTTP(n.Explorer) {
		return bad("explorer", "must be an http or https address")
	}
	var err error
	if p.Contracts.Token, err = chain.ParseAddress(n.Contracts.Token); err != nil {
		return bad("contracts.token", err.Error())
	}
	if p.Contracts.Node, err = chain.ParseAddress(n.Contracts.Node); err != nil {
		return bad("contracts.node", err.Error())
	}
	if p.Contracts.Task, err = chain.ParseAddress(n.Contracts.Task); err != nil {
		return bad("contracts.task", err.Error())
	}
	if p.Fee, err = chain.ParseUnits(n.Fee, 18); err != nil || p.Fee == (uint256.Int{}) {
		return bad("fee", "must be an amount of CNX such as 30")
	}
	return p, nil
}

func isHTTP(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && !strings.ContainsAny(u.Host, `"'<>;, `) // which a policy would misread
}

// profiles are the networks of a checked Config.
func (c Config) profiles() []runner.Network {
	out := make([]runner.Network, len(c.Networks))
	for i, n := range c.Networks {
		out[i], _ = n.profile("") // checked by ParseConfig
	}
	return out
}

func (m ModelsByKind) view() view.Models {
	convert := func(list []Model) []view.Model {
		out := make([]view.Model, len(list))
		for i, m := range list {
			out[i] = view.Model(m)
		}
		return out
	}
	return view.Models{Image: convert(m.Image), Text: convert(m.Text)}
}
