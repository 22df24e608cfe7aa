package runner

import (
	"context"
	"errors"
	"strconv"

	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/chain/taskwallet"
)

// Search is what was found of earlier task wallets of the connected account.
type Search struct {
	// Done tells that the chain was asked; Whole that it told all of its blocks.
	Done, Whole bool
	// Found are accounts that it sent CNX to and that may be task wallets, the one
	// that got something last first.
	Found []Found
}

// Found is one account that may be a task wallet.
type Found struct {
	Address address
	// CNX and Native are what it has now, Received the CNX that it got from the owner.
	CNX, Native, Received uint256.Int
	Tasks                 uint64 // that it created
}

// FindPurses looks on the chain for the task wallets that the connected account has
// filled. The wallet is not asked for anything.
func (t *Tab) FindPurses() {
	t.purseWork("Looking on the blockchain", func(ctx context.Context, r *Runner, n network, _ Connection) error {
		owner := r.account()
		list, whole, err := n.chain.FundedBy(ctx, owner)
		if err != nil {
			return saying{chainFault(err)}
		}
		s := Search{Done: true, Whole: whole}
		for _, f := range list {
			s.Found = append(s.Found, Found{Address: f.Account, CNX: f.CNX, Native: f.Native, Received: f.Received, Tasks: f.Tasks})
		}
		r.post(func() {
			if r.snap.Session.Account == owner && r.snap.Network.ID == n.ID {
				r.snap.Purse.Search = s
			}
		})
		return nil
	})
}

// OpenFound opens a task wallet that was made under another name of the site, on
// another device or in another copy: the wallet is asked for one signature for each
// name, until one makes the key. name is what the person typed, with the number of
// the key; "" = the names that this page knows. at is the account that is looked
// for; zero = any that was ever used. Call it only from a click, after the names
// were shown and W1 and W2 with them.
func (t *Tab) OpenFound(at address, name string, number uint8) {
	t.purseWork("Waiting for your wallet", func(ctx context.Context, r *Runner, n network, w Connection) error {
		names := r.names()
		if name != "" {
			names = []string{name}
		}
		owner := r.account()
		for i, site := range names {
			if len(names) > 1 {
				r.purseStep("Waiting for your wallet: name " + strconv.Itoa(i+1) + " of " + strconv.Itoa(len(names)) + ", " + site)
			}
			m := taskwallet.Message{Owner: owner, Site: site, ChainID: n.ChainID, Number: number}
			signed, err := r.askTyped(ctx, w, m)
			if errors.Is(err, taskwallet.BadSite) {
				return saying{job.Fault{Code: job.PurseNotFound, Detail: err.Error()}}
			}
			if err != nil {
				return err
			}
			made, err := r.Vault.Derive(ctx, m, signed, nil)
			if err != nil {
				return err
			}
			if fits, err := r.fits(ctx, n, made, at); err != nil {
				return err
			} else if !fits {
				continue
			}
			record := taskwallet.Record{Identity: r.identity(taskwallet.Derived, m, made, n)}
			if known := r.recordAt(ctx, made, n); known != nil {
				record = *known
			}
			return r.openPurse(ctx, record, n)
		}
		if p := r.purseNow(); !p.open && !p.held {
			_ = r.Vault.Lock(ctx) // a key that nobody looks for
		}
		return saying{job.Fault{Code: job.PurseNotFound}}
	})
}

// fits reports whether a key is the one that is looked for, by its address, or by
// what the chain or this browser knows of it where any will do.
func (r *Runner) fits(ctx context.Context, n network, made, at address) (bool, error) {
	if at != (address{}) || r.recordAt(ctx, made, n) != nil {
		return at == (address{}) || made == at, nil
	}
	s, err := n.chain.Standing(ctx, made)
	return s.Nonce > 0 || !s.CNX.IsZero() || !s.Native.IsZero(), err
}

// names are those under which a task wallet may have been made: of the site, its
// earlier ones, and that of a copy on IPFS.
func (r *Runner) names() []string {
	names, err := taskwallet.Candidates(r.Home.Site, r.Home.Former)
	if err != nil { // the configuration was checked; the name of the host may be none
		return nil
	}
	return names
}
