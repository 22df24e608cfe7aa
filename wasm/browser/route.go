//go:build js && wasm

package browser

import (
	"path"
	"strings"
	"syscall/js"

	"honnef.co/go/js/dom/v2"
)

// Route is what stands behind the # of the address, percent-encoded as it is.
func Route() string {
	return strings.TrimPrefix(dom.GetWindow().Location().Hash(), "#")
}

// SetRoute makes a new entry in the history with route behind the #.
func SetRoute(route string) {
	dom.GetWindow().Location().SetHash("#" + route)
}

// WatchRoute calls f with the new route after each change by the person or by
// SetRoute, until cancel is called. Clicks on links inside the app do not come
// here: go-app takes those and tells the component (OnNav). f must not block.
func WatchRoute(f func(route string)) (cancel func(), err error) {
	return listen(js.Global(), "hashchange", func(js.Value) { f(Route()) })
}

// ServedFrom is the directory of the address this page is served from, with a
// slash at both ends: "/", "/repo/", "/ipfs/<cid>/".
func ServedFrom() string {
	dir, _ := path.Split(dom.GetWindow().Location().Pathname())
	return dir
}
