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
	"errors"
	"fmt"
	"io"
	"strings"

	"crynux-dapp/app/profile"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/view"
	"crynux-dapp/app/widget"
	"crynux-dapp/chain/taskwallet"
)

// MaxConfig bounds config.json, in bytes.
const MaxConfig = 1 << 20

// ErrLargeConfig is a config.json beyond MaxConfig.
var ErrLargeConfig error = &ConfigError{"the file", "is larger than 1 MB"}

// Config is config.json: what whoever hosts the page decides.
type Config struct {
	Version  int            `json:"version"`
	Networks []profile.Text `json:"networks"`
	Models   ModelsByKind   `json:"models"`
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
		if n.ID == "" || seen[n.ID] || strings.HasPrefix(n.ID, profile.OwnPrefix) {
			return c, &ConfigError{where + ".id", "is missing, used twice, or begins with " + profile.OwnPrefix}
		}
		seen[n.ID] = true
		var bad *profile.Error
		if _, err := n.Network(); errors.As(err, &bad) {
			return c, &ConfigError{where + "." + bad.Field, bad.Why}
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

// profiles are the networks of a checked Config.
func (c Config) profiles() []profile.Network {
	out := make([]profile.Network, len(c.Networks))
	for i, n := range c.Networks {
		out[i], _ = n.Network() // checked by ParseConfig
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
