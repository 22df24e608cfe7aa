package job

// Resume tells how a job that was just loaded from the store goes on. Phases that
// only watch the chain need nothing: the runner watches them anyway. Where the
// wallet was asked, the chain is searched; if nothing left, the person decides
// again, because a page that opens asks for no money by itself.
func Resume(s State, at int64) (State, []Effect) {
	if s.Imported != 0 {
		return s, nil
	}
	switch s.Phase {
	case Checking:
		return s, []Effect{Check{}}
	case CancelChecking:
		return s, []Effect{CheckCancel{}}
	case AwaitApproval, AwaitCreate, AwaitCancel:
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
