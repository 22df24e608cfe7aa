//go:build js && wasm

package browser

import (
	"context"
	"syscall/js"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/chain/taskwallet"
	"crynux-dapp/wasm/worker/protocol"
)

// HostAddress is the account of the purse of a host. Errors: BadSite, Locked.
func (v *Vault) HostAddress(ctx context.Context, origin string) (common.Address, error) {
	var ok protocol.AddressOK
	err := v.use(ctx, &ok, protocol.HostAddress, protocol.HostArgs{Origin: origin})
	return ok.Address, err
}

// SignHostTx takes money back from the purse of a host to the task wallet.
func (v *Vault) SignHostTx(ctx context.Context, origin string, intent taskwallet.Intent, nonce, gas uint64, price taskwallet.Price) (taskwallet.Signed, error) {
	text, err := taskwallet.EncodeIntent(intent)
	if err != nil {
		return taskwallet.Signed{}, err
	}
	var signed taskwallet.Signed
	err = v.use(ctx, &signed, protocol.SignHostTx, protocol.SignHostTxArgs{
		Origin: origin, SignTxArgs: protocol.SignTxArgs{Intent: text, Nonce: nonce, Gas: gas, Price: price},
	})
	return signed, err
}

// handedOK is an answer with the key of a host beside it.
type handedOK struct {
	protocol.AddressOK
	key js.Value
}

func (h *handedOK) take(buffer js.Value) { h.key = buffer }

// HandOver gives the key of a host's purse to the frame in that host's page, beside
// a message. The key goes from worker to window as an ArrayBuffer: it is moved, not
// copied, and this program never reads it. Errors: BadSite, Locked.
func (v *Vault) HandOver(ctx context.Context, origin string, to *Peer, text string) error {
	var ok handedOK
	if err := v.use(ctx, &ok, protocol.HandOver, protocol.HostArgs{Origin: origin}); err != nil {
		return err
	}
	return to.post(text, []any{ok.key})
}

// Adopt makes the key that came by HandOver the one to be opened. The buffer is
// moved into the worker. Errors: BadKey, NoWorker.
func (v *Vault) Adopt(ctx context.Context, key Buffer) (common.Address, error) {
	running, err := v.place()
	if err != nil {
		return common.Address{}, err
	}
	return v.makeIn(ctx, running, protocol.Adopt, nil, []any{key.value})
}
