//go:build !js

package devchain

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/google/go-cmp/cmp"
)

// stage is the three contracts with an owner, a creator who has approved, a
// stranger and some nodes. Its scripts say who does what and what comes of it:
//
//	create sd 8         -> Approval 970, Transfer creator>Task 30, ...
//	commit n0 aa        ->
//	try disclose n0 aa  -> Commitments not ready
//
// The nodes of the first task are called n0, n1, n2 by their round, all others
// n3 and on. Amounts are CNX. "task 1" turns to an earlier task.
type stage struct {
	*machine
	token, node, task        common.Address
	owner, creator, stranger common.Address
	nodes                    []common.Address
	current                  int64
	deadline                 uint64
	start                    map[string]*big.Int // balances when the first task was created
}

type gpu struct {
	name string
	vram int64
}

func newStage(t *testing.T, gpus ...gpu) *stage {
	t.Helper()
	account := func(name string) common.Address { return common.BytesToAddress(crypto.Keccak256([]byte(name))) }
	s := &stage{machine: newMachine(t), owner: account("owner"), creator: account("creator"), stranger: account("stranger")}
	s.token, _ = s.deploy(s.owner, TokenCode())
	s.node, _ = s.deploy(s.owner, append(NodeCode(), pack(t, NodeABI(), "", s.token)...))
	s.task, _ = s.deploy(s.owner, append(TaskCode(), pack(t, TaskABI(), "", s.node, s.token)...))
	s.send(s.owner, s.node, pack(t, NodeABI(), "updateTaskContractAddress", s.task))
	s.give(s.creator, 10_000)
	s.approve(s.creator, s.task, cnx(1000))
	for i, gpu := range gpus {
		s.join(account("node"+strconv.Itoa(i)), gpu)
	}
	return s
}

func (s *stage) give(to common.Address, amount int64) {
	s.t.Helper()
	s.send(s.owner, s.token, pack(s.t, TokenABI(), "transfer", to, cnx(amount)))
}

func (s *stage) approve(owner, spender common.Address, amount *big.Int) {
	s.t.Helper()
	s.send(owner, s.token, pack(s.t, TokenABI(), "approve", spender, amount))
}

func (s *stage) join(node common.Address, gpu gpu) {
	s.t.Helper()
	s.give(node, 400)
	s.approve(node, s.node, cnx(400))
	s.send(node, s.node, pack(s.t, NodeABI(), "join", gpu.name, big.NewInt(gpu.vram)))
	if !slices.Contains(s.nodes, node) {
		s.nodes = append(s.nodes, node)
	}
}

// play runs a script and compares it with what really happened.
func (s *stage) play(script string) {
	s.t.Helper()
	var want, got []string
	for line := range strings.Lines(script) {
		act, expected, _ := strings.Cut(strings.TrimSpace(line), "->")
		act = strings.TrimSpace(act)
		if act == "" {
			continue
		}
		want = append(want, act+" -> "+strings.TrimSpace(expected))
		got = append(got, act+" -> "+s.act(strings.Fields(act)))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		s.t.Errorf("course (-wanted +happened):\n%s", diff)
	}
}

func (s *stage) act(words []string) string {
	s.t.Helper()
	try := words[0] == "try"
	if try {
		words = words[1:]
	}
	switch words[0] {
	case "wait":
		s.now += uint64(number(s.t, words[1]))
		return ""
	case "until": // "until deadline 0": the next block has that timestamp
		s.now = s.deadline + uint64(number(s.t, words[2])) - 1
		return ""
	case "task":
		s.current = number(s.t, words[1])
		return ""
	case "balances":
		return s.balances()
	case "states":
		return s.states()
	case "show":
		return s.show()
	case "counts":
		return s.counts()
	}
	from, to, data := s.transaction(words)
	if try {
		s.now++ // as in the next block
		ret, err := s.call(from, to, nil, data)
		s.now--
		if err == nil {
			return "no revert"
		}
		return revertReason(ret)
	}
	if words[0] == "create" {
		s.current = s.view(TaskABI(), s.task, "totalTasks")[0].(*big.Int).Int64() + 1
		if s.start == nil {
			s.start = s.holdings()
		}
	}
	result := s.send(from, to, data)
	if words[0] == "create" && s.current == 1 {
		s.nameNodes(result.logs)
		s.start = s.holdings() // by the new names
		s.start["creator"].Add(s.start["creator"], cnx(30))
		s.start["Task"].Sub(s.start["Task"], cnx(30))
	}
	if words[0] == "create" {
		s.deadline = s.now + 900
	}
	return s.events(result.logs)
}

