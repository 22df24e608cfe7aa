package job_test

import (
	"errors"
	"strings"
	"testing"

	"crynux-dapp/app/job"
)

// TestImportedJobsStandStill lets everything happen to imported jobs of all phases.
func TestImportedJobsStandStill(t *testing.T) {
	for _, record := range records(t) {
		s, err := job.Decode(record)
		if err != nil {
			t.Fatal(err)
		}
		s.Imported, s.Overdue = 1, true
		for _, e := range []job.Event{
			job.Submit{}, job.Checked{Quote: quote(30)}, job.Signed{Raw: "x"}, job.Sent{Hash: txHash}, job.NotAsked{}, job.Met{Fault: job.Fault{Code: job.ChainDown}}, job.Woke{},
			job.Mined{Hash: txHash, TaskID: 5}, job.Reverted{Hash: txHash}, job.NotSent{}, job.Replaced{}, job.Retry{}, job.SpeedUp{}, job.Cancel{}, job.Late{}, job.Dated{Deadline: 9},
			job.Uploaded{}, job.Succeeded{Result: "x"}, job.Published{}, job.Fetched{File: job.File{Verified: true}}, job.AskRelay{}, job.AbortedOnChain{}, job.Closed{},
			job.Payout{Payment: job.Payment{Nodes: cnx(1)}}, job.OfCancel{Answer: job.Sent{Hash: txHash}}, job.CancelChecked{},
		} {
			if next, effects := job.Update(s, e); next != s || len(effects) > 0 {
				t.Errorf("%s: %T moved it to %s with %v", s.Phase, e, next.Phase, effects)
			}
		}
		if next, effects := job.Resume(s, 9); next != s || len(effects) > 0 {
			t.Errorf("%s is resumed with %v", s.Phase, effects)
		}
		if s.Refundable() || s.Leavable() || !s.Settled() || s.Waiting() != job.Nobody {
			t.Errorf("%s asks for something", s.Phase)
		}
	}
}

func TestEmptied(t *testing.T) {
	for _, c := range []struct {
		s    job.State
		gone bool
	}{
		{job.State{Phase: job.Done}, true}, {job.State{Phase: job.Aborted}, true}, {job.State{Phase: job.Running, Imported: 1}, true},
		{job.State{Phase: job.Fetching}, false}, {job.State{Phase: job.Failed, From: job.Fetching}, false},
	} {
		c.s.Files[0] = job.File{SHA256: "a", Size: 3, Verified: true}
		next, effects := job.Update(c.s, job.Emptied{})
		if next.Files[0].Gone != c.gone || next.Files[1].Gone || len(effects) > 0 {
			t.Errorf("%s: %+v %v", c.s.Phase, next.Files[:2], effects)
		}
		if size, files := next.Kept(); (files == 0) != c.gone || (size == 0) != c.gone {
			t.Errorf("%s keeps %d bytes in %d files", c.s.Phase, size, files)
		}
	}
}

// A record of a newer version may have another form altogether.
func TestNewerRecordIsToldFromABrokenOne(t *testing.T) {
	for _, text := range []string{`{"v":2}`, `{"v":99,"phase":["another","form"],"id":7}`} {
		if _, err := job.Decode([]byte(text)); !errors.Is(err, job.ErrNewer) {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, text := range []string{`{"v":2`, `{}`, `{"v":"2"}`, `{"v":0}`, strings.Repeat("[", 100)} {
		if _, err := job.Decode([]byte(text)); err == nil || errors.Is(err, job.ErrNewer) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
