package runner

import (
	"context"
	"errors"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"crynux-dapp/app/job"
	"crynux-dapp/chain"
	"crynux-dapp/relay"
)

// hand acts for the account of a job: it sends the transactions and signs the
// Relay's texts. There are two, the connected wallet and the task wallet.
type hand interface {
	// able says why the hand cannot pay for a job now; the zero Fault when it can.
	// It asks nothing of the person.
	able(ctx context.Context, s job.State, n network) job.Fault
	// ready is able without the signatures of the Relay: a cancel needs none.
	ready(ctx context.Context, s job.State, n network) job.Fault
	// reckon adds to what the chain said what only the hand knows, or says why it
	// does not pay under these terms.
	reckon(s job.State, q *job.Quote) job.Fault
	// approve, create and cancel answer with job.Sent, job.Signed, job.NotAsked or job.Met.
	approve(ctx context.Context, s job.State, n network, e job.AskApprove) job.Event
	create(ctx context.Context, s job.State, n network, e job.AskCreate) job.Event
	cancel(ctx context.Context, s job.State, n network, e job.AskCancel) job.Event
	// sign answers with r‖s‖v of the account over one of the Relay's texts.
	sign(ctx context.Context, s job.State, n network, text []byte) ([]byte, job.Fault)
	// patient tells that a person may take their time over a signature.
	patient() bool
}

// hand is who acts for a job now.
func (r *Runner) hand(s job.State) hand {
	if s.Order.Hand == job.ByTaskWallet {
		return purseHand{r: r, open: r.purse.open && r.purse.record.Address == s.Order.Account, purse: r.purse}
	}
	return walletHand{r: r, wallet: r.wallet, name: nameOf(r.snap.Session.Wallet), barred: r.isBarred()}
}

// walletHand is the connected wallet: every step is a prompt.
type walletHand struct {
	r      *Runner
	wallet Connection // nil when there is none
	name   string     // of the wallet, for ever
	barred bool       // its eth_sign is of no use
}

func (h walletHand) able(ctx context.Context, s job.State, n network) job.Fault {
	if f := h.ready(ctx, s, n); !f.Zero() {
		return f
	}
	if !n.EIP191 && h.barred {
		return job.Fault{Code: job.WalletCannot, Reason: addsPrefix}
	}
	if !n.EIP191 && !signsDigests(ctx, h.wallet) {
		return job.Fault{Code: job.WalletCannot}
	}
	return job.Fault{}
}

// addsPrefix is why eth_sign of some wallets is of no use to the Relay.
const addsPrefix = "Its eth_sign adds a prefix to what it signs (EIP-191), so the Relay takes the signer for somebody else."

// ready asks the wallet whether it is on the job's chain with the job's account, and
// has the chain proved before the first question. The person is asked nothing.
func (h walletHand) ready(ctx context.Context, s job.State, n network) job.Fault {
	if h.wallet == nil {
		return job.Fault{Code: job.WalletLocked}
	}
	id, err := chain.ChainID(ctx, h.wallet)
	if err != nil {
		return walletFault(err)
	}
	if id != s.Order.ChainID {
		return job.Fault{Code: job.WrongChain}
	}
	accounts, err := chain.Accounts(ctx, h.wallet)
	switch {
	case err != nil:
		return walletFault(err)
	case len(accounts) == 0:
		return job.Fault{Code: job.WalletLocked}
	case accounts[0] != s.Order.Account:
		return job.Fault{Code: job.WrongAccount}
	}
	return h.r.prove(ctx, h.wallet, n)
}

func (h walletHand) approve(ctx context.Context, s job.State, n network, e job.AskApprove) job.Event {
	tx := n.Contracts.Approve(s.Order.Account, e.Amount)
	tx.Nonce = &s.Approve.Nonce
	return h.send(ctx, s, n, tx)
}

func (h walletHand) create(ctx context.Context, s job.State, n network, e job.AskCreate) job.Event {
	tx := createTx(s, n)
	tx.Gas, tx.Nonce = e.Gas, &s.Create.Nonce
	return h.send(ctx, s, n, tx)
}

func (h walletHand) cancel(ctx context.Context, s job.State, n network, e job.AskCancel) job.Event {
	tx := n.Contracts.CancelTask(s.Order.Account, s.TaskID)
	tx.Gas, tx.Nonce = e.Gas, &s.Cancel.Nonce
	return h.send(ctx, s, n, tx)
}

