//go:build !js

package e2e

import (
	"fmt"
	"maps"
	"math/big"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"crynux-dapp/chain/devchain"
	"crynux-dapp/relay/devrelay"
	"crynux-dapp/web/devnet"
)

// leastKills is how many kill points the crash test has at least. They are found by
// an undisturbed run, so that there are more with every save and request that a task
// gets.
const leastKills = 60

// scenario is one way of a task through the page: who pays, and whether it ends with
// its picture or with its fee claimed back.
type scenario struct {
	name   string
	purse  bool
	cancel bool
	// Of several people who share its borders this one is at every second, or third.
	person, people int
}

var scenarios = []scenario{
	{name: "direct", people: 1},
	{name: "task wallet, even", purse: true, people: 2},
	{name: "task wallet, odd", purse: true, person: 1, people: 2},
	{name: "direct, claimed back", cancel: true, people: 1},
	{name: "task wallet, claimed back", purse: true, cancel: true, people: 1},
}

// TestCrash kills the page, by closing its tab, at each border that a task crosses:
// before and after each save, each transaction, each prompt of the wallet, each
// request to the Relay. It is opened again in the same browser, and the task ends as
// it would have: paid once, with its picture, or with its fee.
func TestCrash(t *testing.T) {
	pays := network(t, many)
	sleeps := network(t, many)
	sleeps.Nodes.SetFaults(devrelay.NodeFaults{Silent: true})
	data, err := devchain.TaskABI().Pack("updateTimeout", big.NewInt(40))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sleeps.Chain.Transact(t.Context(), sleeps.Chain.Deployer(), sleeps.Chain.Contracts().Task, nil, data); err != nil {
		t.Fatal(err)
	}
	var killed, whole atomic.Int64
	begun := time.Now()
	var lanes sync.WaitGroup
	// A lane alone keeps more than one core busy: with more of them at once the whole is
	// no sooner done, and each is slower, until something in it comes too late.
	turns := make(chan struct{}, max(2, runtime.NumCPU()))
	for _, s := range scenarios {
		n := pays
		if s.cancel {
			n = sleeps
		}
		lanes.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			t.Run(s.name, func(t *testing.T) {
				s.crash(t, n, &killed)
				whole.Add(1)
			})
		})
	}
	lanes.Wait()
	t.Logf("%d kills in %v", killed.Load(), time.Since(begun).Round(time.Second))
	if killed.Load() < leastKills && whole.Load() == int64(len(scenarios)) && !t.Failed() {
		t.Errorf("only %d kills", killed.Load())
	}
}

// many is a network on which many people have tasks at once.
func many(o *devnet.Options) {
	o.GPUs = []devrelay.GPU{{Name: "NVIDIA GeForce RTX 4090", VRAM: 24, Count: 14}}
}

// crash lists the borders of a task that is not disturbed, and kills the page at
// each. The page in which one task has ended is the page that orders the next one.
func (s scenario) crash(t *testing.T, n *devnet.Network, killed *atomic.Int64) {
	l := laneOf(t, n, s.name, s.purse)
	defer l.tells(t)
	l.openPage()
	l.prepare()
	s.undisturbed(l, "first") // the chain is proved through the wallet in the first task only
	course := s.undisturbed(l, "listed")
	turn := 0
	for i, b := range course {
		if !s.worth(b) {
			continue
		}
		if turn++; turn%s.people != s.person {
			continue
		}
		ok := t.Run(b.String(), func(t *testing.T) {
			l.t = t
			defer l.tells(t)
			prompt := "killed " + b.String()
			before := l.books()
			s.begin(l, prompt, b)
			if !l.dies(func() bool { return s.ended(l, prompt) }) {
				t.Log("this time the task did not pass here")
				s.balances(l, before, 0, 0)
				return
			}
			killed.Add(1)
			l.kill()
			l.openPage()
			s.goesOn(l, prompt, before)
			s.balances(l, before, 1, signedInVain(course, i))
		})
		l.t = t
		if !ok {
			return // its page is in no known state
		}
	}
}

// undisturbed runs a task to its end and returns the borders that it crosses.
func (s scenario) undisturbed(l *lane, prompt string) (course []border) {
	l.t.Helper()
	before := l.books()
	s.begin(l, prompt, border{})
	last := border{Name: "save done", Nth: 1, After: true}
	if s.cancel {
		last.Name = "save aborted"
	}
	l.patiently("the last save of "+prompt, func() bool {
		course = append(course, l.soFar()...)
		l.pressOn() // where a busy machine was too slow for a check
		return slices.Contains(course, last)
	})
	l.patiently("the end of "+prompt, func() bool { return s.ended(l, prompt) })
	s.balances(l, before, 0, 0)
	return course
}

