package job

// Every text that a person reads when something went wrong is in this file.
// Rules: the title says what happened in at most eight words; the detail says why
// and whether anything was charged; the remedy says what to do now; the label of
// the button is a verb. No numbers of protocols, no blame.

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"github.com/holiman/uint256"
)

// Problem is a fault in words.
type Problem struct {
	Title, Detail, Remedy string
	// Retry is the label of the button that sends Retry; "" = there is none.
	Retry string
	// Quiet problems are the person's own decision and are not shown in red.
	Quiet bool
}

// Explain turns what stopped a job into words; zero for a job that is not stopped.
func Explain(s State) Problem {
	switch s.Phase {
	case Failed:
		p := explainFault(s)
		p.Detail = strings.TrimSpace(p.Detail + " " + Charged(s))
		return p
	case Aborted:
		return explainAbort(s)
	}
	return Problem{}
}

// Hint says what a running job was held up by and what else was not as expected;
// "" when all is well.
func Hint(s State) string {
	return strings.TrimSpace(heldUp(s) + " " + otherFee(s))
}

func heldUp(s State) string {
	switch s.Trouble.Code {
	case ChainDown:
		return "The blockchain did not answer. Trying again; nothing is lost."
	case RelayDown:
		return "The Relay did not answer. Trying again; nothing is lost."
	case NotSynced:
		return "The Relay has not seen the task yet. Trying again in a moment."
	case NotUploaded:
		return "The node has not delivered the results to the Relay yet. Trying again."
	case NodesBusy:
		return "The nodes are busy with your other tasks. This one is paid for as soon as three are free; until then you can remove it."
	case TxWaiting:
		return "A transaction of your account is still waiting to be mined. Looking whether it is this payment."
	case TxUnderpriced:
		return "The price of gas has gone up. Trying again at the new price."
	case GasPriceRaised:
		return "It was not sped up: gas would cost more than three times what you confirmed."
	case SignatureLate:
		return "The signature came too late for the Relay. Your wallet is asked once more."
	case SignatureSpent:
		return "The results were not at the Relay while your signature lasted. Ask again when you like, or wait for the blockchain to show them."
	case WorkerRestarts:
		return "A helper of this page was restarted. Trying again."
	}
	if text := ApprovedOther(s); text != "" {
		return text
	}
	if s.Reorgs > 0 && s.Phase == CreatePending {
		return "The blockchain took back the block with your payment. The same payment is waited for again; nothing is paid twice."
	}
	if s.Phase == Running && s.Recovered != 0 && s.Order.Args == "" && !s.Overdue {
		return "What was asked for is not known here. If it never reached the nodes, they cannot work on it, and the fee can be claimed back after the deadline."
	}
	if s.Overdue && s.Phase == Running {
		return "The nodes are past the deadline. They may still finish; the fee is held by the contract."
	}
	if s.Cancel.Asked != 0 && s.Cancel.Mined == 0 && s.Phase == Fetching && s.Order.Hand == ByWallet {
		return "The nodes have finished the task. If your wallet still asks about claiming the fee back, say no: the results would be locked away."
	}
	return ""
}

// otherFee tells that the contract took another fee than was shown: an allowance
// for several tasks has room for that (protocol.md G.53).
func otherFee(s State) string {
	fee := s.Create.Fee
	if fee.IsZero() || fee == s.Quote.Fee {
		return ""
	}
	return fmt.Sprintf("The contract took %s, not %s as was shown. Tasks that wait are asked about again.", CNX(fee), CNX(s.Quote.Fee))
}

// ApprovedOther says that the wallet approved another amount than was asked, as far
// as it was read again and is enough for the task; "" when it did not.
func ApprovedOther(s State) string {
	asked, has := s.Approve.Amount, s.Quote.Allowance
	read := s.Phase == AwaitCreate || s.Phase == CreatePending || s.TaskID != 0 && !s.Phase.Ended()
	switch {
	case !read || s.Approvals == 0 || asked.IsZero() || has == asked:
		return ""
	case has.Gt(&asked):
		return fmt.Sprintf("Your wallet approved %s instead of %s, as was asked: the amount was changed there. You can revoke it in the dialog of your wallet.", Allowance(has), Allowance(asked))
	}
	return fmt.Sprintf("Your wallet approved %s instead of %s, as was asked: the amount was changed there. It is enough for this task.", Allowance(has), Allowance(asked))
}

