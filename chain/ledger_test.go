//go:build !js

package chain

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
)

func TestTaskOf(t *testing.T) {
	of := Contracts{Task: common.HexToAddress("0x01"), Token: common.HexToAddress("0x02")}
	task := contractABI(t, "Task")
	call := func(name string, args ...any) []byte {
		data, err := task.Pack(name, args...)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	id, round, beyond := big.NewInt(7), big.NewInt(2), new(big.Int).Lsh(big.NewInt(1), 64)
	for name, data := range map[string][]byte{
		"commitment": call("submitTaskResultCommitment", id, round, [32]byte{1}, [32]byte{2}),
		"disclosure": call("discloseTaskResult", id, round, []byte("result")),
		"upload":     call("reportResultsUploaded", id, round),
		"error":      call("reportTaskError", id, round),
		"cancel":     call("cancelTask", id),
	} {
		if got, ok := of.TaskOf(&Transaction{To: of.Task, Data: data}); !ok || got != 7 {
			t.Errorf("%s: %d, %v", name, got, ok)
		}
		for other, tx := range map[string]*Transaction{
			"to another contract": {To: of.Token, Data: data},
			"cut off":             {To: of.Task, Data: data[:35]},
			"unknown":             nil,
		} {
			if got, ok := of.TaskOf(tx); ok {
				t.Errorf("%s %s: %d", name, other, got)
			}
		}
	}
	for name, data := range map[string][]byte{
		"a new task":          call("createTask", id, [32]byte{}, [32]byte{}, round),
		"a view":              call("getTask", id),
		"an id out of bounds": call("cancelTask", beyond),
		"nothing":             nil,
	} {
		if got, ok := of.TaskOf(&Transaction{To: of.Task, Data: data}); ok {
			t.Errorf("%s: %d", name, got)
		}
	}
}
