package protocol

import (
	"encoding/json"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/holiman/uint256"

	"crynux-dapp/chain/taskwallet"
)

// What can be asked of the task wallet's key (package vault). The first four
// make one, which is held unopened beside an open one; no answer contains it but
// that of HandOver.
const (
	// Derive makes the key of a taskwallet.Message; data: the owner's signature,
	// and a second one if the key was never used. AddressOK.
	Derive = "derive"
	// Random makes a key from chance: no arguments, AddressOK.
	Random = "random"
	// OpenBackup reads a keystore; data: file, password. AddressOK.
	OpenBackup = "openBackup"
	// Unseal opens the remembered key of a taskwallet.Record; data: passphrase,
	// empty for the browser's own key. AddressOK.
	Unseal = "unseal"

	// Open begins a session with the key made last: OpenArgs. It ends an earlier one.
	Open = "open"
	// Allow sets the session's budget: AllowArgs.
	Allow = "allow"
	// SweepTo allows another target of sweeps: SweepToArgs.
	SweepTo = "sweepTo"
	// SignTx signs the transaction of an intent: SignTxArgs, taskwallet.Signed.
	SignTx = "signTx"
	// SignText signs a text of the Relay; data: the text. SignTextOK.
	SignText = "signText"

	// HostAddress is the account of the purse of a host: HostArgs, AddressOK.
	HostAddress = "hostAddress"
	// HandOver is AddressOK for HostArgs; data: the key of the purse, for the frame in
	// that host's page alone.
	HandOver = "handOver"
	// Adopt makes such a key the one to be opened; data: the key. AddressOK.
	Adopt = "adopt"
	// SignHostTx takes money back from the purse of a host: SignHostTxArgs, taskwallet.Signed.
	SignHostTx = "signHostTx"

	// Backup writes a keystore of the session's key, or of the one made last;
	// data: password. BackupOK.
	Backup = "backup"
	// Seal locks the key of a taskwallet.Identity; data: passphrase, empty for the
	// browser's own key. taskwallet.Cipher.
	Seal = "seal"
	// Lock overwrites every key.
	Lock = "lock"
)

// AddressOK is the account of the key that was made.
type AddressOK struct {
	Address common.Address `json:"address"`
}

// OpenArgs are the terms of a session. Budget is in CNX base units.
type OpenArgs struct {
	Identity taskwallet.Identity `json:"identity"`
	Gas      taskwallet.Gas      `json:"gas"`
	Budget   *uint256.Int        `json:"budget"`
}

// AllowArgs is a new budget, in CNX base units.
type AllowArgs struct {
	Budget *uint256.Int `json:"budget"`
}

// SweepToArgs is an address as the person typed it.
type SweepToArgs struct {
	Typed string `json:"typed"`
}

// SignTxArgs are what the page decides of a transaction. Intent is as
// taskwallet.EncodeIntent writes it.
type SignTxArgs struct {
	Intent json.RawMessage  `json:"intent"`
	Nonce  uint64           `json:"nonce"`
	Gas    uint64           `json:"gas"`
	Price  taskwallet.Price `json:"price"`
}

// HostArgs name a host by its origin.
type HostArgs struct {
	Origin string `json:"origin"`
}

// SignHostTxArgs are SignTxArgs for the purse of a host.
type SignHostTxArgs struct {
	Origin string `json:"origin"`
	SignTxArgs
}

// SignTextOK is r‖s‖v with v 0 or 1.
type SignTextOK struct {
	Signature hexutil.Bytes `json:"signature"`
}

// BackupOK is a keystore file.
type BackupOK struct {
	File []byte `json:"file"`
}