// Charged says what the job has cost so far.
func Charged(s State) string {
	gas := !s.Approve.Gas.IsZero() || !s.Create.Gas.IsZero()
	switch {
	case s.From.Cancelling():
		return chargedCancelling(s)
	case s.TaskID != 0:
		return fmt.Sprintf("The fee of %s is paid; the task stays yours and nothing is paid twice.", CNX(s.Create.Fee))
	case s.Create.Asked != 0 && s.Fault.Code != Interrupted:
		return "It is not certain whether the payment left your wallet; trying again looks for it first."
	case gas && s.Approve.Mined != 0:
		return "No CNX was charged, only gas. The approval stays and is used for the next task."
	case gas:
		return "No CNX was charged, only gas."
	}
	return "Nothing was charged."
}

// chargedCancelling says it of a job that claims its fee back.
func chargedCancelling(s State) string {
	held := s.Held()
	text := fmt.Sprintf("The fee of %s is paid; the contract still holds %s of it.", CNX(s.Create.Fee), CNX(held))
	switch {
	case s.Cancel.Asked != 0 && s.Cancel.Mined == 0 && s.Fault.Code != Interrupted:
		return text + " It is not certain whether the claim left your wallet; trying again looks for it first."
	case !s.Cancel.Gas.IsZero():
		return text + " The claim has cost gas, and nothing else."
	}
	return text + " Nothing was charged for the claim."
}

