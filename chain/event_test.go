//go:build !js

package chain

import (
	"errors"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/google/go-cmp/cmp"
)

// packLog makes a log with the oracle: indexed arguments are given as topics.
func packLog(t testing.TB, of abi.ABI, contract common.Address, name string, indexed []common.Hash, values ...any) Log {
	t.Helper()
	event := of.Events[name]
	packed, err := event.Inputs.NonIndexed().Pack(values...)
	if err != nil {
		t.Fatal(err)
	}
	return Log{Contract: contract, Topics: append([]common.Hash{event.ID}, indexed...), Data: packed}
}

func TestEventsEqualTheOracle(t *testing.T) {
	token, task := contractABI(t, "CrynuxToken"), contractABI(t, "Task")
	r := newRandom()
	topic := func(a common.Address) common.Hash { return addressWord(a) }
	for range 200 {
		c, a, b := r.contracts(), r.address(), r.address()
		id, round, coins, h, d, result := r.uint64(), r.uint64(), r.amount(), r.hash(), r.hash(), r.bytes(100)
		text := "Task Cancelled, and a reason longer than one word of the ABI"
		if len(result) == 0 {
			result = nil
		}
		for _, x := range []struct {
			log  Log
			want Event
		}{
			{packLog(t, token, c.Token, "Transfer", []common.Hash{topic(a), topic(b)}, coins.ToBig()), Transfer{a, b, coins}},
			{packLog(t, token, c.Token, "Approval", []common.Hash{topic(a), topic(b)}, coins.ToBig()), Approval{a, b, coins}},
			{packLog(t, task, c.Task, "TaskCreated", []common.Hash{topic(a), topic(b)}, bigOf(id), bigOf(round%256), h, d, bigOf(round)),
				TaskCreated{ID: id, Kind: uint8(round), Creator: a, Node: b, TaskHash: h, DataHash: d, Round: round}},
			{packLog(t, task, c.Task, "TaskResultCommitmentsReady", nil, bigOf(id)), CommitmentsReady{id}},
			{packLog(t, task, c.Task, "TaskSuccess", []common.Hash{topic(a)}, bigOf(id), result), TaskSuccess{id, a, result}},
			{packLog(t, task, c.Task, "TaskAborted", nil, bigOf(id), text), TaskAborted{id, text}},
		} {
			got, err := c.Event(x.log)
			if err != nil {
				t.Fatalf("%T: %v", x.want, err)
			}
			if diff := cmp.Diff(x.want, got); diff != "" {
				t.Fatal(diff)
			}
		}
	}
}

func TestEvent(t *testing.T) {
	task, r := contractABI(t, "Task"), newRandom()
	c := r.contracts()
	good := packLog(t, task, c.Task, "TaskAborted", nil, bigOf(7), AbortedByCancel)

	t.Run("ignores the same event of another contract", func(t *testing.T) {
		other := good
		other.Contract = c.Token
		if event, err := c.Event(other); event != nil || err != nil {
			t.Error(event, err)
		}
	})
	t.Run("ignores unknown events and anonymous logs", func(t *testing.T) {
		for _, topics := range [][]common.Hash{nil, {r.hash()}} {
			if event, err := c.Event(Log{Contract: c.Task, Topics: topics, Data: good.Data}); event != nil || err != nil {
				t.Error(event, err)
			}
		}
	})
	t.Run("refuses the layout of later generations, which index the id", func(t *testing.T) {
		later := good
		later.Topics = append(later.Topics, uintWord(7))
		if _, err := c.Event(later); !errors.Is(err, ErrMalformed) {
			t.Error(err)
		}
	})
	t.Run("refuses every truncation", func(t *testing.T) {
		short := good
		for n := range len(good.Data) - 18 { // the last 18 bytes are padding
			short.Data = good.Data[:n]
			if event, err := c.Event(short); !errors.Is(err, ErrMalformed) || event != nil {
				t.Fatalf("%d bytes: %v %v", n, event, err)
			}
		}
	})
	t.Run("refuses an id above 64 bits", func(t *testing.T) {
		big := good
		big.Data = append([]byte(nil), good.Data...)
		big.Data[23] = 1
		if _, err := c.Event(big); !errors.Is(err, ErrMalformed) {
			t.Error(err)
		}
	})
}

func TestCreatedIsFoundByTopicAndContract(t *testing.T) {
	token, task, r := contractABI(t, "CrynuxToken"), contractABI(t, "Task"), newRandom()
	c, a := r.contracts(), r.address()
	created := func(contract common.Address, id uint64) Log {
		return packLog(t, task, contract, "TaskCreated", []common.Hash{addressWord(a), addressWord(a)}, bigOf(id), bigOf(0), r.hash(), r.hash(), bigOf(0))
	}
	transfer := packLog(t, token, c.Token, "Transfer", []common.Hash{addressWord(a), addressWord(c.Task)}, bigOf(30))
	approval := packLog(t, token, c.Token, "Approval", []common.Hash{addressWord(a), addressWord(c.Task)}, bigOf(0))
	for name, logs := range map[string][]Log{
		"five logs with a finite allowance":    {approval, transfer, created(c.Task, 7), created(c.Task, 7), created(c.Task, 7)},
		"four logs with an unlimited one":      {transfer, created(c.Task, 7), created(c.Task, 7), created(c.Task, 7)},
		"a foreign contract's log comes first": {created(a, 666), transfer, created(c.Task, 7)},
	} {
		if got, err := c.Created(&Receipt{Logs: logs}); err != nil || got.ID != 7 {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
	if _, err := c.Created(&Receipt{Logs: []Log{approval, transfer}}); !errors.Is(err, ErrMalformed) {
		t.Error("a receipt without TaskCreated:", err)
	}
}
