//go:build !js

package e2e

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"crynux-dapp/web/devnet"
)

// The journeys of the widget have three windows: the page of a host on an origin of
// its own, the frame in it, and a tab. Scripts cannot be put into all of them before
// they load, so these networks live in real time.

// hosting is a page of somebody else.
type hosting struct {
	*visitor
	frame *visitor // what the person sees in the frame
}

// hosted starts a network and opens a page of a host that has the widget in it.
// body is HTML; WIDGET in it is the address of widget.js. The host is another site
// for the browser: another name of this computer, on another port.
func hosted(t *testing.T, body string, change ...func(*devnet.Options)) *hosting {
	t.Helper()
	return hostedAs(t, true, body, change...)
}

func hostedAs(t *testing.T, allowed bool, body string, change ...func(*devnet.Options)) *hosting {
	t.Helper()
	var content string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, content)
	}))
	t.Cleanup(server.Close)
	origin := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	n := network(t, append([]func(*devnet.Options){func(o *devnet.Options) {
		o.Rate = 1
		if allowed {
			o.Hosts = []string{origin}
		}
	}}, change...)...)
	content = `<!doctype html><meta charset="utf-8"><title>Host</title><link rel="icon" href="data:,"><style>body { margin: 20px }</style>` + strings.ReplaceAll(body, "WIDGET", n.Page+"widget.js") + heard
	v := browse(t)
	v.net = n
	v.open(origin + "/")
	h := &hosting{visitor: v}
	h.look()
	return h
}

// look takes the frame that is there now: it is a target of its own in the browser.
func (h *hosting) look() {
	h.t.Helper()
	h.until("a frame", func() bool {
		all, err := chromedp.Targets(h.ctx)
		i := slices.IndexFunc(all, func(i *target.Info) bool { return i.Type == "iframe" })
		if err != nil || i < 0 {
			return false
		}
		h.frame = h.attach(all[i].TargetID)
		return true
	})
}

// attach is somebody who looks at another target of the same browser.
func (h *hosting) attach(id target.ID) *visitor {
	ctx, cancel := chromedp.NewContext(h.ctx, chromedp.WithTargetID(id))
	v := &visitor{t: h.t, ctx: ctx, net: h.net}
	h.t.Cleanup(func() {
		if h.t.Failed() {
			h.t.Log("another window:", v.outline(), v.said())
		}
		cancel()
	})
	chromedp.ListenTarget(ctx, v.listen)
	if err := chromedp.Run(ctx); err != nil { // it lives as long as the context of its first run
		h.t.Fatal(err)
	}
	return v
}

// heard has the host's page write down what its widget tells.
const heard = `<script>
	window.heard = [];
	for (const name of ["ready", "progress", "result", "error", "resize"]) addEventListener(name, ({ type, detail }) => {
		if (!detail) return;
		heard.push(type + " " + JSON.stringify({ ...detail, files: detail.files?.map((f) => [f.type, f.size]) }));
	});
</script>`

// hears waits until the host was told something that contains all of these.
func (h *hosting) hears(parts ...string) {
	h.t.Helper()
	h.until(fmt.Sprintf("the host to hear %q", parts), func() bool {
		for _, line := range h.told() {
			all := true
			for _, p := range parts {
				all = all && strings.Contains(line, p)
			}
			if all {
				return true
			}
		}
		return false
	})
}

func (h *hosting) told() (lines []string) {
	h.run(chromedp.Evaluate("window.heard ?? []", &lines))
	return lines
}

// front brings the host's page to the front.
func (h *hosting) front() {
	h.t.Helper()
	h.run(page.BringToFront())
}

// script runs in the host's page.
func (h *hosting) script(code string) {
	h.t.Helper()
	h.run(chromedp.Evaluate(code, nil))
}

// tab is the tab that something opens.
func (h *hosting) tab(opens func()) *visitor {
	h.t.Helper()
	wait := chromedp.WaitNewTarget(h.ctx, func(i *target.Info) bool { return i.Type == "page" })
	opens()
	ctx, cancel := context.WithTimeout(h.ctx, patience)
	defer cancel()
	select {
	case id := <-wait:
		v := h.attach(id)
		v.size(1440, 900, false)
		return v
	case <-ctx.Done():
		h.t.Fatal("no tab was opened")
		return nil
	}
}

const plainWidget = `<script src="WIDGET"></script><crynux-widget mode="image" prompt="a lighthouse"></crynux-widget>`

// TestWidgetPaysInATab is the way of every wallet: the frame is filled by the host,
// the tab pays with a task wallet, and the picture comes back into the frame and to
// the host.
func TestWidgetPaysInATab(t *testing.T) {
	h := hosted(t, plainWidget)
	h.hears("ready", `["tab","purse"]`)
	h.frame.until("the prompt of the host", func() bool { return h.frame.value("textbox", "Prompt") == "a lighthouse" })
	h.shot("widget-frame-1440")
	tab := h.tab(func() { h.frame.click("button", "Generate") })
	tab.sees("Filled in by http://localhost:")
	tab.connect(modern)
	tab.setUp(2)
	tab.until("the host's form", func() bool { return tab.value("textbox", "Prompt") == "a lighthouse" })
	if n := h.tasks(); n != 0 {
		t.Fatalf("%d tasks before anybody pressed a button in the tab", n)
	}
	tab.shot("widget-tab-1440")
	tab.click("button", "Generate")
	tab.begins("image", "a lighthouse")
	h.hears("progress", `"phase":"running"`)
	h.hears("result", `"verified":true`, `"image/png"`)
	h.frame.begins("image", "a lighthouse")
	h.front()
	h.shot("widget-result-1440")
	tab.sees("as well")
	tab.whole()
}
