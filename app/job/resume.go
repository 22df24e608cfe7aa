package job

// Resume tells how a job that was just loaded from the store goes on. Phases that
// only watch the chain need nothing: the runner watches them anyway. Where the
// wallet was asked, the chain is searched; if nothing left, the person decides
// again, because a page that opens pays nothing by itself: a job that is not paid yet
// is paused although its price was confirmed, because that was in another visit
// (taskwallet.md I3, design.md 4). Only what was signed and saved goes out: it may be
// out already.
func Resume(s State, at int64) (State, []Effect) {
	if s.Imported != 0 {
		return s, nil
	}
	switch s.Phase {
	case Checking:
		s.Paused = true
	case CancelChecking:
		return s.fail(at, Fault{Code: Interrupted})
	case ApprovalPending:
		s.Paused = true
	case AwaitApproval, AwaitCreate, AwaitCancel:
		s.Paused = s.Phase == AwaitApproval
		return s, []Effect{s.current().again()} // it may have left
	case Uploading:
		return s, []Effect{Upload{}}
	case Fetching:
		s.Eager = false // it was a wish of that visit
		if s.Outcome.Published {
			return s.fetchNext(at)
		}
	}
	return s, nil
}
