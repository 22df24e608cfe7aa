//go:build !js

package devnet

import (
	_ "embed"
	"fmt"
	"html"
	"math/big"
	"net/http"
)

// devpanelPath has no ending: the page's own scripts carry the version of the
// site in their address, this one has none.
const devpanelPath = "/_devnet/panel"

//go:embed devpanel.js
var devpanelScript []byte

func serveDevpanel(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(devpanelScript) // fails only when the visitor has left
}

// devpanelTag adds the panel to a page.
func devpanelTag(rpc string, chainID *big.Int) string {
	return fmt.Sprintf(`<script src="%s" data-rpc="%s" data-chain="%d" defer></script>`, devpanelPath, html.EscapeString(rpc), chainID)
}
