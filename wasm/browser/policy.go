//go:build js && wasm

package browser

import "syscall/js"

// Policy is the Content-Security-Policy in the page's meta tag; "" if it has none.
func Policy() string {
	tag, err := call(property(js.Global(), "document"), "querySelector", `meta[http-equiv="Content-Security-Policy"]`)
	if err != nil {
		return ""
	}
	return text(tag, "content")
}