func explainFault(s State) Problem {
	f := s.Fault
	if s.From.Cancelling() {
		switch f.Code {
		case Interrupted:
			return Problem{Title: "No claim has left your wallet", Detail: "The page was closed or the wallet gave no clear answer; the blockchain knows of nothing.", Remedy: "Go on whenever you like.", Retry: "Go on", Quiet: true}
		case TxReverted, TxRefused:
			return refusedBy(Problem{Title: "The contract refused the claim", Remedy: "Try again.", Retry: "Try again"}, f.Reason)
		case NotEnoughGas:
			if !f.Need.IsZero() {
				return Problem{Title: "Not enough for gas", Detail: fmt.Sprintf("Gas for the claim is up to %s of the chain's own coin, the account has %s.", Decimal(f.Need, 6), Decimal(f.Have, 6)), Remedy: "Get some for this account, then check again.", Retry: "Check again"}
			}
		}
	}
	switch f.Code {
	case Rejected:
		return rejected(s)
	case WalletPending:
		return Problem{Title: "A request is waiting in your wallet", Remedy: "Open the wallet and answer it, then go on.", Retry: "Go on"}
	case WalletLocked:
		return Problem{Title: "The wallet is locked or not connected", Remedy: "Unlock the wallet, connect it to this page, then go on.", Retry: "Go on"}
	case WalletGone:
		return Problem{Title: "The wallet is gone", Detail: "It is disconnected or was switched off.", Remedy: "Connect it again, then go on.", Retry: "Go on"}
	case WalletCannot:
		return Problem{Title: "This wallet cannot sign for the Relay",
			Detail: cmp.Or(f.Reason, "The Relay wants a signature over a bare hash, and this wallet has no method for that (MetaMask removed it)."),
			Remedy: "Use a wallet that signs digests, or an account in one.", Retry: "Try again"}
	case WalletGarbage:
		return Problem{Title: "The wallet gave an answer that makes no sense", Detail: f.Reason, Remedy: "Check the wallet's own list of transactions before you try again.", Retry: "Try again"}
	case WalletSilent:
		return Problem{Title: "You stopped waiting for the wallet", Detail: "What it was asked for may still be confirmed there.", Remedy: "Look into the wallet first: answer or reject what is open there. Then go on.", Retry: "Go on", Quiet: true}
	case WrongChain:
		return Problem{Title: "The wallet is on another network", Remedy: "Switch the wallet to the network shown at the top, then go on.", Retry: "Go on"}
	case ForeignChain:
		return Problem{Title: "Your wallet is on another network with the same id",
			Detail: cmp.Or(f.Reason, "Its blocks or contracts are not those of the network of this page, although the chain id is the same. Nothing is asked of the wallet there."),
			Remedy: "In the wallet, replace that network by the one of this page (its RPC address is in the page's settings), then check again.", Retry: "Check again"}
	case WrongAccount:
		return Problem{Title: "Another account is active in the wallet", Detail: "This task belongs to " + s.Order.Account.Hex() + ".", Remedy: "Choose that account in the wallet, then go on.", Retry: "Go on"}
	case SignerMismatch:
		return Problem{Title: "The signature is not by your account", Detail: "The wallet signed something else than the bare hash, or with another key.", Remedy: "Choose the account " + s.Order.Account.Hex() + " in a wallet that signs digests.", Retry: "Sign again"}
	case NotEnoughCNX:
		return Problem{Title: "Not enough CNX", Detail: fmt.Sprintf("The task costs %s, the account has %s.", CNX(f.Need), CNX(f.Have)), Remedy: "Get CNX for this account, then check again.", Retry: "Check again"}
	case NotEnoughGas:
		if f.Need.IsZero() { // the wallet or a node said so, without an amount
			return Problem{Title: "Not enough for gas", Detail: "The account's coins do not pay for the gas of this transaction.", Remedy: "Get some for this account, then check again.", Retry: "Check again"}
		}
		return Problem{Title: "Not enough for gas", Detail: fmt.Sprintf("Gas for this task is up to %s of the chain's own coin, the account has %s.", Decimal(f.Need, 6), Decimal(f.Have, 6)), Remedy: "Get some for this account, then check again.", Retry: "Check again"}
	case FeeRaised:
		if f.Need.IsZero() {
			return Problem{Title: "The price of a task has changed", Detail: fmt.Sprintf("The contract wants more than %s, and nobody has paid the new price yet.", CNX(f.Have)), Remedy: "Whoever hosts this page has to write the new price into its settings.", Retry: "Check again"}
		}
		return Problem{Title: "The price of a task has changed", Detail: fmt.Sprintf("It was %s; the newest task was paid with %s.", CNX(f.Have), CNX(f.Need)), Remedy: "Go on only if you want to pay this price.", Retry: "Pay " + CNX(f.Need)}
	case AllowanceShort:
		return Problem{Title: "The approved amount is too small", Detail: fmt.Sprintf("The task costs %s, approved are %s: the amount was changed in the wallet.", CNX(f.Need), CNX(f.Have)), Remedy: "Approve at least the price of the task.", Retry: "Approve again"}
	case NoFreeNodes, NodesBusy:
		return Problem{Title: "No free nodes for this task", Detail: "A task needs three free nodes that fit it; an answer needs three with the same graphics card.", Remedy: "Wait a minute and check again.", Retry: "Check again"}
	case TxReverted:
		return reverted(f)
	case TxReplaced:
		return Problem{Title: "The transaction was replaced", Detail: "Another transaction of your account took its place.", Remedy: "If you cancelled it in the wallet, all is well. Otherwise try again.", Retry: "Try again"}
	case TxDropped:
		return Problem{Title: "The transaction was dropped", Detail: "The network forgot it before it was mined.", Remedy: "Look into your wallet: cancel it there if it is still waiting. Then try again.", Retry: "Try again"}
	case TxRefused:
		return refusedBy(Problem{Title: "The network refused the transaction", Remedy: "Try again; if it is refused again, look at the account in your wallet.", Retry: "Try again"}, f.Reason)
	case Interrupted:
		return Problem{Title: "No payment has left your wallet", Detail: "The page was closed or the wallet gave no clear answer; the blockchain knows of nothing.", Remedy: "Go on whenever you like.", Retry: "Go on", Quiet: true}
	case ArgsRefused:
		return Problem{Title: "The Relay refuses the arguments", Detail: f.Reason, Remedy: "Correct the arguments and start a new task. The fee comes back after the deadline.", Retry: "Try again"}
	case RelayRefused:
		return Problem{Title: "The Relay refuses the request", Detail: f.Reason, Remedy: "Try again in a moment.", Retry: "Try again"}
	case NotCreator:
		return Problem{Title: "The Relay does not accept the signature", Detail: "It takes the signer for somebody else than the task's creator.", Remedy: "Sign again with the account that paid.", Retry: "Sign again"}
	case NonceGap:
		return nonceGap(s)
	case RelayOrphan:
		return Problem{Title: "The Relay knows another task by this number", Detail: "The blockchain was reorganised, and the Relay did not notice: it keeps the task of a block that is gone. So the nodes cannot get your arguments.",
			Remedy: "Claim the fee back after the deadline, then start again.", Retry: "Try again"}
	case ResultDamaged:
		return Problem{Title: "A result is damaged", Detail: "The file from the Relay cannot be read.", Remedy: "Fetch it again.", Retry: "Fetch again"}
	case ResultMismatch:
		return Problem{Title: "A result does not match the blockchain", Detail: "What the Relay sent is not what the nodes agreed on. It is not shown as verified.", Remedy: "Fetch it again.", Retry: "Fetch again"}
	case NetworkMismatch:
		return Problem{Title: "This is not the expected network", Detail: f.Reason, Remedy: "Check the network's settings before you pay anything.", Retry: "Check again"}
	case NoPurseHere:
		return Problem{Title: "No task wallet on this address", Detail: "All pages of this gateway share one origin, so each of them could open it.", Remedy: "Open the page under an address of its own."}
	case PurseNoWorker:
		return Problem{Title: "No place for a key in this browser", Detail: "The key of a task wallet stays in a program apart from the page, a worker. This browser, or the host of this site, refuses workers.",
			Remedy: "Reload the page once. If it stays so, use another browser, or a wallet that signs everything itself: that is chosen in its dialog under Advanced."}
	case PurseLocked:
		return Problem{Title: "The task wallet is locked", Remedy: "Unlock it with one signature, then go on.", Retry: "Go on"}
	case PayingNow:
		return Problem{Title: "A task is being paid right now", Detail: "It needs what is approved and what is there.", Remedy: "Try again when it is paid.", Quiet: true}
	case SignatureSpent:
		title, detail := "The Relay has not taken the task yet", "Your signature has run out meanwhile."
		if s.From == Fetching {
			title = "The results are not at the Relay yet"
		}
		return Problem{Title: title, Detail: detail, Remedy: "Go on when you like: your wallet is then asked for one more signature.", Retry: "Sign again"}
	case PurseShort:
		return Problem{Title: "Too few coins for gas", Detail: fmt.Sprintf("%s are missing; some always stay for a refund.", Decimal(f.Need, 6)), Remedy: "Add coins to the task wallet, then go on.", Retry: "Go on"}
	case PurseNotDerivable:
		return Problem{Title: "This wallet cannot make the key", Detail: "It does not give the same signature twice, or it is a contract.", Remedy: "Use a random key with a backup file instead."}
	case PurseOtherKey:
		return Problem{Title: "Your wallet signs differently than before", Detail: "The key it makes now is not the one of your task wallet.", Remedy: "Open the task wallet from its backup file."}
	case PurseMoved:
		return Problem{Title: "The network's addresses have changed", Detail: "The task wallet was made for other contracts or another Relay, and signs nothing for these.", Remedy: "Take the money out, and make a new task wallet if you trust the change."}
	case PurseForeign: // taskwallet.md W5
		return Problem{Title: "Someone else used this task wallet", Detail: "This browser knows nothing of its transaction " + f.Reason + ".",
			Remedy: "If that was not you on another device, take the money out now and retire this key.", Retry: "It was me"}
	case PurseOverBudget:
		return Problem{Title: "The confirmed budget is spent", Detail: fmt.Sprintf("The task wallet holds %s more, and asks before it spends them.", CNX(f.Need)), Remedy: "Go on only if you want to.", Retry: "Allow " + CNX(f.Need)}
	case GasPriceRaised: // taskwallet.md W6
		if f.Have.IsZero() {
			return Problem{Title: "Gas is no longer free", Detail: "It was free when you confirmed. Nothing was sent.", Remedy: "Go on only if you want to pay for gas.", Retry: "Pay for gas"}
		}
		return Problem{Title: "Gas costs far more than you confirmed", Detail: fmt.Sprintf("The network asks %d times what you confirmed. Nothing was sent.", times(f.Need, f.Have)),
			Remedy: "Wait until the price has come down, or go on at this price.", Retry: fmt.Sprintf("Pay %d times as much for gas", times(f.Need, f.Have))}
	case PurseWrongPassword:
		return Problem{Title: "The password does not open the file", Remedy: "Try again."}
	case PurseBadFile:
		return Problem{Title: "This is no usable backup file", Detail: f.Reason, Remedy: "Choose the file that was saved as backup."}
	case PurseBadAmount:
		return Problem{Title: "This amount is not possible", Remedy: "Choose between 1 and 20 tasks."}
	case PurseUnproven:
		return Problem{Title: "The backup is not proven yet", Detail: "Without a backup that opens, money in this task wallet could be lost. Nothing was sent.", Remedy: "Save the backup file and open it once, then add funds."}
	case PursePassphrase:
		return Problem{Title: "This is not the passphrase", Detail: "The task wallet stays locked.", Remedy: "Try again, or open it in one of the other ways."}
	case PurseNotKept:
		return Problem{Title: "What this browser kept does not open", Detail: "It is damaged, or the browser has thrown its own key away.", Remedy: "Open the task wallet in one of the other ways, then choose anew how it stays."}
	case PurseNotKeepable:
		return Problem{Title: "The key does not stay here", Detail: f.Reason, Remedy: "The task wallet works as before; it is only not remembered."}
	case PurseTaken:
		return Problem{Title: "Somebody else has the key", Detail: "There is code at the address of your task wallet, and this page never puts any there. It was locked at once and signs nothing more.", Remedy: "Write the backup and move what is left with another wallet, then go on with a new key."}
	case PurseRetired:
		return Problem{Title: "This key is retired", Detail: "You went on with another one, so it signs nothing more.", Remedy: "If something came back to it, write its backup and move that with another wallet."}
	case PurseUnsafe:
		return Problem{Title: "Money could be lost by this", Detail: f.Reason, Remedy: "Nothing was changed."}
	case PurseNotFound:
		return Problem{Title: "This was not the name", Detail: "Your wallet made other keys under the names that were tried, and none of them is the one you look for.", Remedy: "Try the name of the site where it was made, and its number if you had retired a key before; or choose another account, or its backup file."}
	case PurseForeignTarget:
		if f.Reason != "" {
			return Problem{Title: "Nothing can be sent to this address", Detail: f.Reason, Remedy: "Type the address of an account of yours."}
		}
		return Problem{Title: "This is no complete address", Detail: "It has to be written in full, with its capital and small letters: they tell a slip of the pen.", Remedy: "Copy the address once more from where you know it."}
	case Found:
		return found(s)
	case Storage:
		return Problem{Title: "The browser refused to store the task", Detail: "Without storage a paid task could be lost, so it does not go on.", Remedy: "Free some space or leave private mode, then go on.", Retry: "Go on"}
	case StorageFull:
		return Problem{Title: "The browser's storage is full", Detail: "What comes next cannot be kept, so the task waits. Nothing of it is lost.", Remedy: "Make room, then go on.", Retry: "Go on"}
	case BadExport:
		return badExport(f.Reason)
	case NewerExport:
		return Problem{Title: "The file is from a newer version", Detail: "This page cannot read it. Nothing was taken.", Remedy: "Reload the page to get the newer version, then choose the file again."}
	case ExportPassphrase:
		return Problem{Title: "The passphrase does not open the file", Detail: "Or the file was changed. Nothing was taken.", Remedy: "Try again."}
	case NotTyped:
		return Problem{Title: "Nothing was deleted", Detail: "What was typed is not what is asked for.", Remedy: "Look once more at what would be lost."}
	case ChainDown:
		return Problem{Title: "The blockchain does not answer", Remedy: "Check your connection and try again.", Retry: "Try again"}
	case SignatureLate:
		return Problem{Title: "The signature came too late", Detail: "The Relay takes a signature only within a minute of its own time.", Remedy: "Check the clock of this device, then sign again without long pauses.", Retry: "Sign again"}
	case TxUnderpriced:
		return Problem{Title: "Gas is too cheap for the network", Detail: "No node takes the transaction at the price that was signed.", Remedy: "Try again at the present price.", Retry: "Try again"}
	case TxWaiting:
		return Problem{Title: "A transaction is still waiting", Detail: "It may be this payment.", Remedy: "Look into your wallet; speed it up or cancel it there, then go on.", Retry: "Look again"}
	case WorkerRestarts:
		return Problem{Title: "A helper of this page stopped", Remedy: "Try again; it is started anew.", Retry: "Try again"}
	case NotUploaded:
		return Problem{Title: "The Relay does not have the results", Detail: "The blockchain says that the nodes delivered them, and the nodes were paid. If the blockchain was reorganised meanwhile, the Relay may have forgotten them.", Remedy: "Try again later. If they never come, the task has to be paid for once more.", Retry: "Fetch again"}
	case RelayDown, NotSynced:
		return Problem{Title: "The Relay does not answer", Remedy: "Check your connection and try again.", Retry: "Try again"}
	}
	return Problem{Title: "Something went wrong in this page", Detail: f.Reason, Remedy: "Try again; if it happens again, copy the details for a report.", Retry: "Try again"}
}