func (s *stage) transaction(words []string) (from, to common.Address, data []byte) {
	s.t.Helper()
	id := big.NewInt(s.current)
	task := func(method string, args ...any) []byte { return pack(s.t, TaskABI(), method, args...) }
	switch words[0] {
	case "create": // kind vram
		kind := map[string]int64{"sd": 0, "gpt": 1}[words[1]]
		return s.creator, s.task, task("createTask", big.NewInt(kind), hash("arguments"), common.Hash{}, big.NewInt(number(s.t, words[2])))
	case "commit": // node result, or node 0x<commitment>
		node := s.account(words[1])
		nonce := hash(words[1] + strconv.Itoa(int(s.current)))
		commitment := crypto.Keccak256Hash(append(common.FromHex(words[2]), nonce[:]...))
		if value, ok := strings.CutPrefix(words[2], "0x"); ok {
			commitment = common.HexToHash(value)
		}
		if len(words) > 3 {
			nonce = hash(words[3] + strconv.Itoa(int(s.current)))
		}
		return node, s.task, task("submitTaskResultCommitment", id, s.round(node), commitment, nonce)
	case "disclose": // node result
		node := s.account(words[1])
		return node, s.task, task("discloseTaskResult", id, s.round(node), common.FromHex(words[2]))
	case "error":
		node := s.account(words[1])
		return node, s.task, task("reportTaskError", id, s.round(node))
	case "uploaded":
		node := s.account(words[1])
		return node, s.task, task("reportResultsUploaded", id, s.round(node))
	case "cancel": // who
		return s.account(words[1]), s.task, task("cancelTask", id)
	case "quit", "pause", "resume":
		return s.account(words[1]), s.node, pack(s.t, NodeABI(), words[0])
	case "fee":
		return s.owner, s.task, task("updateTaskFeePerNode", cnx(number(s.t, words[1])))
	}
	s.t.Fatalf("no act %q", words)
	return
}

// round of a node in the current task; 0 for a node that is not in it.
func (s *stage) round(node common.Address) *big.Int {
	s.t.Helper()
	info := s.info()
	return big.NewInt(int64(max(0, slices.Index(info.SelectedNodes, node))))
}

type taskInfo struct {
	Id                    *big.Int // as abi spells "id"
	TaskType              *big.Int
	Creator               common.Address
	TaskHash, DataHash    [32]byte
	VramLimit             *big.Int
	IsSuccess             bool
	SelectedNodes         []common.Address
	Commitments, Nonces   [][32]byte
	Results               [][]byte
	ResultDisclosedRounds []*big.Int
	ResultNode            common.Address
	Aborted               bool
	Timeout, Balance      *big.Int
}

func (s *stage) info() taskInfo {
	s.t.Helper()
	raw := s.view(TaskABI(), s.task, "getTask", big.NewInt(s.current))[0]
	return *abi.ConvertType(raw, new(taskInfo)).(*taskInfo)
}

// show is getTask in a few words.
func (s *stage) show() string {
	s.t.Helper()
	info := s.info()
	if info.Id.Sign() == 0 {
		return "gone"
	}
	words := []string{"balance " + inCNX(info.Balance)}
	if info.IsSuccess {
		words = append(words, "isSuccess")
	}
	if info.Aborted {
		words = append(words, "aborted")
	}
	if info.ResultNode != (common.Address{}) {
		words = append(words, "resultNode "+s.name(info.ResultNode))
	}
	if len(info.ResultDisclosedRounds) == 0 {
		return strings.Join(words, ", ")
	}
	var disclosed []string
	for _, round := range info.ResultDisclosedRounds {
		disclosed = append(disclosed, s.name(info.SelectedNodes[round.Int64()]))
	}
	return strings.Join(append(words, "disclosed "+strings.Join(disclosed, "+")), ", ")
}

func (s *stage) nameNodes(logs []*types.Log) {
	var first []common.Address
	for _, log := range logs {
		if log.Topics[0] == TaskABI().Events["TaskCreated"].ID {
			first = append(first, common.BytesToAddress(log.Topics[2][:]))
		}
	}
	for _, node := range s.nodes {
		if !slices.Contains(first, node) {
			first = append(first, node)
		}
	}
	s.nodes = first
}

func (s *stage) account(name string) common.Address {
	s.t.Helper()
	switch name {
	case "creator":
		return s.creator
	case "owner":
		return s.owner
	case "stranger":
		return s.stranger
	case "Task":
		return s.task
	case "Node":
		return s.node
	}
	return s.nodes[number(s.t, strings.TrimPrefix(name, "n"))]
}

