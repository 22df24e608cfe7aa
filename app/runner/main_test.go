//go:build !js

package runner_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
)

// TestMain holds the tests of this package to their word: every fault that the
// page has words for was shown by one of their pages, brought about by wallet,
// chain, Relay, nodes or disk. A code that no test can produce is a text that
// nobody has ever needed, or a fault that nobody has tried.
func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if why := filtered(); why != "" {
		fmt.Println("not checked whether every fault was produced:", why)
		os.Exit(code)
	}
	if missing := shown.missing(job.Codes()); len(missing) > 0 {
		fmt.Println("FAIL: no test of this package produced these faults:", missing)
		code = max(code, 1)
	}
	os.Exit(code)
}

// filtered says why this run is not one of all tests; "" when it is.
func filtered() string {
	for _, name := range []string{"run", "skip", "list", "fuzz"} {
		if f := flag.Lookup("test." + name); f != nil && f.Value.String() != "" {
			return "-" + name + " chooses among the tests"
		}
	}
	if testing.Short() {
		return "-short leaves tests out"
	}
	return ""
}

// shown are the faults that a page of any test has seen.
var shown = faults{codes: map[job.Code]bool{}}

type faults struct {
	mu    sync.Mutex
	codes map[job.Code]bool
}

// note takes the faults out of what a page shows: of its jobs, stopped or held
// up, of the session and of the task wallet.
func (f *faults) note(s runner.Snapshot) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.codes[s.Session.Fault.Code] = true
	f.codes[s.Session.Revocation.Fault.Code] = true
	f.codes[s.Purse.Fault.Code] = true
	f.codes[s.Stored.Fault.Code] = true
	for _, j := range s.Jobs {
		f.codes[j.Fault.Code] = true
		f.codes[j.Trouble.Code] = true
	}
}

// missing are those of all that nobody has seen.
func (f *faults) missing(all []job.Code) []job.Code {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(all), func(c job.Code) bool { return f.codes[c] })
}
