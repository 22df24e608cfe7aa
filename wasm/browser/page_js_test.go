//go:build js && wasm

package browser_test

import (
	"errors"
	"testing"

	"crynux-dapp/wasm/browser"
)

func TestObjectURL_holds_the_bytes_until_revoked(t *testing.T) {
	url, err := browser.ObjectURL([]byte("\x89PNG"), "image/png")
	must(t, err)
	_, got, err := browser.Fetch{}.Get(t.Context(), url, 10)
	if err != nil || string(got) != "\x89PNG" {
		t.Errorf("%q, error %v", got, err)
	}
	browser.Revoke(url)
	if _, _, err := (browser.Fetch{}).Get(t.Context(), url, 10); !errors.Is(err, browser.ErrUnreachable) {
		t.Errorf("after Revoke: error %v", err)
	}
}

func TestFields_are_reached_by_their_id(t *testing.T) {
	script(t, `document.body.insertAdjacentHTML("beforeend", "<textarea id=field>old</textarea><dialog id=dialog></dialog>")`)
	must(t, browser.SetValue("field", "new 🦀 text"))
	if got, err := browser.Value("field"); err != nil || got != "new 🦀 text" {
		t.Errorf("%q, error %v", got, err)
	}
	must(t, browser.Focus("field"))
	if script(t, `return document.activeElement.id`).String() != "field" {
		t.Error("not focused")
	}
	must(t, browser.Select("field", 4, 6))
	if start, end, err := browser.Selection("field"); err != nil || start != 4 || end != 6 {
		t.Errorf("selection %d to %d, error %v", start, end, err)
	}
	must(t, browser.ShowModal("dialog"))
	must(t, browser.ShowModal("dialog"))
	if !script(t, `return document.getElementById("dialog").open`).Bool() {
		t.Error("the dialog is closed")
	}
	must(t, browser.CloseModal("dialog"))
	for _, err := range []error{browser.SetValue("none", ""), browser.Focus("none"), browser.ShowModal("none"), browser.ShowModal("field")} {
		if err == nil {
			t.Error("no error for an element that cannot do it")
		}
	}
}

func TestRoute_follows_the_address(t *testing.T) {
	routes := make(chan string, 1)
	cancel, err := browser.WatchRoute(func(r string) { routes <- r })
	must(t, err)
	defer cancel()
	browser.SetRoute("/library")
	if got := <-routes; got != "/library" || browser.Route() != got {
		t.Errorf("route %q", got)
	}
	if got := browser.ServedFrom(); got != "/harness/" {
		t.Errorf("served from %q", got)
	}
}

func TestTyped_is_handed_over_once(t *testing.T) {
	script(t, `window.crynuxBoot = { typed: "a fox", caret: 3, focused: true }`)
	defer script(t, `delete window.crynuxBoot`)
	got, ok := browser.TakeTyped()
	if want := (browser.Typed{Text: "a fox", Caret: 3, Focused: true}); got != want || !ok {
		t.Errorf("%+v, %v", got, ok)
	}
	if got, ok := browser.TakeTyped(); ok {
		t.Errorf("again: %+v", got)
	}
}

func TestMedia_queries(t *testing.T) {
	if !browser.Matches("(min-width: 1px)") || browser.Matches("(min-width: 99999px)") {
		t.Error("wrong answer")
	}
	if browser.Hidden() {
		t.Error("hidden")
	}
}

func TestNewID_is_never_the_same(t *testing.T) {
	if a, b := browser.NewID(), browser.NewID(); a == b || len(a) != 32 {
		t.Errorf("%s, %s", a, b)
	}
}

func TestWatchInput_believes_only_the_browser(t *testing.T) {
	told := 0
	cancel, err := browser.WatchInput(func() { told++ })
	must(t, err)
	for _, event := range []string{"keydown", "pointerdown", "wheel"} {
		script(t, `dispatchEvent(new Event("`+event+`"))`)
	}
	if told != 0 {
		t.Errorf("a script passed for a person %d times", told)
	}
	cancel()
	cancel()
	script(t, `dispatchEvent(new Event("keydown"))`) // a released callback would be called
}
