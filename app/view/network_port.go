package view

import "crynux-dapp/app/job"

// NetworkPort is what the page asks of the world about networks of the person's own.
type NetworkPort interface {
	// TryNetwork checks what was typed for a network. What is wrong is returned by field;
	// if nothing is, the network itself is asked, and the findings arrive as a new State.
	TryNetwork(d NetworkDraft) (wrong NetworkDraft)
	// AddNetwork keeps the network that was tried; with relayDown also one with a Relay
	// that does not answer. Call it only from a click after the findings were shown.
	AddNetwork(relayDown bool)
	// DropTrial forgets the network that was tried.
	DropTrial()
	// RemoveNetwork forgets a network that the person added.
	RemoveNetwork(id string)
}

// NetworkDraft is a text for each field of the form of a network: what was typed there,
// or what is wrong with it.
type NetworkDraft map[NetworkField]string

// NetworkField is a field of that form.
type NetworkField string

// The fields. RPC and Relays hold one address in a line; EIP191 is "" for no.
const (
	NetworkName          NetworkField = "name"
	NetworkChain         NetworkField = "chain"
	NetworkCoin          NetworkField = "coin"
	NetworkRPC           NetworkField = "rpc"
	NetworkRelays        NetworkField = "relays"
	NetworkExplorer      NetworkField = "explorer"
	NetworkToken         NetworkField = "token"
	NetworkTask          NetworkField = "task"
	NetworkNode          NetworkField = "node"
	NetworkFee           NetworkField = "fee"
	NetworkConfirmations NetworkField = "confirmations"
	NetworkEIP191        NetworkField = "eip191"
)

// Trial is a network that is being added, and what was found there.
type Trial struct {
	Network  Network
	Checking bool
	Findings []Finding
	// Passed tells that everything is fine, ButRelays that everything is but Relays that
	// do not answer now.
	Passed, ButRelays bool
	// Replaces tells that an own network has the same chain and contracts.
	Replaces bool
	Added    bool
	// Problem of storing it; zero when there was none.
	Problem job.Problem
}

// Finding is what one server, or one contract, told.
type Finding struct {
	Part Part
	At   string // address
	// Verdict says how it is; Got is the chain id, the symbol of the token or the number
	// of nodes that it told.
	Verdict Verdict
	Got     string
}

// Part is what a finding is about: "rpc", "token", "task", "node" or "relay".
type Part string

// Verdict is "fine", or what is wrong: "silent", "other-chain", "missing",
// "other-token", "strange".
type Verdict string
