//go:build !js

package runner_test

import (
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/chain/devchain"
)

// elsewhere makes and fills a task wallet under another address of the page, and
// opens the page here with an empty disk.
func elsewhere(t *testing.T, href string, former ...string) (w *world, p person, made runner.Purse, g *page) {
	w = begin(t, setup{})
	p = w.person(coins(1), coins(300), devchain.WalletModern)
	w.vault, w.href = &keyRoom{w: w}, href
	g = w.open(p)
	made = g.purse()
	g.fund(2)
	g.close()
	w.vault, w.href, w.former = &keyRoom{w: w}, "", former
	g = w.reopen(p, onDisk(newDisk()))
	g.connect()
	return w, p, made, g
}

func TestPurseIsFound(t *testing.T) {
	const copied = "https://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi.ipfs.dweb.link/"
	t.Run("the list costs no signature", func(t *testing.T) {
		_, p, made, g := elsewhere(t, "https://old.example.org/")
		before := len(p.Prompts())
		s := g.set("searched", g.FindPurses).Search
		if !s.Done || !s.Whole || len(s.Found) != 1 || s.Found[0].Address != made.Address || s.Found[0].CNX != cnx(60) || s.Found[0].Received != cnx(60) {
			t.Errorf("%+v", s)
		}
		if n := len(p.Prompts()) - before; n != 0 {
			t.Errorf("%d prompts", n)
		}
	})
	for _, c := range []struct {
		name, href string
		former     []string
		signatures int
	}{
		{"an earlier name of the site", "https://old.example.org/", []string{"older.example.org", "old.example.org"}, 3},
		{"a copy on IPFS", copied, nil, 2},
		{"the same name", "", nil, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, p, made, g := elsewhere(t, c.href, c.former...)
			before := len(p.Prompts())
			got := g.set("opened", func() { g.OpenFound(made.Address, "", 0) })
			if !got.Open || got.Address != made.Address || !got.Fault.Zero() {
				t.Errorf("%+v", got)
			}
			if n := len(p.Prompts()) - before; n != c.signatures {
				t.Errorf("%d signatures, want %d", n, c.signatures)
			}
			// From now on one signature is enough, although the name is another.
			g = g.again()
			before = len(p.Prompts())
			if got := g.set("unlocked", g.MakePurse); !got.Open || got.Address != made.Address {
				t.Errorf("%+v", got)
			}
			if n := len(p.Prompts()) - before; n != 1 {
				t.Errorf("%d signatures after a reload, want 1", n)
			}
		})
	}
	t.Run("under a name that is typed", func(t *testing.T) {
		_, p, made, g := elsewhere(t, "https://old.example.org/")
		got := g.set("not under the known ones", func() { g.OpenFound(made.Address, "", 0) })
		if got.Open || got.Made || got.Fault.Code != job.PurseNotFound {
			t.Errorf("%+v", got)
		}
		if _, err := g.Backup(t.Context(), passphrase); err == nil {
			t.Error("the key of a wrong name stays")
		}
		before := len(p.Prompts())
		for name, wrong := range map[string]uint8{"old.example.org": 1, "other.example.org": 0, "https://old.example.org": 0} {
			if got := g.set(name, func() { g.OpenFound(common.Address{}, name, wrong) }); got.Open || got.Fault.Code != job.PurseNotFound {
				t.Errorf("%s: %+v", name, got)
			}
		}
		if n := len(p.Prompts()) - before; n != 2 {
			t.Errorf("%d signatures for two names and an address", n)
		}
		if got := g.set("opened", func() { g.OpenFound(common.Address{}, "old.example.org", 0) }); !got.Open || got.Address != made.Address {
			t.Errorf("%+v", got)
		}
	})
	t.Run("not by a signature that was refused", func(t *testing.T) {
		_, p, made, g := elsewhere(t, "https://old.example.org/", "old.example.org")
		p.Answer("eth_signTypedData_v4", devchain.Reject)
		if got := g.set("refused", func() { g.OpenFound(made.Address, "", 0) }); got.Open || got.Fault.Code != job.Rejected {
			t.Errorf("%+v", got)
		}
	})
	t.Run("beside one that is here", func(t *testing.T) {
		_, _, made, g := elsewhere(t, "https://old.example.org/", "old.example.org")
		here := g.set("made here", g.MakePurse)
		got := g.set("opened", func() { g.OpenFound(made.Address, "", 0) })
		if !got.Open || got.Address != made.Address || here.Address == made.Address {
			t.Errorf("%+v", got)
		}
		g = g.again()
		if s, _ := g.now(); s.Purse.Address != made.Address {
			t.Error("after a reload it is not the one that was opened last")
		}
		if !slices.Contains(got.Names, "old.example.org") || got.Names[0] != "localhost" {
			t.Errorf("names %q", got.Names)
		}
	})
}
