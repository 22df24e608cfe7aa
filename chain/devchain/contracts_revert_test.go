//go:build !js

package devchain

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
)

// TestTask_reverts asks for every refusal of protocol.md A.3. Each case breaks
// the rule it names and every rule that is checked after it, so that it also
// shows the order of the checks.
func TestTask_reverts(t *testing.T) {
	const (
		committed = "commit n0 aa\ncommit n1 aa\ncommit n2 aa -> CommitmentsReady 1\n"
		aborted   = "error n0\nerror n1 -> Task>n1 10, Task>n0 10, TaskAborted 1 Task error reported\n"
	)
	id := big.NewInt(1)
	one, three := big.NewInt(1), big.NewInt(3)
	unknown := big.NewInt(777)
	none := common.Hash{}
	nobody := func(s *stage) common.Address { return s.stranger }
	n := func(i int) func(*stage) common.Address { return func(s *stage) common.Address { return s.nodes[i] } }
	zero := big.NewInt(0)
	cases := []struct {
		want, before string
		from         func(*stage) common.Address
		method       string
		args         []any
	}{
		{"Invalid task type", "", nobody, "createTask", []any{big.NewInt(2), none, none, big.NewInt(99)}},
		{"Not enough tokens for task", "", nobody, "createTask", []any{zero, none, none, big.NewInt(99)}},
		{"Not enough allowance for task", "", func(s *stage) common.Address { return s.owner }, "createTask", []any{zero, none, none, big.NewInt(99)}},

		{"Task not exist", "", nobody, "submitTaskResultCommitment", []any{unknown, three, none, none}},
		{"Round not exist", "", nobody, "submitTaskResultCommitment", []any{id, three, none, none}},
		{"Not selected node", "commit n0 aa", nobody, "submitTaskResultCommitment", []any{id, zero, none, none}},
		{"Not selected node", "commit n1 aa", n(0), "submitTaskResultCommitment", []any{id, one, none, none}}, // another's round
		{"Already submitted", aborted, n(0), "submitTaskResultCommitment", []any{id, zero, none, none}},
		{"Task is aborted", aborted, n(2), "submitTaskResultCommitment", []any{id, big.NewInt(2), hash("c"), none}},
		{"Nonce already used", "", n(0), "submitTaskResultCommitment", []any{id, zero, hash("c"), none}}, // as the unset ones
		{"Nonce already used", "commit n1 aa", n(0), "submitTaskResultCommitment", []any{id, zero, hash("c"), hash("n11")}},

		{"Invalid result", "", nobody, "discloseTaskResult", []any{unknown, three, []byte{}}},
		{"Task not exist", "", nobody, "discloseTaskResult", []any{unknown, three, []byte{1}}},
		{"Round not exist", "", nobody, "discloseTaskResult", []any{id, three, []byte{1}}},
		{"Not selected node", "", nobody, "discloseTaskResult", []any{id, zero, []byte{1}}},
		{"Already submitted", committed + "disclose n0 aa", n(0), "discloseTaskResult", []any{id, zero, []byte{1}}},
		{"Commitments not ready", aborted, n(0), "discloseTaskResult", []any{id, zero, []byte{1}}},
		{"Mismatch result and commitment", committed, n(0), "discloseTaskResult", []any{id, zero, []byte{1}}},

		{"Task not exist", "", nobody, "reportResultsUploaded", []any{unknown, three}},
		{"Round not exist", "", nobody, "reportResultsUploaded", []any{id, three}},
		{"Not selected node", "", nobody, "reportResultsUploaded", []any{id, zero}},
		{"Not result round", aborted, n(0), "reportResultsUploaded", []any{id, zero}},

		{"Task not exist", "", nobody, "reportTaskError", []any{unknown, three}},
		{"Round not exist", "", nobody, "reportTaskError", []any{id, three}},
		{"Not selected node", "", nobody, "reportTaskError", []any{id, zero}},
		{"Already submitted", "commit n0 aa", n(0), "reportTaskError", []any{id, zero}},

		{"Task not exist", "", nobody, "cancelTask", []any{unknown}},
		{"Unauthorized to cancel task", "", nobody, "cancelTask", []any{id}},
		{"Task has not exceeded the deadline yet", "", n(2), "cancelTask", []any{id}},

		{"Ownable: caller is not the owner", "", nobody, "updateTaskFeePerNode", []any{one}},
		{"Ownable: caller is not the owner", "", nobody, "updateDistanceThreshold", []any{one}},
		{"Ownable: caller is not the owner", "", nobody, "updateTimeout", []any{one}},
		{"Ownable: caller is not the owner", "", nobody, "transferOwnership", []any{common.Address{}}},
		{"Ownable: caller is not the owner", "", nobody, "renounceOwnership", nil},
		{"Ownable: new owner is the zero address", "", func(s *stage) common.Address { return s.owner }, "transferOwnership", []any{common.Address{}}},
	}
	for _, c := range cases {
		t.Run(c.method+"/"+c.want, func(t *testing.T) {
			s := newStage(t, rtx4090, rtx4090, rtx4090)
			s.act([]string{"create", "sd", "8"})
			s.play(c.before)
			s.refuses(c.from(s), s.task, TaskABI(), c.want, c.method, c.args...)
		})
	}
}