// send has the wallet send a transaction. It is asked once.
func (h walletHand) send(ctx context.Context, s job.State, n network, tx chain.Tx) job.Event {
	if f := h.ready(ctx, s, n); !f.Zero() {
		return job.NotAsked{At: h.r.now(), Fault: f}
	}
	tx.ChainID = s.Order.ChainID // a wallet that moved in this moment refuses
	hash, err := chain.SendTransaction(ctx, h.wallet, tx)
	if err != nil {
		return job.Met{At: h.r.now(), Fault: walletFault(err)}
	}
	return job.Sent{At: h.r.now(), Hash: hash}
}

// reckon: each payment is confirmed by itself, at the price that the wallet shows.
func (walletHand) reckon(job.State, *job.Quote) job.Fault { return job.Fault{} }

func (walletHand) patient() bool { return true }

// sign asks the wallet, and checks that the signature recovers the account before
// anybody else sees it.
func (h walletHand) sign(ctx context.Context, s job.State, n network, text []byte) ([]byte, job.Fault) {
	if f := h.ready(ctx, s, n); !f.Zero() {
		return nil, f
	}
	var raw []byte
	var err error
	digest := relay.Digest(text)
	if n.EIP191 {
		raw, err = signature(ctx, h.wallet, "personal_sign", hexutil.Encode(text), s.Order.Account)
		digest = personalDigest(text)
	} else {
		raw, err = signature(ctx, h.wallet, "eth_sign", s.Order.Account, hexutil.Encode(digest[:]))
	}
	if err != nil {
		return nil, walletFault(err)
	}
	signed, err := relay.NormalizeSignature(raw)
	if err != nil {
		return nil, job.Fault{Code: job.SignerMismatch, Detail: err.Error()}
	}
	signer, err := h.r.Worker.Recover(ctx, digest, signed)
	switch {
	case errors.Is(err, ErrDamaged), err == nil && signer != s.Order.Account:
		return nil, h.foreign(ctx, s, n, text, signed)
	case err != nil:
		return nil, workerFault(err)
	}
	return signed, job.Fault{}
}

// foreign says why a signature is not the account's: a wallet that adds the
// EIP-191 prefix to eth_sign cannot serve a Relay that wants the bare hash. Direct
// mode is then switched off for it.
func (h walletHand) foreign(ctx context.Context, s job.State, n network, text, sig []byte) job.Fault {
	digest := relay.Digest(text)
	if signer, err := h.r.Worker.Recover(ctx, personalDigest(digest[:]), sig); err == nil && !n.EIP191 && signer == s.Order.Account {
		h.r.post(func() { h.r.bar(h.name, true) })
		return job.Fault{Code: job.WalletCannot, Reason: addsPrefix}
	}
	return job.Fault{Code: job.SignerMismatch}
}

// underpriced tells a nonce that another transaction has taken from a price that
// no node accepts.
func (r *Runner) underpriced(ctx context.Context, s job.State, n network, err error) job.Fault {
	tx := s.Current()
	_, pending, unknown := n.chain.Nonces(ctx, s.Order.Account)
	if unknown != nil || pending > tx.Nonce {
		return job.Fault{Code: job.TxWaiting, Detail: err.Error()}
	}
	return job.Fault{Code: job.TxUnderpriced, Detail: err.Error()}
}

// broadcast sends bytes that were signed and saved before. Whoever had them
// already, node or block, makes it no less sent.
func (r *Runner) broadcast(ctx context.Context, s job.State, n network, raw job.Bytes, hash common.Hash, others map[common.Hash]bool) {
	err := n.chain.SendRaw(ctx, []byte(raw))
	r.chainReached(err)
	switch {
	case errors.Is(err, chain.ErrNonceTooLow): // mined: these bytes, or others
		r.search(ctx, s, n, s.Current(), others)
	case errors.Is(err, chain.ErrUnderpriced):
		r.answer(s, r.metNow(r.underpriced(ctx, s, n, err)))
	case err != nil:
		r.answer(s, r.metNow(chainFault(err)))
	default:
		r.answer(s, job.Sent{At: r.now(), Hash: hash})
	}
}
