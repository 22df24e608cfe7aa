package taskwallet

import (
	"errors"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"crynux-dapp/chain"
)

func TestDelete(t *testing.T) {
	empty, one := chain.Balances{}, *uint256.NewInt(1)
	two := []chain.Balances{empty, empty}
	for _, c := range []struct {
		name   string
		kind   Kind
		backup int64
		left   Remains
		typed  string
		want   error
	}{
		{"empty and derived", Derived, 0, Remains{Balances: two}, "", nil},
		{"empty and backed up", Random, 1, Remains{Balances: two}, "", nil},
		{"no way back", Random, 0, Remains{Balances: two}, "", Unsafe},
		{"imported without proof", Imported, 0, Remains{Balances: two}, "", Unsafe},
		{"wei left", Derived, 0, Remains{Balances: []chain.Balances{empty, {Native: one}}}, "", Unsafe},
		{"CNX left", Derived, 0, Remains{Balances: []chain.Balances{{CNX: one}, empty}}, "", Unsafe},
		{"asked once", Derived, 0, Remains{Balances: two[:1]}, "", Unsafe},
		{"not asked", Derived, 0, Remains{}, "", Unsafe},
		{"refund to come", Derived, 0, Remains{Balances: two, Refundable: 1}, "", Unsafe},
		{"typed", Random, 0, Remains{Refundable: 1}, "830F", nil},
		{"typed wrongly", Random, 0, Remains{}, "830f", Unsafe},
		{"typed too much", Random, 0, Remains{}, "f830F", Unsafe},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Record{Identity: testIdentity(), BackupProvenAt: c.backup}
			r.Kind = c.kind
			if err := r.Delete(c.left, c.typed); !errors.Is(err, c.want) {
				t.Error(err)
			}
		})
	}
}

func TestRetire(t *testing.T) {
	gwei := *uint256.NewInt(1_000_000_000)
	at := func(native, cnx uint64) chain.Standing {
		return chain.Standing{Balances: chain.Balances{Native: *uint256.NewInt(native), CNX: *uint256.NewInt(cnx)}, GasPrice: gwei}
	}
	taken := at(1<<60, 1)
	taken.HasCode = true
	free := at(1, 0)
	free.GasPrice.Clear()
	for _, c := range []struct {
		name       string
		kind       Kind
		number     uint8
		left       chain.Standing
		refundable int
		want       error
	}{
		{"empty", Derived, 0, at(0, 0), 0, nil},
		{"less than a transfer costs", Derived, 0, at(100_000*1_000_000_000, 0), 0, nil},
		{"more", Derived, 0, at(100_000*1_000_000_000+1, 0), 0, Unsafe},
		{"a coin where gas is free", Derived, 0, free, 0, Unsafe},
		{"CNX left", Derived, 0, at(0, 1), 0, Unsafe},
		{"refund to come", Derived, 0, at(0, 0), 1, Unsafe},
		{"somebody else has the key", Derived, 0, taken, 0, nil},
		{"and a refund is to come", Derived, 0, taken, 1, Unsafe},
		{"last but one", Derived, 98, at(0, 0), 0, nil},
		{"last number", Derived, 99, at(0, 0), 0, Unsafe},
		{"by chance has no number", Random, 99, at(0, 0), 0, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Record{Identity: testIdentity()}
			r.Kind, r.Number = c.kind, c.number
			if err := r.Retire(c.left, c.refundable); !errors.Is(err, c.want) {
				t.Error(err)
			}
		})
	}
}

func TestNextNumberWasNeverUsed(t *testing.T) {
	id := testIdentity()
	record := func(number uint8, retired int64, change func(*Record)) Record {
		r := Record{Identity: id, RetiredAt: retired}
		r.Number = number
		if change != nil {
			change(&r)
		}
		return r
	}
	for _, c := range []struct {
		name    string
		records []Record
		want    uint8
		more    bool
	}{
		{"none", nil, 0, true},
		{"one that is used", []Record{record(0, 0, nil)}, 0, true},
		{"one retired", []Record{record(0, 1, nil)}, 1, true},
		{"a gap is not filled", []Record{record(5, 1, nil), record(0, 1, nil)}, 6, true},
		{"of others", []Record{
			record(7, 1, func(r *Record) { r.Owner = common.Address{1} }),
			record(7, 1, func(r *Record) { r.Site = "elsewhere" }),
			record(7, 1, func(r *Record) { r.ChainID = 43 }),
			record(7, 1, func(r *Record) { r.Kind = Imported }),
		}, 0, true},
		{"all retired", []Record{record(99, 1, nil)}, 100, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, more := Next(c.records, id.Owner, id.Site, id.ChainID); got != c.want || more != c.more {
				t.Errorf("%d, %t", got, more)
			}
		})
	}
}