// refuses wants a call to revert for the reason.
func (s *stage) refuses(from, to common.Address, of *abi.ABI, want, method string, args ...any) {
	s.t.Helper()
	ret, err := s.call(from, to, nil, pack(s.t, of, method, args...))
	if err == nil {
		s.t.Errorf("%s did not revert, want %q", method, want)
	} else if got := revertReason(ret); got != want {
		s.t.Errorf("%s reverts for %q, want %q", method, got, want)
	}
}

// TestTask_createTask_needs_free_nodes: which nodes count depends on the kind
// of task and on its VRAM limit (protocol.md A.6).
func TestTask_createTask_needs_free_nodes(t *testing.T) {
	two, mixed := []gpu{rtx4090, rtx4090}, []gpu{rtx4090, rtx4090, rtx3060}
	cases := []struct {
		name string
		gpus []gpu
		act  string
		want string
	}{
		{"any_picture_without_three_nodes", two, "try create sd 0", "No available nodes"},
		{"picture_without_three_nodes", two, "try create sd 8", "No kind of gpu vram meets condition"},
		{"picture_without_three_large_nodes", mixed, "try create sd 13", "No kind of gpu vram meets condition"},
		{"picture_on_nodes_of_several_kinds", mixed, "try create sd 12", "no revert"},
		{"any_picture_on_nodes_of_several_kinds", mixed, "try create sd 0", "no revert"},
		{"text_without_three_nodes_of_one_kind", mixed, "try create gpt 0", "No kind of gpu id meets condition"},
		{"text_without_a_kind_that_is_large_enough", []gpu{rtx3060, rtx3060, rtx3060}, "try create gpt 13", "No kind of gpu id meets condition"},
		{"text_on_three_nodes_of_one_kind", []gpu{rtx3060, rtx4090, rtx3060, rtx3060}, "try create gpt 12", "no revert"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			newStage(t, c.gpus...).play(c.act + " -> " + c.want)
		})
	}
	t.Run("same_vram_of_another_name_is_another_kind_for_texts_only", func(t *testing.T) {
		s := newStage(t, rtx4090, rtx4090, gpu{"NVIDIA RTX A5000", 24})
		s.play(`
			try create gpt 0 -> No kind of gpu id meets condition
			try create sd 24 -> no revert`)
	})
}

