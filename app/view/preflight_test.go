package view

import (
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
)

// lines are those with a dot of a colour.
func (b *browser) lines(health string) (texts []string) {
	b.t.Helper()
	n := b.find("region", "Before you pay")
	if n == nil {
		b.t.Fatal("nothing is said before a payment")
	}
	n.walk(func(c *node) {
		for _, mark := range c.children {
			if mark.attr["class"] == "dot "+health {
				texts = append(texts, c.words())
			}
		}
	})
	return texts
}

func TestPreflight_says_what_is_known(t *testing.T) {
	direct := lookedAt(connected())
	direct.Direct = true
	for _, c := range []struct {
		name   string
		state  State
		change func(*State)
		good   string
		bad    string
	}{
		{"all well, task wallet", lookedAt(purseWith(5)), nil,
			"30 CNX for the task|Gas up to 0.0016 ETH|150 CNX in the task wallet|6 free nodes|Clock agrees|No prompts: the task wallet pays", ""},
		{"all well, direct", direct, nil,
			"30 CNX for the task|Gas up to 0.0016 ETH|964.5 CNX in your wallet|6 free nodes|Clock agrees|Your wallet will ask 7 times: approve, pay, 1 + 4 signatures", ""},
		{"approved before", direct, func(s *State) { s.Preflight.Allowance = units(30) },
			"30 CNX for the task|Gas up to 0.0016 ETH|964.5 CNX in your wallet|6 free nodes|Clock agrees|Your wallet will ask 6 times: pay, 1 + 4 signatures", ""},
		{"gas free", lookedAt(purseWith(5)), func(s *State) { s.Preflight.Gas.Clear() },
			"30 CNX for the task|Gas is free here|150 CNX in the task wallet|6 free nodes|Clock agrees|No prompts: the task wallet pays", ""},
		{"no task wallet", lookedAt(unmade()), nil,
			"30 CNX for the task|Gas up to 0.0016 ETH|964.5 CNX in your wallet|6 free nodes|Clock agrees",
			"A task wallet is needed, and none is set up Set up task wallet"},
		{"locked", lookedAt(locked()), nil,
			"30 CNX for the task|6 free nodes|Clock agrees",
			"The task wallet is locked Unlock"},
		{"everything wrong, task wallet", lookedAt(purseWith(0)), func(s *State) {
			s.Preflight.Native, s.Preflight.Nodes, s.Preflight.Skew = units(0.0001), 1, 50
		}, "30 CNX for the task|No prompts: the task wallet pays",
			"Gas costs up to 0.0016 ETH, and the task wallet has 0.0001 ETH Add funds|0 CNX in the task wallet: 30 CNX short Add funds|" +
				"1 free node for this kind of task, and three are needed Check nodes again|" +
				"The clock of this device is 50 s behind the blockchain: the Relay will refuse its signatures Check clock again"},
		{"everything wrong, direct", direct, func(s *State) {
			s.Preflight.CNX, s.Preflight.Native, s.Preflight.Nodes, s.Preflight.Skew, s.Session.ChainID = units(5), units(0), 0, -90, 1
		}, "30 CNX for the task|Your wallet will ask 7 times: approve, pay, 1 + 4 signatures",
			"Gas costs up to 0.0016 ETH, and your wallet has 0 ETH Check gas again|5 CNX in your wallet: 25 CNX short Check balance again|" +
				"0 free nodes for this kind of task, and three are needed Check nodes again|" +
				"The clock of this device is 1 min 30 s ahead of the blockchain, or no block was made since Check clock again|" +
				"Your wallet is on another network than Development network Switch network"},
		{"clocks within bounds", lookedAt(purseWith(5)), func(s *State) { s.Preflight.Skew = 30 },
			"30 CNX for the task|Gas up to 0.0016 ETH|150 CNX in the task wallet|6 free nodes|Clock agrees|No prompts: the task wallet pays", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.change != nil {
				c.change(&c.state)
			}
			b := open(t, c.state)
			if got := strings.Join(b.lines("ok"), "|"); got != c.good {
				t.Errorf("fine:\n%s\nwant\n%s", got, c.good)
			}
			if got := strings.Join(b.lines("bad"), "|"); got != c.bad {
				t.Errorf("in the way:\n%s\nwant\n%s", got, c.bad)
			}
			b.isOrderly()
		})
	}
}