func (s *stage) name(account common.Address) string {
	for _, name := range []string{"creator", "owner", "stranger", "Task", "Node"} {
		if s.account(name) == account {
			return name
		}
	}
	if i := slices.Index(s.nodes, account); i >= 0 {
		return "n" + strconv.Itoa(i)
	}
	return account.Hex()
}

// events is what a receipt's logs say, in their order.
func (s *stage) events(logs []*types.Log) string {
	s.t.Helper()
	var said []string
	for _, log := range logs {
		of := TaskABI()
		if log.Address == s.token {
			of = TokenABI()
		}
		event, err := of.EventByID(log.Topics[0])
		if err != nil {
			s.t.Fatal(err)
		}
		values, err := event.Inputs.Unpack(log.Data)
		if err != nil {
			s.t.Fatal(err)
		}
		topic := func(i int) string { return s.name(common.BytesToAddress(log.Topics[i][:])) }
		switch event.Name {
		case "Approval":
			said = append(said, "Approval "+inCNX(values[0].(*big.Int)))
		case "Transfer":
			said = append(said, fmt.Sprintf("%s>%s %s", topic(1), topic(2), inCNX(values[0].(*big.Int))))
		case "TaskCreated":
			said = append(said, fmt.Sprintf("TaskCreated %v round %v %s", values[0], values[4], topic(2)))
		case "TaskResultCommitmentsReady":
			said = append(said, fmt.Sprintf("CommitmentsReady %v", values[0]))
		case "TaskSuccess":
			said = append(said, fmt.Sprintf("TaskSuccess %v %x %s", values[0], values[1], topic(1)))
		case "TaskAborted":
			said = append(said, fmt.Sprintf("TaskAborted %v %s", values[0], values[1]))
		default:
			said = append(said, event.Name)
		}
	}
	return strings.Join(said, ", ")
}

func (s *stage) holdings() map[string]*big.Int {
	s.t.Helper()
	all := map[string]*big.Int{}
	for _, name := range s.names() {
		all[name] = s.view(TokenABI(), s.token, "balanceOf", s.account(name))[0].(*big.Int)
	}
	return all
}

func (s *stage) names() []string {
	names := []string{"creator", "owner", "Task", "Node"}
	for i := range s.nodes {
		names = append(names, "n"+strconv.Itoa(i))
	}
	return names
}

// balances is who has more or less than before the first task.
func (s *stage) balances() string {
	s.t.Helper()
	var said []string
	now := s.holdings()
	for _, name := range s.names() {
		change := new(big.Int).Sub(now[name], s.start[name])
		if change.Sign() != 0 {
			said = append(said, fmt.Sprintf("%s %s", name, signed(change)))
		}
	}
	return strings.Join(said, ", ")
}

// states is the status of every node, and the task that it works on.
func (s *stage) states() string {
	s.t.Helper()
	var said []string
	for i, node := range s.nodes {
		status := s.view(NodeABI(), s.node, "getNodeStatus", node)[0].(*big.Int).Int64()
		words := fmt.Sprintf("n%d %s", i, []string{"quit", "available", "busy", "pending pause", "pending quit", "paused"}[status])
		if task := s.view(TaskABI(), s.task, "getNodeTask", node)[0].(*big.Int); task.Sign() > 0 {
			words += fmt.Sprintf(" with %v", task)
		}
		said = append(said, words)
	}
	return strings.Join(said, ", ")
}

func (s *stage) counts() string {
	s.t.Helper()
	count := func(name string) any { return s.view(TaskABI(), s.task, name)[0] }
	return fmt.Sprintf("%v tasks, %v successes, %v aborts", count("totalTasks"), count("totalSuccessTasks"), count("totalAbortedTasks"))
}

func pack(t *testing.T, of *abi.ABI, method string, args ...any) []byte {
	t.Helper()
	data, err := of.Pack(method, args...)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func number(t *testing.T, word string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(word, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func hash(text string) common.Hash { return crypto.Keccak256Hash([]byte(text)) }

var oneCNX = big.NewInt(1e18)

func cnx(amount int64) *big.Int { return new(big.Int).Mul(big.NewInt(amount), oneCNX) }

// inCNX is exact: whole CNX, or wei where that is not a whole number.
func inCNX(wei *big.Int) string {
	whole, rest := new(big.Int).QuoRem(wei, oneCNX, new(big.Int))
	switch {
	case wei.Cmp(maxAmount) == 0:
		return "infinite"
	case rest.Sign() != 0:
		return wei.String() + " wei"
	}
	return whole.String()
}

func signed(wei *big.Int) string {
	if wei.Sign() > 0 {
		return "+" + inCNX(wei)
	}
	return inCNX(wei)
}

var maxAmount = new(big.Int).SetBytes(hexutil.MustDecode("0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"))
