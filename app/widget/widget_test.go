package widget_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"crynux-dapp/app/widget"
)

const nonce = "0123456789abcdef0123456789abcdef"

func Example() {
	text := widget.Encode(widget.Fill, nonce, widget.Form{Mode: "image", Prompt: "a lighthouse"})
	m, err := widget.Decode(text, widget.Host)
	var f widget.Form
	fmt.Println(m.Type, err, m.Into(&f), f.Prompt)
	_, err = widget.Decode(text, widget.Tab)
	fmt.Println(err)
	// Output:
	// fill <nil> <nil> a lighthouse
	// widget: this party does not say that
}

func TestDecodeRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		from widget.Party
		want error
	}{
		"nothing":                 {"", widget.Host, widget.ErrNoSense},
		"no JSON":                 {"hello", widget.Host, widget.ErrNoSense},
		"a list":                  {"[]", widget.Host, widget.ErrNoSense},
		"an unknown member":       {`{"v":1,"type":"fill","nonce":"n","pay":true}`, widget.Host, widget.ErrNoSense},
		"a number for the nonce":  {`{"v":1,"type":"fill","nonce":1}`, widget.Host, widget.ErrNoSense},
		"something after its end": {`{"v":1,"type":"fill","nonce":"n"}{}`, widget.Host, widget.ErrNoSense},
		"another version":         {`{"v":2,"type":"fill","nonce":"n"}`, widget.Host, widget.ErrVersion},
		"no version":              {`{"type":"fill","nonce":"n"}`, widget.Host, widget.ErrVersion},
		"an unknown type":         {`{"v":1,"type":"pay","nonce":"n"}`, widget.Host, widget.ErrNotYours},
		"a host that orders":      {widget.Encode(widget.Ordered, nonce, nil), widget.Host, widget.ErrNotYours},
		"a host that sends a job": {widget.Encode(widget.Job, nonce, nil), widget.Host, widget.ErrNotYours},
		"a host that hands a key": {widget.Encode(widget.Purse, nonce, nil), widget.Host, widget.ErrNotYours},
		"a host that is a wallet": {widget.Encode(widget.Ask, nonce, nil), widget.Host, widget.ErrNotYours},
		"a frame that greets":     {widget.Encode(widget.Hello, nonce, nil), widget.Frame, widget.ErrNotYours},
		"a tab that fills":        {widget.Encode(widget.Fill, nonce, nil), widget.Tab, widget.ErrNotYours},
		"nobody":                  {widget.Encode(widget.Fill, nonce, nil), "", widget.ErrNotYours},
		"too long for a host":     {widget.Encode(widget.Fill, nonce, widget.Form{Prompt: strings.Repeat("a", 256<<10)}), widget.Host, widget.ErrTooLong},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := widget.Decode(c.text, c.from); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestFormOfAHost(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		good bool
	}{
		"all":                  {`{"mode":"chat","prompt":"hi\n","model":"a/b","network":"dev","pay":"bridge","theme":"dark","lang":"en","wallet":true}`, true},
		"nothing":              {`{}`, true},
		"an unknown member":    {`{"seed":1}`, false},
		"another mode":         {`{"mode":"video"}`, false},
		"another theme":        {`{"theme":"red"}`, false},
		"a language":           {`{"lang":"zh-Hant-TW"}`, true},
		"no language":          {`{"lang":"en\" onload=\""}`, false},
		"half a language":      {`{"lang":"de-"}`, false},
		"a number for one":     {`{"lang":"42"}`, false},
		"another way to pay":   {`{"pay":"unlimited"}`, false},
		"a control character":  {`{"prompt":"a\u0000b"}`, false},
		"a long model":         {`{"model":"` + strings.Repeat("m", 201) + `"}`, false},
		"a prompt at the edge": {`{"prompt":"` + strings.Repeat("p", 20_000) + `"}`, true},
		"a prompt beyond it":   {`{"prompt":"` + strings.Repeat("p", 20_001) + `"}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := widget.Decode(`{"v":1,"type":"fill","nonce":"n","body":`+c.body+`}`, widget.Host)
			if err != nil {
				t.Fatal(err)
			}
			var f widget.Form
			if err := errors.Join(m.Into(&f), f.Check()); (err == nil) != c.good || err != nil && !errors.Is(err, widget.ErrNoSense) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(widget.Encode(widget.Hello, nonce, widget.Form{Mode: "image"}))
	f.Add(`{"v":1}`)
	f.Fuzz(func(t *testing.T, text string) {
		m, err := widget.Decode(text, widget.Host)
		if err != nil {
			return
		}
		if m.V != widget.Version || !slices.Contains([]widget.Type{widget.Hello, widget.Fill, widget.Answer, widget.Told}, m.Type) || len(text) > 256<<10 {
			t.Errorf("%q was let through", text)
		}
		var form widget.Form
		if m.Into(&form) == nil && form.Check() == nil && len(form.Prompt) > 20_000 {
			t.Errorf("a prompt of %d bytes was let through", len(form.Prompt))
		}
	})
}

func TestGateShutsForGoodAndTellsOnce(t *testing.T) {
	var g widget.Gate
	const start = 1_700_000_000_000
	passed, told := 0, 0
	for range 1000 {
		ok, last := g.Pass(start)
		if ok {
			passed++
		}
		if last {
			told++
		}
	}
	if passed != 60 || told != 1 {
		t.Errorf("%d passed, told %d times", passed, told)
	}
	if ok, last := g.Pass(start + 3600_000); ok || last {
		t.Error("it opened again")
	}
}

func TestGateLetsAnHonestHostThrough(t *testing.T) {
	var g widget.Gate
	at := int64(1_700_000_000_000)
	for i := range 5000 {
		if ok, _ := g.Pass(at); !ok {
			t.Fatalf("shut at message %d", i)
		}
		at += 100 // ten a second, for ever
	}
	if ok, _ := g.Pass(at - 1000_000); !ok {
		t.Error("a clock that goes back shuts it")
	}
}

func TestHosts(t *testing.T) {
	own, host, other := "https://crynux.example", "https://shop.example", "https://ads.example"
	named := widget.Hosts{host}
	all := []widget.Pay{widget.ByTab, widget.ByPurse, widget.ByBridge}
	for name, c := range map[string]struct {
		hosts   widget.Hosts
		around  widget.Around
		welcome bool
		pays    []widget.Pay
	}{
		"nobody is listed":            {nil, widget.Around{Own: own, Host: host, Top: true, Ancestors: []string{host}}, false, all[:1]},
		"another is listed":           {named, widget.Around{Own: own, Host: other, Top: true}, false, all[:1]},
		"listed":                      {named, widget.Around{Own: own, Host: host, Top: true, Ancestors: []string{host}}, true, all},
		"the browser does not tell":   {named, widget.Around{Own: own, Host: host, Top: true}, true, all},
		"everybody":                   {widget.Hosts{"*"}, widget.Around{Own: own, Host: host, Top: true, Ancestors: []string{host}}, true, all[:1]},
		"everybody and listed":        {widget.Hosts{"*", host}, widget.Around{Own: own, Host: host, Top: true, Ancestors: []string{host}}, true, all},
		"our own page":                {nil, widget.Around{Own: own, Host: own, Top: true, Ancestors: []string{own}}, true, all[:1]},
		"in another page":             {named, widget.Around{Own: own, Host: host, Ancestors: []string{host, other}}, true, all[:1]},
		"in another page, not told":   {named, widget.Around{Own: own, Host: host}, true, all[:1]},
		"a port makes another origin": {named, widget.Around{Own: own, Host: host + ":8443", Top: true}, false, all[:1]},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.hosts.Welcome(c.around); got != c.welcome {
				t.Errorf("welcome is %v", got)
			}
			if got := c.hosts.Pays(c.around, true); !slices.Equal(got, c.pays) {
				t.Errorf("pays %v, want %v", got, c.pays)
			}
			if got := c.hosts.Pays(c.around, false); slices.Contains(got, widget.ByBridge) {
				t.Error("a host without a wallet pays with it")
			}
		})
	}
	lie := widget.Around{Own: own, Host: host, Ancestors: []string{other}}
	if !lie.Lies() || (widget.Around{Host: host, Ancestors: []string{host}}).Lies() || (widget.Around{Host: host}).Lies() {
		t.Error("a lie is not told from the truth")
	}
}

func TestHostsAreOrigins(t *testing.T) {
	for _, good := range []string{"*", "https://a.example", "http://localhost:8080", "http://127.0.0.1:8080"} {
		if err := (widget.Hosts{good}).Check(); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"", "a.example", "https://a.example/", "https://A.example", "https://a.example/path", "https://*.example", "https://a.example:443", "javascript:alert(1)", "null", "file://"} {
		if err := (widget.Hosts{bad}).Check(); err == nil {
			t.Errorf("%q is taken for an origin", bad)
		}
	}
	if err := make(widget.Hosts, 1001).Check(); err == nil {
		t.Error("a list without end is taken")
	}
}
