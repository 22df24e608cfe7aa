//go:build !js

package devnet

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"

	"crynux-dapp/app"
	"crynux-dapp/chain/devchain"
	"crynux-dapp/web/site"
)

// ConfigID is the id of the development network in config.json.
const ConfigID = "dev"

// page serves the built site. What is added while serving is never part of it:
// the true addresses in config.json, the demo wallets, the faucet and its panel.
func (n *Network) page(o Options) (http.Handler, error) {
	if _, err := n.config(o); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	files := site.Handler(o.Site)
	mux.Handle("/", files)
	mux.HandleFunc("GET /config.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		c, _ := n.config(o) // now it also knows where it is served
		config, _ := json.MarshalIndent(c, "", "  ")
		w.Write(config)
	})
	mux.Handle("POST /faucet", devchain.Faucet{Chain: n.Chain})
	mux.HandleFunc("GET "+devpanelPath, serveDevpanel)
	mux.HandleFunc("GET "+faultsPath, n.serveFaults)
	mux.HandleFunc("POST "+faultsPath, n.serveFaults)
	added := devpanelTag(n.RPC, n.Chain.ChainID()) + "\n"
	if len(n.Wallets) > 0 {
		mux.Handle("/_devwallet/", devchain.WalletHandler(n.Wallets...))
		added += "<script src=\"/_devwallet/wallet.js\"></script>\n"
	}
	if !o.Offline {
		off := func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, filepath.Join(o.Site, "sw-off.js")) }
		mux.HandleFunc("GET /sw.js", off)
	}
	index := func(w http.ResponseWriter, _ *http.Request) { n.servePage(w, o, "index.html", added) }
	mux.HandleFunc("GET /widget.html", func(w http.ResponseWriter, _ *http.Request) { n.servePage(w, o, "widget.html", "") })
	mux.HandleFunc("GET /{$}", index)
	mux.HandleFunc("GET /index.html", index)
	return mux, nil
}

// servePage adds scripts to a page, and lets it connect to this network.
func (n *Network) servePage(w http.ResponseWriter, o Options, name, scripts string) {
	page, err := os.ReadFile(filepath.Join(o.Site, name))
	if err != nil {
		http.Error(w, "the site is not built", http.StatusInternalServerError)
		return
	}
	c, _ := n.config(o)                                       // read before
	if allowed, err := site.WithConfig(page, c); err == nil { // a page without a policy needs no other
		page = allowed
	}
	page = bytes.Replace(page, []byte("</head>"), []byte(scripts+"</head>"), 1)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Write(page)
}

// config is the site's config.json with the addresses of this network.
func (n *Network) config(o Options) (app.Config, error) {
	text, err := os.ReadFile(filepath.Join(o.Site, "config.json"))
	if err != nil {
		return app.Config{}, fmt.Errorf("the site is not built: %w", err)
	}
	c, err := app.ParseConfig(text)
	if err != nil {
		return app.Config{}, err
	}
	c.Widget.Hosts = append(c.Widget.Hosts, o.Hosts...)
	if at, err := url.Parse(n.Page); err == nil && at.Port() != "" {
		c.Widget.Hosts = append(c.Widget.Hosts, "http://localhost:"+at.Port()) // the example page, as another site
	}
	for i := range c.Networks {
		net := &c.Networks[i]
		if net.ID != ConfigID {
			continue
		}
		at := n.Chain.Contracts()
		net.ChainID = n.Chain.ChainID().Uint64()
		net.RPC, net.Relays = []string{n.RPC}, []string{n.RelayURL}
		net.Contracts.Token, net.Contracts.Node, net.Contracts.Task = at.Token.Hex(), at.Node.Hex(), at.Task.Hex()
		if o.EIP191 {
			net.RelaySignature = "eip191"
		}
		return c, nil
	}
	return app.Config{}, fmt.Errorf("config.json has no network %q", ConfigID)
}
