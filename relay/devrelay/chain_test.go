//go:build !js

package devrelay

import (
	"fmt"
	"math/big"
	"net/http/httptest"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"crynux-dapp/chain/devchain"
)

// TestOverTheDevelopmentChain reads the real contracts: the parts of their ABI that the Relay spells
// out itself must be theirs.
func TestOverTheDevelopmentChain(t *testing.T) {
	ctx := t.Context()
	chain, err := devchain.Start(ctx, devchain.Options{Clock: devchain.NewClock(20)})
	if err != nil {
		t.Fatal(err)
	}
	defer chain.Close()
	relay, err := New(Options{Chain: chain.Client(), Clock: chain.Clock(), Contracts: chain.Contracts()})
	if err != nil {
		t.Fatal(err)
	}
	get := func(target string) string {
		answer := httptest.NewRecorder()
		relay.ServeHTTP(answer, httptest.NewRequest("GET", target, nil))
		return fmt.Sprint(answer.Code, " ", answer.Body)
	}
	expect := func(target, want string) {
		t.Helper()
		if got := get(target); got != want {
			t.Errorf("%s: %s, want %s", target, got, want)
		}
	}
	expect("/v1/network/nodes/number", `200 {"message":"success","data":{"all_nodes":0,"available_nodes":0}}`)
	expect("/v1/network/nodes/data?total=1", `500 {"message":"start index out of range"}`)

	var joined []common.Address
	for i := range 3 {
		joined = append(joined, join(t, chain, fmt.Sprint("devrelay-", i)))
	}
	expect("/v1/network/nodes/number", `200 {"message":"success","data":{"all_nodes":3,"available_nodes":3}}`)
	expect("/v1/network/nodes/data?start=1&total=1", fmt.Sprintf(`200 {"message":"success","data":[{"address":"%s",`+
		`"card_model":"NVIDIA RTX 4090","v_ram":24,"cnx_balance":600000000000000000000}]}`, joined[1]))

	hash := crypto.Keccak256Hash([]byte(imageArguments))
	creator := fund(t, chain, "devrelay-creator")
	transact(t, chain, creator, chain.Contracts().Token, devchain.TokenABI().Pack, "approve", chain.Contracts().Task, cnx(30))
	transact(t, chain, creator, chain.Contracts().Task, devchain.TaskABI().Pack, "createTask", new(big.Int), hash, common.Hash{}, big.NewInt(8))
	if _, err := relay.follow(ctx); err != nil {
		t.Fatal(err)
	}
	task, known := relay.task(1)
	if !known || task.TaskHash != hash || task.VRAMLimit != 8 || len(task.Selected) != 3 ||
		task.Creator != crypto.PubkeyToAddress(chain.Key(creator).PublicKey) {
		t.Errorf("read %+v", task)
	}
}

// cnx is n coins in base units.
func cnx(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), big.NewInt(1e18)) }

// fund gives the named account 1000 CNX and gas money, and returns its name.
func fund(t *testing.T, chain *devchain.Chain, name string) string {
	t.Helper()
	to := crypto.PubkeyToAddress(chain.Key(name).PublicKey)
	if err := chain.Fund(t.Context(), to, cnx(1), cnx(1000)); err != nil {
		t.Fatal(err)
	}
	return name
}

// join makes the named account a node.
func join(t *testing.T, chain *devchain.Chain, name string) common.Address {
	t.Helper()
	fund(t, chain, name)
	transact(t, chain, name, chain.Contracts().Token, devchain.TokenABI().Pack, "approve", chain.Contracts().Node, cnx(400))
	transact(t, chain, name, chain.Contracts().Node, devchain.NodeABI().Pack, "join", "NVIDIA GeForce RTX 4090", big.NewInt(24))
	return crypto.PubkeyToAddress(chain.Key(name).PublicKey)
}

func transact(t *testing.T, chain *devchain.Chain, from string, to common.Address,
	pack func(string, ...any) ([]byte, error), function string, args ...any) {
	t.Helper()
	data, err := pack(function, args...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chain.Transact(t.Context(), chain.Key(from), to, nil, data); err != nil {
		t.Fatalf("%s: %v", function, err)
	}
}