// badExport is a file that cannot be imported, by the reason of package archive.
func badExport(reason string) Problem {
	p := Problem{Title: "The file cannot be imported", Remedy: "Choose a file that this page has exported."}
	switch reason {
	case "not-ours":
		p.Detail = "It is no export of this page."
	case "damaged":
		p.Detail, p.Remedy = "It is cut off or was changed.", "Take another copy of it, or export it once more."
	case "too-big":
		p.Detail = "It is larger than anything that this page exports."
	default:
		p.Detail = "Something in it is not as this page writes it, so none of it is trusted."
	}
	p.Detail += " Nothing was taken."
	return p
}

// ExplainData turns what went wrong with the data of this browser into words.
func ExplainData(f Fault) Problem {
	p := explainFault(State{Phase: Failed, Fault: f})
	switch f.Code {
	case StorageFull:
		p.Detail, p.Remedy = "There is no room for all of it. Nothing was taken or changed.", "Make room below, then try again."
	case Storage:
		p.Title, p.Detail, p.Remedy = "The browser did not do it", "Nothing was taken or changed.", "Try again; if it happens again, copy the details for a report."
	}
	p.Retry = ""
	return p
}

// nonceGap is about a transaction that was made with a number that was told too high.
func nonceGap(s State) Problem {
	if s.From == Checking || s.From == CancelChecking {
		return Problem{Title: "A node tells a wrong number", Detail: fmt.Sprintf("It says that the next transaction of your task wallet has the number %s; this browser knows of %s. With that number it would wait for ever.", s.Fault.Need.Dec(), s.Fault.Have.Dec()),
			Remedy: "Try again in a moment.", Retry: "Check again"}
	}
	p := Problem{Title: "The transaction has too high a number", Detail: fmt.Sprintf("It has the number %s of your task wallet, and the next one is %s: a node had told a wrong one.", s.Fault.Need.Dec(), s.Fault.Have.Dec()),
		Remedy: "It is made anew with the right number. Should both be mined, only a little gas is spent twice.", Retry: "Make it anew"}
	if s.From == CreatePending {
		p.Remedy = "It is paid as soon as the numbers before it are used, by other tasks for example. It is never paid a second time."
		p.Retry = "Send it again"
	}
	return p
}

