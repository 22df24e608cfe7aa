package runner

import (
	"context"

	"crynux-dapp/chain/taskwallet"
)

// MakePurse makes the task wallet of the connected account: the wallet is asked
// for one signature, and for a second one if the key was never used. Call it only
// from a click, after W1 (and W2 where Foreign) were shown.
func (t *Tab) MakePurse() {
	t.purseWork("Waiting for your wallet", func(ctx context.Context, r *Runner, n network, w Connection) error {
		owner := r.account()
		r.purseAsks(true)
		number, record := r.recordOf(ctx, owner, n)
		m := taskwallet.Message{Owner: owner, Site: r.Home.Site, ChainID: n.ChainID, Number: number}
		if record != nil {
			m = record.Message() // it may have been made under another name of the site
		}
		if record == nil || moved(*record, n) == nil { // elsewhere nothing is sent, and the key belongs to the person
			if err := r.proveNow(ctx, w, n); err != nil {
				return err
			}
		}
		first, err := r.askTyped(ctx, w, m)
		if err != nil {
			return err
		}
		kept := append([]byte(nil), first...)
		defer clear(kept) // it is the key
		at, err := r.Vault.Derive(ctx, m, first, nil)
		if err != nil {
			return err
		}
		if record != nil && record.Address != at {
			return &taskwallet.Error{Refusal: taskwallet.OtherKey, Detail: "the wallet signs differently than before"}
		}
		if record == nil {
			standing, err := n.chain.Standing(ctx, at)
			if err != nil {
				return err
			}
			if standing.Nonce == 0 && standing.Native.IsZero() && standing.CNX.IsZero() {
				r.purseStep("Waiting for the same signature once more")
				again, err := r.askTyped(ctx, w, m)
				if err != nil {
					return err
				}
				if at, err = r.Vault.Derive(ctx, m, kept, again); err != nil {
					return err
				}
			}
			record = &taskwallet.Record{Identity: r.identity(taskwallet.Derived, m, at, n)}
		}
		return r.openPurse(ctx, *record, n)
	})
}

// MakeRandomPurse makes a key from chance, for wallets that cannot make the same
// signature twice. It has to be backed up before money goes in.
func (t *Tab) MakeRandomPurse() {
	t.purseWork("Making a key", func(ctx context.Context, r *Runner, n network, _ Connection) error {
		at, err := r.Vault.Random(ctx)
		if err != nil {
			return err
		}
		m := taskwallet.Message{Owner: r.account(), Site: r.Home.Site, ChainID: n.ChainID}
		return r.openPurse(ctx, taskwallet.Record{Identity: r.identity(taskwallet.Random, m, at, n)}, n)
	})
}

func (r *Runner) identity(kind taskwallet.Kind, m taskwallet.Message, at address, n network) taskwallet.Identity {
	return taskwallet.Identity{
		V: taskwallet.Version, Kind: kind, Owner: m.Owner, Site: m.Site, ChainID: m.ChainID, Number: m.Number, Address: at,
		Contracts: taskwallet.Contracts(n.Contracts), Relays: n.Relays, CreatedAt: r.Clock.Now().Unix(),
	}
}

// askTyped asks the wallet to sign the message of taskwallet.md §3, where there is a
// place for the key that comes of it.
func (r *Runner) askTyped(ctx context.Context, w Connection, m taskwallet.Message) ([]byte, error) {
	if err := r.Vault.Ready(ctx); err != nil {
		return nil, err
	}
	params, err := m.Params()
	if err != nil {
		return nil, err
	}
	r.purseAsks(true)
	return signature(ctx, w, "eth_signTypedData_v4", params...)
}
