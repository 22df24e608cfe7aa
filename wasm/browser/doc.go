//go:build js && wasm

// Package browser is the page's border to JavaScript. Together with the two
// programs that start in wasm and wasm/worker it is the only place that
// touches syscall/js and the DOM.
//
// Nothing here panics because of what JavaScript does: every call returns an
// error instead, promises are awaited with their rejection and with a context,
// a js.Func has one owner that releases it, and JSON crosses the border as
// text. No js.Value is part of the exported surface.
//
// Most of the page needs two calls:
//
//	wallets, err := browser.Discover()         // wallets as they announce themselves
//	store, err := browser.Open(ctx, name, …)   // IndexedDB, or memory where it is refused
package browser