// times is how often one amount fits into another, at most 2^63-1; 0 if that is nothing.
func times(amount, part uint256.Int) int64 {
	n := new(uint256.Int).Div(&amount, &part)
	if !n.IsUint64() {
		return math.MaxInt64
	}
	return int64(min(n.Uint64(), math.MaxInt64))
}

// found is a task that was found on the chain: who is asked to bring it here, and how
// often.
func found(s State) Problem {
	p := Problem{Title: "Found on the blockchain", Detail: "The nodes have finished it. Its results are not in this browser, but the Relay should still have them.",
		Remedy: "The task wallet fetches them without asking you.", Retry: "Fetch the results", Quiet: true}
	if s.From == Uploading {
		p.Detail, p.Remedy, p.Retry = "The nodes may still wait for its arguments, which are here.", "The task wallet hands them over without asking you.", "Hand over the arguments"
	}
	if s.Order.Hand == ByWallet {
		p.Remedy = "Your wallet asks you for one signature for each of them. It costs nothing."
		if n := s.Order.Count; s.From == Uploading || n == 1 {
			p.Remedy = "Your wallet asks you for one signature. It costs nothing."
		} else if n > 1 {
			p.Remedy = fmt.Sprintf("Your wallet asks you for %d signatures, one for each. It costs nothing.", n)
		}
	}
	return p
}

