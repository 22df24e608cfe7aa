//go:build !js

package e2e

import (
	"context"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"crynux-dapp/chain/devchain"
	"crynux-dapp/relay/devrelay"
	"crynux-dapp/web/devnet"
)

// since is how many blocks there are from that of the first task of an account on.
func since(t *testing.T, n *devnet.Network, creator common.Address) int {
	t.Helper()
	ctx := context.Background()
	logs, err := n.Chain.Client().FilterLogs(ctx, ethereum.FilterQuery{
		FromBlock: new(big.Int), Addresses: []common.Address{n.Chain.Contracts().Task},
		Topics: [][]common.Hash{{devchain.TaskABI().Events["TaskCreated"].ID}, {common.BytesToHash(creator[:])}},
	})
	if err != nil || len(logs) == 0 {
		t.Fatalf("%d tasks, %v", len(logs), err)
	}
	head, err := n.Chain.Client().BlockNumber(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return int(head-logs[0].BlockNumber) + 1
}

// ship is what is asked for; one word for one picture.
const ship = "a ship at sea"

// TestReorgUnderARunningTask: the chain takes the payment's block back and puts it into
// another one. The page says so, asks nobody, and shows the result.
func TestReorgUnderARunningTask(t *testing.T) {
	t.Parallel()
	n := network(t)
	n.Nodes.SetFaults(devrelay.NodeFaults{Silent: true})
	v := visit(t, n)
	v.connect(digests)
	v.order(ship, 1)
	v.sees("The fee can be claimed back in")
	n.Chain.Pause()
	if err := n.Chain.Reorg(since(t, n, v.wallet(digests).Address()), devchain.Remined); err != nil {
		t.Fatal(err)
	}
	v.sees("The blockchain took back the block with your payment. The same payment is waited for again; nothing is paid twice.")
	v.shot("reorg-1440")
	v.size(390, 844, true)
	v.fits()
	v.shot("reorg-390")
	v.size(1440, 900, false)
	n.Nodes.SetFaults(devrelay.NodeFaults{})
	n.Chain.Resume()
	v.verified(1, ship, 270)
	if got := v.prompts(digests)[sending]; got != 2 {
		t.Errorf("the wallet was asked for %d transactions, want the approval and the payment", got)
	}
}

// TestReorgThatTheRelayDoesNotNotice: the task gets the number that somebody else's had
// in a block that is gone. The fee comes back.
func TestReorgThatTheRelayDoesNotNotice(t *testing.T) {
	t.Parallel()
	n := network(t, func(o *devnet.Options) { o.Rate = rate / 2 }) // the chain takes back 32 blocks at most
	ctx := context.Background()
	send := func(name string, to common.Address, data []byte, err error) {
		t.Helper()
		if err == nil {
			_, err = n.Chain.Transact(ctx, n.Chain.Key(name), to, nil, data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	at := n.Chain.Contracts()
	timeout, err := devchain.TaskABI().Pack("updateTimeout", big.NewInt(120))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Chain.Transact(ctx, n.Chain.Deployer(), at.Task, nil, timeout); err != nil {
		t.Fatal(err)
	}
	n.Nodes.SetFaults(devrelay.NodeFaults{Silent: true})
	v := visit(t, n)
	v.connect(digests)

	const other = "somebody else"
	rival := crypto.PubkeyToAddress(n.Chain.Key(other).PublicKey)
	v.fund(rival, 1000, 30_000)
	approve, err := devchain.TokenABI().Pack("approve", at.Task, new(big.Int).Mul(big.NewInt(30), big.NewInt(1e18)))
	send(other, at.Token, approve, err)
	create, err := devchain.TaskABI().Pack("createTask", new(big.Int), [32]byte{1}, [32]byte{}, new(big.Int))
	send(other, at.Task, create, err)
	v.order(ship, 1)
	v.sees("The fee can be claimed back in")
	n.Chain.Pause()
	if err := n.Chain.Reorg(since(t, n, rival), devchain.Dropped); err != nil {
		t.Fatal(err)
	}
	n.Chain.Resume()
	v.problem("The transaction was dropped", "It is not certain whether the payment left your wallet")
	v.click("button", "Try again")
	v.problem("The Relay knows another task by this number", "The blockchain was reorganised", "nothing is paid twice")
	v.shot("reorg-relay-1440")
	v.sees("You get back what is left of the fee: 30 CNX.")
	v.click("button", "Get my CNX back")
	v.sees("It was cancelled after its deadline. You paid 30 CNX; 30 CNX came back.")
	if left := v.cnx(v.wallet(digests).Address()); left != 300 {
		t.Errorf("the account has %d CNX left of 300", left)
	}
	v.whole()
}