// worth tells whether to kill at a border. What is only read changes nothing. After a
// save comes nothing before the next border, but where the next effect is an answer of
// the key, which is no border in direct mode; and of the saves within a phase the first
// one stands for those that only note what was seen.
func (s scenario) worth(b border) bool {
	awaits := strings.HasPrefix(b.Name, "save await") || b.Name == "save in keys"
	switch {
	case b.Name == "save in settings": // the list of what was signed
		return false
	case strings.HasPrefix(b.Name, "read"), strings.HasPrefix(b.Name, "wallet") && !asks(b.Name):
		return false
	case strings.HasPrefix(b.Name, "save") && b.After:
		return s.purse && awaits
	case strings.HasPrefix(b.Name, "save") && b.Nth > 1:
		return awaits
	}
	return true
}

// asks reports whether a request to the wallet is one that asks the person.
func asks(name string) bool { return name == "wallet "+sending || name == "wallet "+signing }

// signedInVain is 1 if the wallet has signed for the Relay before a border and what
// the signature was for is not saved there: it must sign again.
func signedInVain(course []border, i int) (times int) {
	for _, b := range course[:i+1] {
		switch {
		case b.Name == "wallet "+signing && b.After:
			times = 1
		case b.After && slices.Contains([]string{"save running", "save done"}, b.Name):
			times = 0
		}
	}
	return times
}

// begin orders a picture, and has the page die at a border.
func (s scenario) begin(l *lane, prompt string, b border) {
	l.t.Helper()
	l.js("crashAt(null)")
	l.soFar()
	l.fill("textbox", "Prompt", prompt)
	if !s.cancel {
		l.js(crashAt(b))
		l.click("button", "Generate")
		return
	}
	l.click("button", "Generate")
	l.find("button", claim)
	l.js(crashAt(b))
	l.click("button", claim)
}

// claim is the button that claims a fee back.
const claim = "Get my CNX back"

// ended reports whether a task has ended as it should.
func (s scenario) ended(l *lane, prompt string) bool {
	if s.cancel {
		return strings.Contains(l.card(prompt), "It was cancelled after its deadline. You paid 30 CNX; 30 CNX came back.")
	}
	return l.has("image", prompt)
}

// goesOn does in a page that was opened again what a person does: unlocks the task
// wallet, and presses the button that the task offers.
func (s scenario) goesOn(l *lane, prompt string, before books) {
	l.t.Helper()
	l.ready()
	// On a busy machine the database may open later than the page waits for it, at the
	// pace of this network's clock: a second of real time.
	for range 3 {
		if !strings.Contains(l.body(), "This browser stores nothing for this page") {
			break
		}
		l.t.Log("the database did not open in time; opened once more")
		l.kill()
		l.openPage()
		l.ready()
	}
	l.comesBack()
	if l.card(prompt) == "" { // it died before the first save
		if now := l.books(); now.nonce != before.nonce {
			l.t.Errorf("the task is forgotten, and there are %d transactions", now.nonce-before.nonce)
		}
		l.click("button", "Generate")
	}
	l.patiently("the end of "+prompt, func() bool {
		l.pressOn(claim)
		return s.ended(l, prompt)
	})
}

// pressOn presses the button by which a task that has stopped goes on, and others. The
// text of the page is had for less than its accessible elements.
func (l *lane) pressOn(others ...string) {
	l.t.Helper()
	text := l.body()
	for _, label := range append(others, "Go on", "Try again") {
		if strings.Contains(text, label) {
			l.pressIfThere(label)
		}
	}
}

// balances checks what a task has cost: one fee, or none, and one transaction each
// to approve, to create and to claim; and how often the wallet has asked.
func (s scenario) balances(l *lane, before books, opened, signed int) {
	l.t.Helper()
	want := books{tasks: before.tasks + 1, nonce: before.nonce + 2, cnx: new(big.Int).Sub(before.cnx, whole(30)), asked: maps.Clone(before.asked)}
	if s.cancel {
		want.nonce, want.cnx = before.nonce+3, before.cnx
	}
	if s.purse {
		want.asked["eth_signTypedData_v4"] += opened
	} else {
		want.asked[sending] += int(want.nonce - before.nonce)
		want.asked[signing] += 1 + signed
		if !s.cancel {
			want.asked[signing]++
		}
	}
	if now := l.books(); now.String() != want.String() {
		l.t.Errorf("the books say\n%v\nand should say\n%v", now, want)
	}
}

func (b books) String() string {
	return fmt.Sprintf("%d tasks, %v units of CNX, %d transactions, asked %v", b.tasks, b.cnx, b.nonce, b.asked)
}

func (b border) String() string {
	if b.After {
		return fmt.Sprintf("after %s %d", b.Name, b.Nth)
	}
	return fmt.Sprintf("before %s %d", b.Name, b.Nth)
}