// TestTask_createTask_takes_no_value: no reason comes with that revert.
func TestTask_createTask_takes_no_value(t *testing.T) {
	s := newStage(t, rtx4090, rtx4090, rtx4090)
	data := pack(t, TaskABI(), "createTask", big.NewInt(0), [32]byte{}, [32]byte{}, big.NewInt(0))
	ret, err := s.call(s.creator, s.task, big.NewInt(1), data)
	if err == nil || len(ret) > 0 {
		t.Errorf("got %v with data %x, want a revert without data", err, ret)
	}
}

// TestTask_needs_its_address_in_Node: the step that a deployment must not forget.
func TestTask_needs_its_address_in_Node(t *testing.T) {
	s := newStage(t, rtx4090, rtx4090, rtx4090)
	s.send(s.owner, s.node, pack(t, NodeABI(), "updateTaskContractAddress", s.stranger))
	s.play("try create sd 0 -> Not called by the task contract")
}

func TestTask_deadline_follows_updateTimeout_for_new_tasks(t *testing.T) {
	s := newStage(t, rtx4090, rtx4090, rtx4090)
	s.send(s.owner, s.task, pack(t, TaskABI(), "updateTimeout", big.NewInt(10)))
	s.act([]string{"create", "sd", "8"})
	if got, want := s.info().Timeout.Uint64(), s.now+10; got != want {
		t.Errorf("deadline %d, want %d", got, want)
	}
}

func TestTask_distance_threshold_can_be_changed(t *testing.T) {
	s := newStage(t, rtx4090, rtx4090, rtx4090)
	s.send(s.owner, s.task, pack(t, TaskABI(), "updateDistanceThreshold", big.NewInt(6)))
	s.act([]string{"create", "sd", "8"})
	s.play("commit n0 " + like + "\ncommit n1 " + other + "\ncommit n2 " + other + " -> CommitmentsReady 1\n" +
		"disclose n0 " + like + "\ndisclose n1 " + other + " -> Task>n1 10, TaskSuccess 1 " + like + " n0")
}

// TestNode_reverts asks for every refusal of protocol.md A.6. The Task contract
// is an ordinary account here, so that its calls can be made at will.
func TestNode_reverts(t *testing.T) {
	s := newStage(t, rtx4090)
	boss := common.HexToAddress("0xb055")
	s.send(s.owner, s.node, pack(t, NodeABI(), "updateTaskContractAddress", boss))
	node := s.nodes[0]
	limit := big.NewInt(25)
	refuses := func(from common.Address, want, method string, args ...any) {
		t.Helper()
		s.refuses(from, s.node, NodeABI(), want, method, args...)
	}

	refuses(s.stranger, "Not enough allowance to stake", "join", "x", limit)
	s.approve(s.stranger, s.node, cnx(400))
	refuses(s.stranger, "Not enough token to stake", "join", "x", limit)
	refuses(node, "Node already joined", "join", "x", limit)
	refuses(s.stranger, "Illegal node status", "quit")
	refuses(s.stranger, "Illegal node status", "pause")
	refuses(node, "Illegal node status", "resume")
	for _, method := range []string{"startTask", "finishTask", "slash"} {
		refuses(s.owner, "Not called by the task contract", method, node)
	}
	refuses(boss, "Node is not available", "startTask", s.stranger)
	refuses(boss, "Illegal node status", "finishTask", node)
	refuses(boss, "Illegal node status", "slash", node)
	refuses(s.stranger, "Ownable: caller is not the owner", "updateTaskContractAddress", s.stranger)
	refuses(s.stranger, "No kind of gpu vram meets condition", "filterGPUVram", limit, big.NewInt(1))
	refuses(s.stranger, "No kind of gpu id meets condition", "filterGPUID", big.NewInt(24), big.NewInt(2))
	refuses(s.stranger, "No available nodes of such vram", "selectNodeByGPUVram", limit, big.NewInt(0))
	refuses(s.stranger, "No available nodes of such gpu id", "selectNodeByGPUID", [32]byte{1}, big.NewInt(0))

	s.send(boss, s.node, pack(t, NodeABI(), "startTask", node))
	refuses(boss, "Node is not available", "startTask", node)
	refuses(s.stranger, "No available nodes", "selectNode", big.NewInt(0))
}

