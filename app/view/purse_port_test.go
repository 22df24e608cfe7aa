package view

import (
	"context"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"crynux-dapp/app/task"
)

// The part of the scripted Port about the task wallet.

func (b *browser) MakePurse()             { b.note("make purse") }
func (b *browser) MakeRandomPurse()       { b.note("make random purse") }
func (b *browser) LeavePurse()            { b.note("leave purse") }
func (b *browser) LockPurse()             { b.note("lock purse") }
func (b *browser) FundPurse(tasks uint64) { b.note("fund %d", tasks) }
func (b *browser) SweepPurse(to string) {
	if to == "" {
		b.note("sweep")
		return
	}
	b.note("sweep to %s", to)
}
func (b *browser) UnlockPurse(passphrase string) { b.note("unlock %q", passphrase) }
func (b *browser) RememberPurse(how Remembered, passphrase string) {
	b.note("remember %q %q", how, passphrase)
}
func (b *browser) Direct(on bool) { b.note("direct %t", on) }

func (b *browser) ChooseApproval(a Approval) { b.note("approve %d %t", a.Tasks, a.Unlimited) }
func (b *browser) Revoke()                   { b.note("revoke") }
func (b *browser) ListToken()                { b.note("list token") }

// Funding costs the fee and 0.0057 coins a task, unless gas is free.
func (b *browser) Funding(_ context.Context, tasks uint64) (Funding, error) {
	f := Funding{Tasks: tasks}
	n := uint256.NewInt(tasks)
	fee, gas := b.state.Network.Fee, units(0.0057)
	f.CNX.Mul(&fee, n)
	if !b.state.Preflight.Known || !b.state.Preflight.Gas.IsZero() {
		f.Native.Mul(&gas, n)
	}
	b.note("funding %d", tasks)
	return f, b.fails
}

func (b *browser) FindPurses() { b.note("find") }
func (b *browser) OpenFound(at common.Address, name string, number uint8) {
	b.note("open %s %q %d", at.Hex(), name, number)
}
func (b *browser) RetirePurse()             { b.note("retire") }
func (b *browser) DeletePurse(typed string) { b.note("delete %q", typed) }

func (b *browser) PurseRemains(context.Context) (Remains, error) {
	b.note("look what remains")
	return b.remains, b.fails
}

func (b *browser) SaveBackup(_ context.Context, password string) error {
	b.note("save backup %s", password)
	return b.fails
}

func (b *browser) OpenBackup(_ context.Context, password string) error {
	b.note("open backup %s", password)
	return b.fails
}

func (b *browser) LookAhead(kind task.Kind, args []byte) { b.note("look %v %s", kind, args) }

// looks counts how often the chain was asked.
func (b *browser) looks() (n int) {
	for _, did := range b.did {
		if len(did) > 4 && did[:5] == "look " {
			n++
		}
	}
	return n
}
