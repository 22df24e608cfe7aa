package taskwallet

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/chain"
)

// Kind is how a key came to be.
type Kind string

const (
	Derived  Kind = "derived"  // from the owner's signature: it can be made again
	Random   Kind = "random"   // exists only here and in its backup
	Imported Kind = "imported" // from a keystore
	Host     Kind = "host"     // of a host, made by the task wallet that is its owner (§12)
)

// Version is that of an Identity.
const Version = 1

// Contracts are chain.Contracts as the record writes them.
type Contracts struct {
	Token common.Address `json:"token"`
	Node  common.Address `json:"node"`
	Task  common.Address `json:"task"`
}

// Identity is what a task wallet is: fixed when its key is made, public, and
// the only source of whom it pays. It is in every export.
type Identity struct {
	V         int            `json:"v"` // Version
	Kind      Kind           `json:"kind"`
	Owner     common.Address `json:"owner"` // who gets back what is left
	Site      string         `json:"site"`
	ChainID   uint64         `json:"chainId"`
	Number    uint8          `json:"number"`
	Address   common.Address `json:"address"`
	Contracts Contracts      `json:"contracts"`
	Relays    []string       `json:"relays"`
	CreatedAt int64          `json:"createdAt"` // Unix seconds
}

const (
	maxRelays  = 8
	maxAddress = 300 // bytes of a Relay's address
)

// Check wants an identity that a key can be opened for. The error is
// BrokenFile.
func (id Identity) Check() error {
	none := common.Address{}
	var wrong string
	switch {
	case id.V != Version:
		wrong = "version " + strconv.Itoa(id.V)
	case id.Kind != Derived && id.Kind != Random && id.Kind != Imported && id.Kind != Host:
		wrong = "kind"
	case id.Owner == none:
		wrong = "no owner"
	case id.Address == none || id.Address == id.Owner:
		wrong = "address"
	case id.ChainID == 0:
		wrong = "no chain id"
	case id.Number > MaxNumber:
		wrong = "number"
	case CheckSite(id.Site) != nil:
		wrong = "site"
	case id.Contracts.Token == none || id.Contracts.Node == none || id.Contracts.Task == none:
		wrong = "no contract"
	case len(id.Relays) > maxRelays || slices.ContainsFunc(id.Relays, func(r string) bool { return len(r) > maxAddress }):
		wrong = "relays"
	default:
		return nil
	}
	return BrokenFile.Because("identity: %s", wrong)
}

// Canonical is the identity as JSON in one fixed spelling: members in the order
// of the struct, no blanks. It is the additional data of cipher texts, so that
// one that is moved to another identity does not open.
func (id Identity) Canonical() []byte {
	if id.Relays == nil {
		id.Relays = []string{}
	}
	text, err := json.Marshal(id)
	if err != nil {
		panic(err) // no field can fail
	}
	return text
}

// Message is what the owner signs to make this key again.
func (id Identity) Message() Message {
	return Message{Owner: id.Owner, Site: id.Site, ChainID: id.ChainID, Number: id.Number}
}

// OfHost is the identity of the purse of a host, whose owner this task wallet is.
func (id Identity) OfHost(at common.Address) Identity {
	id.Kind, id.Owner, id.Address = Host, id.Address, at
	return id
}

// StoreKey is the key of the record in the store: address and chain id.
func (id Identity) StoreKey() string {
	return strings.ToLower(id.Address.Hex()) + ":" + strconv.FormatUint(id.ChainID, 10)
}

// LockName is the Web Lock under which one tab gives out nonces (§9).
func (id Identity) LockName() string { return "taskwallet:" + id.StoreKey() }

// SameNetwork wants the profile that the key was made under. Otherwise nothing
// is signed: who changes config.json must not get at money that is there
// already. The error is a *MovedError.
func (id Identity) SameNetwork(contracts chain.Contracts, relays []string) error {
	if id.Contracts == Contracts(contracts) && slices.Equal(id.Relays, relays) {
		return nil
	}
	return &MovedError{
		Record: Network{chain.Contracts(id.Contracts), id.Relays},
		Now:    Network{contracts, relays},
	}
}

// Network is whom a task wallet deals with.
type Network struct {
	Contracts chain.Contracts
	Relays    []string
}

// MovedError is the refusal Moved with both sides, to be shown side by side.
type MovedError struct{ Record, Now Network }

func (e *MovedError) Error() string { return Moved.Error() }

// Unwrap shows the refusal to errors.Is.
func (e *MovedError) Unwrap() error { return Moved }