func rejected(s State) Problem {
	p := Problem{Title: "You said no in the wallet", Quiet: true, Retry: "Ask again"}
	switch s.From {
	case CancelChecking, AwaitCancel:
		p.Remedy = "Your CNX stay in the contract until somebody ends the task. Ask again whenever you like."
	case Uploading:
		p.Remedy = "The arguments must be signed before the nodes can start."
	case Fetching:
		p.Remedy = "Each result is handed out against a signature of yours."
	default:
		p.Remedy = "Go on whenever you like."
	}
	return p
}

func reverted(f Fault) Problem {
	return refusedBy(Problem{Title: "The contract refused the task", Remedy: "Check again and retry.", Retry: "Try again"}, f.Reason)
}

// refusedBy puts the reason of a contract or node into words, and what to do
// about it where that is not the same for all.
func refusedBy(p Problem, reason string) Problem {
	p.Detail = "It said: " + reason + "."
	if reason == "" {
		p.Detail = "It gave no reason."
	}
	for _, known := range refusals {
		if strings.Contains(reason, known.part) {
			p.Detail = known.detail
			if known.remedy != "" {
				p.Remedy = known.remedy
			}
			if known.retry != "" {
				p.Retry = known.retry
			}
			break
		}
	}
	return p
}

// refusals are the reasons that can be met by who creates tasks (protocol.md A.2,
// A.3, A.6) and why nodes do not take a transaction; the first match counts.
var refusals = []struct{ part, detail, remedy, retry string }{
	{"allowance", "Fewer CNX are approved than the task costs.", "Approve the price of the task.", "Approve again"},
	{"Not enough tokens", "The account has fewer CNX than the task costs.", "Get CNX for this account.", ""},
	{"exceeds balance", "The account has fewer CNX than the task costs.", "Get CNX for this account.", ""},
	{"Task fee payment failed", "The token did not let the fee move.", "Look at the account's CNX in your wallet, then try again.", ""},
	{"vram", "No three free nodes have a graphics card with enough memory for this model: they were taken by another task in the meantime.", "Wait a minute and try again, or choose a smaller model.", ""},
	{"gpu id", "No three free nodes have the same graphics card with enough memory: they were taken by another task in the meantime.", "Wait a minute and try again, or choose a smaller model.", ""},
	{"No available nodes", "The free nodes were taken by another task in the meantime.", "Wait a minute and try again.", ""},
	{"Node is not available", "A node that was drawn for the task had just been taken.", "Try again: other nodes will be drawn.", ""},
	{"Illegal node status", "A node that was drawn for the task had just been taken.", "Try again: other nodes will be drawn.", ""},
	{"Invalid task type", "The contract does not know this kind of task.", "Choose a network that offers it; this one may be of another generation.", ""},
	{"Not called by the task contract", "The network's owner has not finished setting up its contracts.", "Nothing can run there before that is done. Tell whoever runs the network.", ""},
	{"zero address", "The network's settings name no contract to pay to.", "Whoever hosts this page has to correct its settings.", ""},
	{"Task not exist", "The contract has already settled this task.", "Look at your balance: what was left of the fee has come back.", ""},
	{"Unauthorized to cancel", "Only the account that paid for a task may end it.", "Choose that account.", ""},
	{"not exceeded the deadline", "A task can be ended only after its deadline.", "Wait until the deadline is over, then try again.", ""},
	{"more gas than it was given", "It needed more gas than it was given; the gas is spent.", "Try again: the amount is worked out anew.", ""},
	{"gas limit is too low", "Its limit of gas is too low.", "Try again: the limit is worked out anew.", ""},
	{"higher than a block allows", "It wants more gas than a block of this network has.", "Try again, and leave the limit of gas in your wallet as it is.", ""},
	{"signed for another chain", "It was signed for another network.", "Check which network your wallet is on, then try again.", ""},
}

