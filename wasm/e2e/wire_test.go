//go:build !js

package e2e

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/chromedp"
)

// alters changes the bodies of what servers answer to the page, as a bad server or
// somebody in between would. The pattern is of the address, with * for anything.
// It lasts until end is called. An empty body leaves the true one in place.
func (v *visitor) alters(pattern string, change func(body []byte) []byte) (end func()) {
	v.t.Helper()
	return v.intercepts(pattern, fetch.RequestStageResponse, func(ctx context.Context, e *fetch.EventRequestPaused) error {
		body, err := fetch.GetResponseBody(e.RequestID).Do(ctx)
		if err != nil {
			return err
		}
		headers := slices.DeleteFunc(e.ResponseHeaders, func(h *fetch.HeaderEntry) bool { return strings.EqualFold(h.Name, "Content-Length") })
		return fetch.FulfillRequest(e.RequestID, e.ResponseStatusCode).WithResponseHeaders(headers).
			WithBody(base64.StdEncoding.EncodeToString(change(body))).Do(ctx)
	})
}

// holds keeps requests from being made until release is called.
func (v *visitor) holds(pattern string) (release func()) {
	v.t.Helper()
	released := make(chan struct{})
	end := v.intercepts(pattern, fetch.RequestStageRequest, func(ctx context.Context, e *fetch.EventRequestPaused) error {
		select {
		case <-released:
			return nil // the end of the interception has let it go
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	return func() { end(); close(released) }
}

// intercepts has do answer requests. One interception at a time.
func (v *visitor) intercepts(pattern string, stage fetch.RequestStage, do func(context.Context, *fetch.EventRequestPaused) error) (end func()) {
	v.t.Helper()
	ctx, cancel := context.WithCancel(v.ctx)
	chromedp.ListenTarget(ctx, func(e any) {
		if e, ok := e.(*fetch.EventRequestPaused); ok {
			go func() {
				err := chromedp.Run(ctx, chromedp.ActionFunc(func(ctx context.Context) error { return do(ctx, e) }))
				if err != nil && ctx.Err() == nil {
					v.hear("interception: " + err.Error())
				}
			}()
		}
	})
	v.run(fetch.Enable().WithPatterns([]*fetch.RequestPattern{{URLPattern: pattern, RequestStage: stage}}))
	return func() {
		v.t.Helper()
		v.run(fetch.Disable())
		cancel()
	}
}
