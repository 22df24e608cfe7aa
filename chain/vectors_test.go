//go:build !js

package chain

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/google/go-cmp/cmp"
	"github.com/holiman/uint256"
)

func TestVectors(t *testing.T) {
	raw, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors struct {
		Address  common.Address
		Calldata []struct{ Call, Data string }
		Events   []struct {
			Event, Data string
			Topics      []common.Hash
		}
		EmptyTask  string `json:"getTask_zero_return"`
		TaskHashes []struct {
			Hash common.Hash `json:"task_hash"`
		} `json:"task_hashes"`
	}
	if err := json.Unmarshal(raw, &vectors); err != nil {
		t.Fatal(err)
	}
	c := Contracts{Task: common.HexToAddress("0xe625d0edC6a79cD23Ef4EbB91bE7574bf2451146")}
	who, hash := vectors.Address, vectors.TaskHashes[0].Hash

	calls := map[string][]byte{
		"createTask(0, keccak(task_hashes[0]), 0x00.., 8)":           c.CreateTask(who, 0, hash, 8).Data,
		"approve(0xe625d0edC6a79cD23Ef4EbB91bE7574bf2451146, 30e18)": c.Approve(who, *uint256.MustFromDecimal("30000000000000000000")).Data,
		"cancelTask(7)": c.CancelTask(who, 7).Data,
		"getTask(7)":    getTask.with(uintWord(7)),
	}
	for _, v := range vectors.Calldata {
		t.Run(v.Call, func(t *testing.T) {
			if got, ok := calls[v.Call]; !ok || !bytes.Equal(got, common.FromHex(v.Data)) {
				t.Errorf("got %x, want %s", got, v.Data)
			}
		})
	}

	events := map[string]Event{
		`TaskAborted(7,"Task Cancelled")`:          TaskAborted{7, AbortedByCancel},
		"TaskSuccess(7,result,node=address above)": TaskSuccess{7, who, common.FromHex("0x0123456789abcdeffedcba9876543210")},
		"TaskCreated(7,0,creator=address above,node=address above,hash[0],0,round 2)": TaskCreated{
			ID: 7, Creator: who, Node: who, TaskHash: hash, Round: 2},
	}
	for _, v := range vectors.Events {
		t.Run(v.Event, func(t *testing.T) {
			got, err := c.Event(Log{Contract: c.Task, Topics: v.Topics, Data: common.FromHex(v.Data)})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(events[v.Event], got); diff != "" {
				t.Error(diff)
			}
		})
	}

	t.Run("getTask of nothing", func(t *testing.T) {
		got, err := returned(readTask)(mustJSON(t, vectors.EmptyTask))
		if diff := cmp.Diff(Task{}, got); diff != "" || err != nil || got.State() != Gone {
			t.Error(diff, err)
		}
	})
}
