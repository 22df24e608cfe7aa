package taskwallet

import (
	"bytes"
	"encoding/json"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
)

// wireIntent is every intent on its way into the worker. Amounts are decimal
// text; uint256 writes that only behind pointers.
type wireIntent struct {
	Intent   string         `json:"intent"`
	Kind     uint8          `json:"kind,omitempty"`
	TaskHash common.Hash    `json:"taskHash,omitzero"`
	VRAM     uint64         `json:"vram,omitempty"`
	Fee      *uint256.Int   `json:"fee,omitempty"`
	ID       uint64         `json:"id,omitempty"`
	Origin   string         `json:"origin,omitempty"`
	To       common.Address `json:"to,omitzero"`
	Amount   *uint256.Int   `json:"amount,omitempty"`
}

// EncodeIntent writes an intent as JSON. The error is NotAnIntent.
func EncodeIntent(i Intent) ([]byte, error) {
	var w wireIntent
	switch i := i.(type) {
	case Approve:
		w = wireIntent{Intent: "approve", Amount: &i.Amount}
	case Create:
		w = wireIntent{Intent: "create", Kind: i.Kind, TaskHash: i.TaskHash, VRAM: i.VRAM, Fee: &i.Fee}
	case Cancel:
		w = wireIntent{Intent: "cancel", ID: i.ID}
	case SweepToken:
		w = wireIntent{Intent: "sweepToken", To: i.To, Amount: &i.Amount}
	case SweepNative:
		w = wireIntent{Intent: "sweepNative", To: i.To, Amount: &i.Amount}
	case HostToken:
		w = wireIntent{Intent: "hostToken", Origin: i.Origin, To: i.Host, Amount: &i.Amount}
	case HostNative:
		w = wireIntent{Intent: "hostNative", Origin: i.Origin, To: i.Host, Amount: &i.Amount}
	default:
		return nil, NotAnIntent.Because("%T", i)
	}
	return json.Marshal(w)
}

// DecodeIntent reads what EncodeIntent wrote. The error is NotAnIntent.
func DecodeIntent(text []byte) (Intent, error) {
	var w wireIntent
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&w); err != nil {
		return nil, NotAnIntent.Because("%v", err)
	}
	var amount, fee uint256.Int
	if w.Amount != nil {
		amount = *w.Amount
	}
	if w.Fee != nil {
		fee = *w.Fee
	}
	switch w.Intent {
	case "approve":
		return Approve{amount}, nil
	case "create":
		return Create{Kind: w.Kind, TaskHash: w.TaskHash, VRAM: w.VRAM, Fee: fee}, nil
	case "cancel":
		return Cancel{w.ID}, nil
	case "sweepToken":
		return SweepToken{w.To, amount}, nil
	case "sweepNative":
		return SweepNative{w.To, amount}, nil
	case "hostToken":
		return HostToken{w.Origin, w.To, amount}, nil
	case "hostNative":
		return HostNative{w.Origin, w.To, amount}, nil
	}
	return nil, NotAnIntent.Because("%.40q", w.Intent)
}
