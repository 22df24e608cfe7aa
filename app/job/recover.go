package job

import (
	"strconv"

	"crynux-dapp/app/task"
)

// imageHash is how many bytes of a result tell of one picture (protocol.md A.4).
const imageHash = 8

// files is how many files a result has, as far as its bytes tell.
func files(k task.Kind, result Bytes) int {
	if k != task.SD {
		return 1
	}
	return min(max(len(result)/imageHash, 1), MaxFiles)
}

// Recover makes a job of a task that was found on the chain: of its order, of what its
// createTask did, and of what has happened since, in order. Order.Args may be empty;
// Order.Count is 0 where the chain has to tell it. Marks are the chain's times. Nothing
// goes on by itself: where the Relay has to be asked, the person says when, because
// wallets ask for each signature. What still runs is followed, and its fee can be
// claimed back like any other's.
func Recover(id string, at int64, o Order, created Mined, since []Event) State {
	if o.Title == "" {
		o.Title = recoveredTitle(o.Kind, created.TaskID)
	}
	o.Fee = created.Fee
	s := State{V: Version, ID: id, Order: o, Phase: Running, Since: at, Recovered: at,
		Marks:  Marks{Submitted: created.At, Approved: created.At, Created: created.At},
		Quote:  Quote{Fee: created.Fee},
		Create: Tx{Hash: created.Hash, Fee: created.Fee},
		TaskID: created.TaskID, Deadline: created.Deadline, Nodes: created.Nodes}
	s.Create.mined(created)
	s.saw(Block{created.Block, created.In})
	for _, e := range since {
		s, _ = Update(s, e)
	}
	switch {
	case s.Phase == Fetching || s.Phase == Done:
		s.Phase = Fetching
		s, _ = s.fail(at, Fault{Code: Found})
	case s.Phase == Running && o.Args != "": // perhaps they never came to the Relay
		s.Phase = Uploading
		s, _ = s.fail(at, Fault{Code: Found})
	}
	return s
}

// recoveredTitle names a task of which nobody knows what was asked.
func recoveredTitle(k task.Kind, id uint64) string {
	what := "picture"
	if k == task.GPT {
		what = "chat"
	}
	return "Recovered " + what + " task #" + strconv.FormatUint(id, 10)
}
