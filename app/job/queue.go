package job

// queued handles what the person does with a job that waits to be paid. A pause keeps
// what is new from being paid: an approval that is on its way goes on, the payment
// that follows waits. A job whose payment was asked for cannot be paused any more.
func queued(s State, e Event) (State, []Effect, bool) {
	switch e := e.(type) {
	case Pause:
		switch s.Phase {
		case Checking, AwaitApproval, ApprovalPending:
			s.Paused = true
		}
		return s, nil, true
	case GoOn:
		if !s.Paused {
			return s, nil, true
		}
		s.Paused = false
		if s.Phase != Checking {
			return s, nil, true
		}
		next, effects := s.recheck(e.At)
		return next, effects, true
	case Place:
		if s.Phase == Checking {
			s.Place = e.To
		}
		return s, nil, true
	}
	return s, nil, s.Phase == Checking && s.Paused // the answer to a check of before
}
