package job

// Leavable reports whether the job waits, or may be waiting, for an answer of the
// person's wallet. The person may wait no longer, which is the fault WalletSilent:
// what the wallet was asked for may still be confirmed there, so a transaction is
// kept, and trying again looks for it before anybody is asked once more.
func (s State) Leavable() bool {
	if s.Order.Hand != ByWallet || s.Imported != 0 {
		return false
	}
	switch s.Phase {
	case Checking:
		return !s.Paused
	case AwaitApproval, AwaitCreate, CancelChecking, AwaitCancel, Uploading:
		return true
	case Fetching:
		return s.Outcome.Published
	}
	return false
}
