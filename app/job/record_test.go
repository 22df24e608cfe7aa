package job_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"crynux-dapp/app/job"
)

// records are good records of some phases.
func records(t testing.TB) (list [][]byte) {
	t.Helper()
	s := submitted()
	for _, e := range []job.Event{
		job.Checked{At: 2, Quote: quote(30)}, job.Signed{Raw: "\x00tx\xff", Hash: txHash}, job.Sent{At: 3, Hash: txHash},
		job.Mined{At: 4, Hash: txHash, Block: 72, TaskID: 5, Fee: cnx(30), Deadline: 1000}, job.Late{At: 5}, job.Cancel{At: 6},
		job.Payout{Payment: job.Payment{Tx: txHash, Nodes: cnx(10)}},
	} {
		s, _ = job.Update(s, e)
		record, err := job.Encode(s)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, record)
	}
	return list
}

// use does with a record what a page does when it opens: whatever Decode lets through
// can be resumed, moved on, put into words and stored again.
func use(t *testing.T, record []byte) {
	s, err := job.Decode(record)
	if err != nil {
		return
	}
	s, _ = job.Resume(s, 99)
	job.Explain(s)
	job.Hint(s)
	job.Steps(s)
	s.Gas()
	s.Held()
	s.Unseen()
	s.Waiting()
	for _, e := range []job.Event{job.Retry{}, job.Cancel{}, job.Late{}, job.Succeeded{Result: "x"}, job.Published{}, job.Fetched{Index: 9, File: job.File{Verified: true}}} {
		s, _ = job.Update(s, e)
	}
	again, err := job.Encode(s)
	if err != nil {
		t.Fatal(err)
	}
	if back, err := job.Decode(again); err != nil || back != s {
		t.Fatalf("%v: %s became %s", err, again, fmt.Sprint(back))
	}
}

// TestDecodeOfBrokenRecords cuts and changes good records at random.
func TestDecodeOfBrokenRecords(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for _, record := range records(t) {
		if _, err := job.Decode(record); err != nil {
			t.Fatal(err)
		}
		for n := range record { // every cut is noticed
			if _, err := job.Decode(record[:n]); err == nil {
				t.Fatalf("taken for a record: %s", record[:n])
			}
		}
		for range 2000 {
			broken := bytes.Clone(record)
			for range rng.IntN(3) + 1 {
				broken[rng.IntN(len(broken))] = "0123456789abcdef-{}[],:\"x\x00\xff"[rng.IntN(27)]
			}
			use(t, broken)
		}
	}
}

func TestDecodeRefusesForeignRecords(t *testing.T) {
	good := string(records(t)[0])
	for name, record := range map[string]string{
		"nothing":             "",
		"null":                "null",
		"a number":            "7",
		"a list":              "[]",
		"an empty object":     "{}",
		"text":                "not JSON at all",
		"another program's":   `{"v":1,"name":"something else"}`,
		"of the future":       strings.Replace(good, `"v":1`, `"v":2`, 1),
		"of no version":       strings.Replace(good, `"v":1`, `"v":0`, 1),
		"a phase that is new": strings.Replace(good, `"phase":"await-create"`, `"phase":"await-miracle"`, 1),
		"too many files":      strings.Replace(good, `"count":2`, `"count":11`, 1),
		"negative files":      strings.Replace(good, `"count":2`, `"count":-1`, 1),
		"an endless amount":   strings.Replace(good, `"fee":"30000000000000000000"`, `"fee":"`+strings.Repeat("9", 500)+`"`, 1),
	} {
		if record == good {
			t.Errorf("%s: nothing was changed in %s", name, good)
		}
		if s, err := job.Decode([]byte(record)); err == nil {
			t.Errorf("%s was read as %+v", name, s)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, record := range records(f) {
		f.Add(record)
		f.Add(record[:len(record)/2])
	}
	f.Fuzz(func(t *testing.T, record []byte) { use(t, record) })
}
