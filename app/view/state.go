package view

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
)

// State is everything the page shows. It is a copy made for the page: nobody
// changes it while it is shown, and a new one comes for every change.
type State struct {
	// Ready is false until stored jobs and configuration are read.
	Ready bool
	// Elsewhere tells that another tab of this browser runs the tasks and they are only
	// shown here: without wallet and task wallet, and nothing can be paid.
	Elsewhere bool
	Network   Network
	Networks  []Network
	// Trial is a network that is being added; nil = none.
	Trial  *Trial
	Models Models

	// Wallets are those the browser announced, in order of announcement.
	Wallets []Wallet
	Session Session
	Purse   Purse
	// Direct tells that the connected wallet signs every request itself: chosen by the
	// person, or because the Relay accepts EIP-191.
	Direct bool
	// Barred tells that it cannot: its eth_sign was found to add a prefix.
	Barred    bool
	Approval  Approval
	Preflight Preflight
	// Signing are the signatures that the wallet is asked for now, by job.
	Signing map[string]Signing
	// Jobs are the newest first, imported ones among them.
	Jobs []job.State
	// Stored is what this browser keeps.
	Stored Stored
	// Queue are the ids of those that wait to be paid, in their order.
	Queue []string
	Past  Past

	// Persistent is false when the browser refused storage: then nothing survives a reload.
	Persistent bool
	// ChainDown and RelayDown tell that the last call there failed.
	ChainDown, RelayDown bool
	// Notice is a problem of the page as a whole, not of a job; zero when there is none.
	Notice job.Problem
	// Renewable tells that a newer version of the page is there; Renewing that it is
	// loaded as soon as nothing is lost by it.
	Renewable, Renewing bool
	// Frame is the page as a widget in a host's page; nil at the top.
	Frame *Frame
	// Guest is whom this page works for; Fill is what somebody else wants in the form.
	Guest Guest
	Fill  Fill
	// Drafts are the arguments that were in the forms when the page was left, by task kind; "" = none.
	Drafts [2]string
}

// Network is a profile as the page shows it.
type Network struct {
	ID, Name string
	ChainID  uint64
	// Fee of one task in CNX base units.
	Fee uint256.Int
	// Token is the contract of CNX, which has 18 decimals.
	Token common.Address
	// Coin is the symbol of what gas is paid in.
	Coin string
	// Explorer is the base address of a block explorer; "" = none.
	Explorer string
	// Changed tells that its contracts are others than those this page was made with.
	Changed bool
	// Development marks results that no real model made.
	Development bool
	// EIP191 tells that the Relay accepts what wallets sign today.
	EIP191 bool
	// Shares names other networks that have the same chain id; "" = none (text W8).
	Shares string
	// Own marks one that the person added, InUse that a task of it is unfinished, and
	// Blocked says why this copy of the page cannot reach it; "" = it can.
	Own, InUse bool
	Blocked    string
	// Hosts names the servers that are asked.
	Hosts string
	// Historical networks are listed for what was made there; nothing can be run.
	Historical bool
}

// Wallet is one announced wallet.
type Wallet struct {
	ID, Name string
	// Icon is a data: URL of an image, or "".
	Icon string
}

// Session is the connected wallet; Connected is false when there is none.
type Session struct {
	Connected bool
	// Connecting is the id of the wallet that is being asked; "" = none.
	Connecting string
	Wallet     Wallet
	Account    common.Address
	// ChainID is the wallet's active chain; 0 = not told yet.
	ChainID uint64
	// Known tells that Native, CNX and Allowance were read.
	Known       bool
	Native, CNX uint256.Int
	// Allowance is what the Task contract may take of it.
	Allowance  uint256.Int
	Revocation Revocation
	Listing    Listing
	// Foreign tells that the wallet is on another chain that has the network's id.
	Foreign bool
	// Problem is why the last try to connect or switch failed; zero when it did not.
	Problem job.Problem
}

// WrongChain reports whether the wallet is known to be on another chain than the page's network.
func (s State) WrongChain() bool {
	return s.Session.Connected && s.Session.ChainID != 0 && s.Session.ChainID != s.Network.ChainID
}

// Models are what the forms offer.
type Models struct {
	Image, Text []Model
}

// Model is one entry of a model list.
type Model struct {
	// ID is the Hugging Face id that goes into the arguments.
	ID, Name string
	// Width, Height, Steps, CFG are the family's defaults for images; 0 = not for this kind.
	Width, Height, Steps, CFG int
}