// TestNode_the_network_is_full_at_100000_nodes writes the number of nodes into
// the storage: slot 3 of Node is the length of the list of all nodes.
func TestNode_the_network_is_full_at_100000_nodes(t *testing.T) {
	s := newStage(t, rtx4090)
	slot := common.BigToHash(big.NewInt(3))
	if got := s.state.GetState(s.node, slot).Big().Int64(); got != 1 {
		t.Fatalf("slot 3 of Node is %d with one node joined", got)
	}
	s.state.SetState(s.node, slot, common.BigToHash(big.NewInt(100_000)))
	s.refuses(s.nodes[0], s.node, NodeABI(), "Network is full", "join", "x", big.NewInt(1))
}

// TestNode_lists follows the lists of nodes and GPUs as nodes come, work and go.
func TestNode_lists(t *testing.T) {
	s := newStage(t, rtx4090, rtx3060, rtx4090)
	boss := common.HexToAddress("0xb055")
	s.send(s.owner, s.node, pack(t, NodeABI(), "updateTaskContractAddress", boss))
	list := func(method string) []common.Address {
		t.Helper()
		return s.view(NodeABI(), s.node, method)[0].([]common.Address)
	}
	gpus := func() int {
		t.Helper()
		return len(*abi.ConvertType(s.view(NodeABI(), s.node, "getAvailableGPUs")[0], new([]struct {
			Name string
			Vram *big.Int
		})).(*[]struct {
			Name string
			Vram *big.Int
		}))
	}
	expect := func(when string, all, available, kinds int) {
		t.Helper()
		if len(list("getAllNodeAddresses")) != all || len(list("getAvailableNodes")) != available || gpus() != kinds {
			t.Errorf("%s: all %v, available %v, %d kinds; want %d, %d, %d", when,
				list("getAllNodeAddresses"), list("getAvailableNodes"), gpus(), all, available, kinds)
		}
	}
	expect("after joining", 3, 3, 2)
	s.send(boss, s.node, pack(t, NodeABI(), "startTask", s.nodes[1]))
	expect("with the only one of its kind at work", 3, 2, 1)
	s.send(boss, s.node, pack(t, NodeABI(), "finishTask", s.nodes[1]))
	expect("after its work", 3, 3, 2)
	s.send(s.nodes[0], s.node, pack(t, NodeABI(), "pause"))
	expect("with one paused", 3, 2, 2)
	s.send(s.nodes[0], s.node, pack(t, NodeABI(), "quit"))
	expect("after the paused one quit", 2, 2, 2)
	s.send(boss, s.node, pack(t, NodeABI(), "startTask", s.nodes[2]))
	s.send(boss, s.node, pack(t, NodeABI(), "slash", s.nodes[2]))
	expect("after one was slashed", 1, 1, 1)
	s.join(s.nodes[2], rtx4090)
	expect("after it came back", 2, 2, 2)
}

// TestToken_reverts: the texts of the library, which pages know (protocol.md A.2).
func TestToken_reverts(t *testing.T) {
	s := newStage(t)
	refuses := func(from common.Address, want, method string, args ...any) {
		t.Helper()
		s.refuses(from, s.token, TokenABI(), want, method, args...)
	}
	refuses(s.stranger, "ERC20: transfer amount exceeds balance", "transfer", s.owner, oneCNX)
	refuses(s.stranger, "ERC20: insufficient allowance", "transferFrom", s.owner, s.stranger, oneCNX)
	refuses(s.stranger, "ERC20: decreased allowance below zero", "decreaseAllowance", s.owner, oneCNX)
	refuses(s.stranger, "ERC20: approve to the zero address", "approve", common.Address{}, oneCNX)
	refuses(s.owner, "ERC20: transfer to the zero address", "transfer", common.Address{}, oneCNX)
}