func TestPreflight_calls_nothing_fine_while_the_chain_does_not_answer(t *testing.T) {
	s := lookedAt(purseWith(5))
	s.ChainDown, s.Preflight.Nodes = true, 1
	b := open(t, s)
	if got, want := strings.Join(b.lines("off"), "|"), "30 CNX for the task|Gas up to 0.0016 ETH|150 CNX in the task wallet|Clock agrees|No prompts: the task wallet pays"; got != want {
		t.Errorf("neutral:\n%s\nwant\n%s", got, want)
	}
	if got, want := strings.Join(b.lines("bad"), "|"), "The blockchain does not answer: these figures are from before Check again|"+
		"1 free node for this kind of task, and three are needed Check nodes again"; got != want {
		t.Errorf("in the way:\n%s\nwant\n%s", got, want)
	}
	if good := b.lines("ok"); len(good) != 0 {
		t.Errorf("fine: %q", good)
	}
	said := false
	b.find("region", "Before you pay").walk(func(n *node) {
		said = said || n.role() == "status" && strings.HasPrefix(n.words(), "The blockchain does not answer")
	})
	if !said {
		t.Error("it is not announced")
	}
	b.isOrderly()

	b.become(func(s *State) { s.Preflight = Preflight{} }) // asked again, and again no answer
	if got, want := strings.Join(b.lines("bad"), "|"), "The blockchain does not answer Check again"; got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	b.become(func(s *State) { s.Elsewhere = true }) // which asks nobody
	if got, want := strings.Join(b.lines("bad"), "|"), "The blockchain does not answer"; got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	b.become(func(s *State) { *s = lookedAt(purseWith(5)) })
	if got := b.lines("ok"); len(got) != 6 {
		t.Errorf("fine: %q", got)
	}
	b.hides("does not answer")
}

func TestPreflight_is_silent_about_what_it_does_not_know(t *testing.T) {
	other := lookedAt(purseWith(5))
	other.Preflight.Kind = task.GPT
	gone := lookedAt(ready()) // of the account that was connected before
	for name, s := range map[string]State{"nothing read": purseWith(5), "of the other kind": other, "no wallet": gone} {
		t.Run(name, func(t *testing.T) {
			if open(t, s).find("region", "Before you pay") != nil {
				t.Error("it is shown")
			}
		})
	}
}

func TestPreflight_shows_the_network_to_somebody_without_a_wallet(t *testing.T) {
	nobody := func() State {
		s := lookedAt(ready())
		s.Preflight.Account, s.Preflight.CNX, s.Preflight.Native = common.Address{}, units(0), units(0)
		return s
	}
	b := open(t, nobody())
	if b.looks() != 1 {
		t.Errorf("looked %d times", b.looks())
	}
	if got, want := strings.Join(b.lines("ok"), "|"), "30 CNX for the task|Gas up to 0.0016 ETH|6 free nodes|Clock agrees"; got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if bad := b.lines("bad"); len(bad) != 0 {
		t.Errorf("in the way: %q", bad)
	}
	b.isOrderly()
	b.become(func(s *State) { s.Preflight.Nodes = 1 })
	if got := strings.Join(b.lines("bad"), "|"); !strings.HasPrefix(got, "1 free node for this kind of task") {
		t.Error(got)
	}
	before := b.looks()
	b.become(func(s *State) { s.RelayDown = true })
	b.fill("prompt", "a fox")
	if b.looks() != before {
		t.Error("looked although nothing had changed")
	}
}

func TestPreflight_warns_of_a_chain_id_that_is_shared(t *testing.T) {
	s := lookedAt(unmade())
	s.Network.Shares, s.Network.ChainID = "LUKSO", 42
	b := open(t, s)
	const words = "Development network shares chain id 42 with LUKSO. Use an account that holds nothing there."
	b.reads("region", "Before you pay", words)
	b.reads("dialog", "Your wallet", words)
	b.run(b.page.onPurse)
	b.reads("dialog", "Task wallet", words)
	open(t, lookedAt(unmade())).hides("shares chain id")
}

func TestPreflight_lets_the_person_choose_what_is_approved(t *testing.T) {
	direct := lookedAt(connected())
	direct.Direct = true
	b := open(t, direct)
	b.wants("combobox: Approve")
	b.reads("region", "How much to approve", "this task only: 30 CNX", "nothing more")
	b.hides("Tasks to approve")
	b.isOrderly()

	b.values[approvalID] = approveTasks
	b.run(b.page.onApproval)
	if !b.asked("approve 5 false") {
		t.Fatal(b.did)
	}
	b.become(func(s *State) { s.Approval.Tasks = 5 })
	b.reads("region", "How much to approve", "150 CNX in all", "a single task could take all of that")
	for text, want := range map[string]string{"20": "approve 20 false", "100": "approve 100 false"} {
		b.values[approvalTasksID] = text
		b.run(b.page.onApprovalTasks)
		if !b.asked(want) {
			t.Error(b.did)
		}
	}
	for _, text := range []string{"1", "101", "-3", "1e3", ""} {
		before := len(b.did)
		b.values[approvalTasksID] = text
		b.run(b.page.onApprovalTasks)
		if len(b.did) != before {
			t.Errorf("%q was taken: %q", text, b.did[before:])
		}
		b.reads("region", "How much to approve", "must be a whole number from 2 to 100")
	}
	b.isOrderly()

	b.values[approvalID] = approveUnlimited
	b.run(b.page.onApproval)
	if !b.asked("approve 0 true") {
		t.Error(b.did)
	}
	b.become(func(s *State) { s.Approval = Approval{Unlimited: true} })
	b.reads("region", "How much to approve", "every CNX of this account, 964.5 CNX now", "raise the price", "revoke")
	b.hides("must be a whole number")
	b.values[approvalID] = approveExact
	b.run(b.page.onApproval)
	if !b.asked("approve 0 false") {
		t.Error(b.did)
	}
}

