package job

// Step is one line of the timeline.
type Step struct {
	Name  string
	Party Party
	State StepState
	// Took is how long the step took, in milliseconds; 0 while it is not done.
	Took int64
	// Since is when a step that runs now began, in unix milliseconds.
	Since int64
}

// StepState is where a step stands.
type StepState string

// The states of a step. Stopped is the step in which a Failed or Aborted job ended.
const (
	StepAhead   StepState = "ahead"
	StepNow     StepState = "now"
	StepDone    StepState = "done"
	StepStopped StepState = "stopped"
)

// Steps is the timeline of a job: always the same five lines, true after a reload
// and after the end, because it is made from the marks alone. Of a task that was found
// on the chain it is the last two: nobody knows how long the others took.
func Steps(s State) []Step {
	m := s.Marks
	steps := []Step{
		{Name: "Allow the payment", Party: Wallet, Took: m.Approved, Since: m.Submitted},
		{Name: "Pay for the task", Party: Wallet, Took: m.Created, Since: m.Approved},
		{Name: "Hand over the arguments", Party: Relay, Took: m.Uploaded, Since: m.Created},
		{Name: "Nodes at work", Party: Nodes, Took: m.Succeeded, Since: m.Uploaded},
		{Name: "Fetch and verify", Party: Relay, Took: m.Ended, Since: m.Succeeded},
	}
	if s.Phase == Aborted {
		steps[4].Took = 0
	}
	if s.Recovered != 0 {
		steps = steps[3:]
		steps[0].Since, steps[1].Since = m.Created, max(m.Succeeded, s.Recovered)
	}
	reached := false
	for i := range steps {
		st := &steps[i]
		end, begin := st.Took, st.Since
		switch {
		case end != 0:
			st.State, st.Since = StepDone, 0
			st.Took = max(end-begin, 1)
		case reached || s.Phase == Draft:
			st.State, st.Since, st.Took = StepAhead, 0, 0
		default:
			reached = true
			st.State, st.Took, st.Since = StepNow, 0, s.Since
			if s.Phase == Failed || s.Phase == Aborted {
				st.State, st.Since = StepStopped, 0
			}
			if w := s.Waiting(); w != Nobody && w != Person {
				st.Party = w
			}
		}
	}
	return steps
}
