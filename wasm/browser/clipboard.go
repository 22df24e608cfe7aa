//go:build js && wasm

package browser

import (
	"context"
	"errors"
	"fmt"
	"syscall/js"
)

// ErrNoClipboard is a browser that lets this page copy nothing: an insecure
// origin, a frame without the permission, or a person who said no.
var ErrNoClipboard = errors.New("this browser does not let the page copy")

// Copy puts text on the clipboard. Browsers allow it soon after a click only.
func Copy(ctx context.Context, text string) error {
	clipboard := property(property(js.Global(), "navigator"), "clipboard")
	_, err := awaitCall(ctx, clipboard, "writeText", text)
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("%w: %w", ErrNoClipboard, err)
	}
	return err
}