func TestPreflight_asks_how_much_to_approve_only_where_it_matters(t *testing.T) {
	enough := lookedAt(connected())
	enough.Direct, enough.Preflight.Allowance = true, units(30)
	purse := lookedAt(purseWith(5))
	purse.Direct = true
	for name, s := range map[string]State{"approved before": enough, "task wallet": purse, "not direct": lookedAt(unmade())} {
		if open(t, s).find("combobox", "Approve") != nil {
			t.Errorf("%s: it is asked", name)
		}
	}
}

func TestPreflight_looks_when_a_payment_would_be_another_one(t *testing.T) {
	for _, c := range []struct {
		name   string
		before State
		change func(*browser)
	}{
		{"wallet connected", ready(), func(b *browser) { b.become(func(s *State) { s.Session = connected().Session }) }},
		{"task wallet opened", locked(), func(b *browser) { b.become(func(s *State) { s.Purse.Open = true }) }},
		{"money arrived", purseWith(0), func(b *browser) { b.become(func(s *State) { s.Purse.CNX = units(150) }) }},
		{"other account", connected(), func(b *browser) { b.become(func(s *State) { s.Session.Account = purseAt }) }},
		{"other network", connected(), func(b *browser) { b.become(func(s *State) { s.Network.ID = "other" }) }},
		{"other tab", connected(), func(b *browser) { b.nav("/chat") }},
		{"other model", connected(), func(b *browser) { b.fill("model", "stabilityai/stable-diffusion-xl-base-1.0") }},
		{"other number", connected(), func(b *browser) { b.fill("count", "9") }},
		{"a task ended", connected(ordered(job.Fetching, "a fox", 1)), func(b *browser) { b.become(func(s *State) { s.Jobs = []job.State{drawn("a fox", 1)} }) }},
		{"asked to", connected(), func(b *browser) { b.run(b.page.onLook) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, c.before)
			b.now += lookEvery
			before := b.looks()
			c.change(b)
			if got := b.looks() - before; got != 1 {
				t.Errorf("looked %d times: %q", got, b.did)
			}
		})
	}
}

func TestPreflight_does_not_look_for_nothing(t *testing.T) {
	b := open(t, connected(ordered(job.Running, "a fox", 1)))
	b.now += lookEvery
	before := b.looks()
	for _, text := range []string{"a", "a f", "a fox"} {
		b.fill("prompt", text)
	}
	b.fill("steps", "30")
	b.become(func(s *State) { s.ChainDown = true })
	b.become(func(s *State) { s.Jobs = []job.State{ordered(job.Fetching, "a fox", 1)} })
	if got := b.looks() - before; got != 0 {
		t.Errorf("looked %d times: %q", got, b.did)
	}
	for name, s := range map[string]State{"before it was ready": {}, "on a network of the past": func() State {
		s := connected()
		s.Network = past
		return s
	}()} {
		if b := open(t, s); b.looks() != 0 {
			t.Errorf("looked %s", name)
		}
	}
}

func TestPreflight_looks_at_what_would_be_paid_for(t *testing.T) {
	b := open(t, connected())
	b.now += lookEvery
	b.did = nil
	b.fill("count", "9")
	if len(b.did) != 1 || !strings.Contains(b.did[0], `"num_images":9`) || !strings.Contains(b.did[0], `"base_model":"runwayml/stable-diffusion-v1-5"`) {
		t.Error(b.did)
	}
}

func TestPreflight_spares_the_chain(t *testing.T) {
	b := open(t, connected())
	if b.looks() != 1 {
		t.Fatal(b.did)
	}
	b.now += lookEvery - 1 // a moment too early
	for _, n := range []string{"5", "6", "7"} {
		b.fill("count", n)
	}
	b.run(b.page.onLook)
	if b.looks() != 1 {
		t.Errorf("looked %d times within 5 s", b.looks())
	}
	b.now++
	deadline := time.Now().Add(5 * time.Second)
	for b.looks() == 1 && time.Now().Before(deadline) {
		b.run(func(app.Context, app.Event) {})
	}
	if b.looks() != 2 || !strings.Contains(strings.Join(b.did, ""), `"num_images":7`) {
		t.Errorf("the last change was forgotten: %q", b.did)
	}
}

func TestPreflight_looks_at_once_when_money_has_come(t *testing.T) {
	b := open(t, purseWith(0))
	before := b.looks()
	b.fill("count", "5") // waits for its turn
	b.become(func(s *State) { s.Purse.CNX, s.Purse.Native = units(150), units(0.1) })
	if b.looks() != before+1 {
		t.Errorf("looked %d times", b.looks()-before)
	}
	b.become(func(s *State) { s.RelayDown = true })
	if b.looks() != before+1 {
		t.Error("looked although nothing had changed")
	}
}