func explainAbort(s State) Problem {
	p := Problem{Title: "The network ended the task", Detail: "It said: " + s.Outcome.Reason + ".", Remedy: "Start again; if it ends the same way, try another model."}
	switch s.Outcome.Reason {
	case "Task error reported":
		p.Detail = "Two nodes reported that they cannot run it. They are paid for that."
		p.Remedy = "Check model and arguments: most often the model cannot be loaded. Then start again."
	case "Task result illegal":
		p.Detail = "The three nodes gave three different results."
		p.Remedy = "Start again; other nodes will be drawn."
	case "Task Cancelled":
		p.Detail = "It was cancelled after its deadline."
		p.Remedy = "Start again when the network is less busy."
		if s.Cancel.Mined != 0 && s.From.Cancelling() {
			p.Title, p.Quiet = "You claimed the fee back", true
		}
	}
	fee, back := s.Create.Fee, s.Outcome.Returned
	if seen := s.Ledger.Returned(); seen.Gt(&back) {
		back = seen
	}
	switch {
	case back.IsZero():
		p.Detail += fmt.Sprintf(" You paid %s; nothing has come back so far.", CNX(fee))
	default:
		p.Detail += fmt.Sprintf(" You paid %s; %s came back.", CNX(fee), CNX(back))
	}
	return p
}
