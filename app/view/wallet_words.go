package view

import (
	"fmt"

	"crynux-dapp/app/job"
)

// The texts about what the connected wallet itself signs. W8 is that of
// taskwallet.md §13, word by word.
const (
	wordsW8 = "{network} shares chain id {id} with {other}. Use an account that holds nothing there."

	foreignTitle = "Your wallet is on another network with the same id"
	foreignText  = "Its blocks or contracts are not those of {network}, although the chain id is the same. Nothing is asked of it there. Replace that network in the wallet, then check again."

	approveExactText     = "The task contract can take the price of this task and nothing more. Every task asks for its own approval."
	approveTasksText     = "The task contract can take {amount} in all. Its owner can raise the price of a task, so a single task could take all of that."
	approveUnlimitedText = "The task contract can take every CNX of this account, {all} now, and what comes later: its owner can raise the price of a task, and nothing would stop it. You can revoke this in the dialog of your wallet."

	barredText  = "Switched off for this wallet: its eth_sign adds a prefix to what it signs, so the Relay takes the signer for somebody else. A task that was paid this way needs a wallet that signs the bare number with the same account."
	barredRetry = "Try this wallet again"

	signingText = "Compare it with what your wallet shows."
)

// sharedText is W8 where another network has the same chain id; else "".
func sharedText(n Network) string {
	if n.Shares == "" {
		return ""
	}
	return fill(wordsW8, "network", n.Name, "id", fmt.Sprint(n.ChainID), "other", n.Shares)
}

// allowedText says what the Task contract may take.
func allowedText(s Session) string {
	switch {
	case !s.Known:
		return "…"
	case s.Allowance.IsZero():
		return "No CNX of this account are approved for tasks."
	}
	return "Approved for tasks: " + job.Allowance(s.Allowance) + " of this account. Revoking costs only gas; the next task then asks for its own approval."
}

// revocationText says how far a revocation is, and how it ended.
func revocationText(v Revocation) string {
	switch {
	case v.Asking:
		return "Confirm it in your wallet. It costs only gas."
	case v.Hash != [32]byte{}:
		return "Waiting for it to be mined"
	case v.Done && v.Left.IsZero():
		return "Revoked: nothing can be taken any more."
	case v.Done:
		return "Still approved: " + job.Allowance(v.Left) + ". The transaction was changed or cancelled in the wallet, or it failed."
	}
	return ""
}

// listingText says what the wallet answered about the token.
func listingText(l Listing) string {
	switch l {
	case "asking":
		return "Your wallet asks whether to show CNX."
	case "listed":
		return "Your wallet shows CNX now."
	case "no":
		return "CNX was not added. Nothing else changes."
	case "unable":
		return "This wallet cannot be told of a token. Add it there by its address, if you want to see it."
	}
	return ""
}

// approving says how much an approval allows.
func approving(s job.State) string {
	amount := s.Approve.Amount
	switch {
	case amount == job.Unlimited():
		return "It allows the task contract to take CNX without limit. This step costs only gas."
	case amount.Gt(&s.Order.Fee):
		return fmt.Sprintf("It allows the task contract to take up to %s in all. This step costs only gas.", job.CNX(amount))
	}
	return fmt.Sprintf("It allows the task contract to take %s, once. This step costs only gas.", job.CNX(s.Order.Fee))
}
