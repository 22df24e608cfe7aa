//go:build js && wasm

package browser

import (
	"syscall/js"
	"time"
)

// downloadGrace is how long a download's bytes stay reachable: Safari asks
// for them after the click has returned.
const downloadGrace = time.Minute

// ObjectURL copies b into a Blob and names it by a blob: URL, for <img src>.
// The bytes stay in the browser until Revoke.
func ObjectURL(b []byte, mime string) (string, error) {
	array, err := newBytes(b)
	if err != nil {
		return "", err
	}
	blob, err := construct("Blob", []any{array}, map[string]any{"type": mime})
	if err != nil {
		return "", err
	}
	url, err := call(property(js.Global(), "URL"), "createObjectURL", blob)
	if err != nil {
		return "", err
	}
	return url.String(), nil
}

// Revoke forgets the bytes behind a URL of ObjectURL; images that show it already stay.
func Revoke(url string) {
	// A URL that is unknown has nothing to forget.
	_, _ = call(property(js.Global(), "URL"), "revokeObjectURL", url)
}

// Download hands b to the person as a file of that name.
func Download(name string, b []byte, mime string) error {
	url, err := ObjectURL(b, mime)
	if err != nil {
		return err
	}
	return saveURL(url, name)
}
