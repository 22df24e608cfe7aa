package view

import (
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
)

// in shows the dialog of the task wallet in a state.
func in(t *testing.T, s State) *browser {
	t.Helper()
	b := open(t, s)
	b.run(b.page.onPurse)
	b.did = nil
	return b
}

func TestPurse_shows_every_state(t *testing.T) {
	with := func(s State, change func(*Purse)) State {
		change(&s.Purse)
		return s
	}
	for _, c := range []struct {
		name  string
		state State
		want  func(*browser)
	}{
		{"not made", unmade(), func(b *browser) {
			b.wants("button: Set up task wallet", "region: Set up the task wallet", "button: Make task wallet", "form: Open the backup")
			b.reads("dialog", "Task wallet", "Your wallet will show the same text twice. That signature is the key of your task wallet, a small purse in this page. "+
				"Put in only what you would carry in a pocket: whoever gets the signature, or changes the page at crynux.example.org, can spend it. Your own wallet stays out of reach.",
				"Your wallet will ask 2 times now, for signatures that cost nothing, and then for 2 transfers")
			b.hides("The Relay wants signatures", "I trust this copy", "Unlock with one signature")
			if b.off("Make task wallet") {
				b.t.Error("it cannot be made")
			}
		}},
		{"not made, gas free", func() State {
			s := lookedAt(unmade())
			s.Preflight.Gas.Clear()
			return s
		}(), func(b *browser) { b.reads("dialog", "Task wallet", "and then for 1 transfer of what you choose") }},
		{"being made", with(unmade(), func(p *Purse) { p.Step = "Waiting for the same signature once more" }), func(b *browser) {
			b.reads("dialog", "Task wallet", "Waiting for the same signature once more")
			b.wants("status: Waiting for the same signature once more")
			if !b.off("Make task wallet") {
				b.t.Error("it can be asked for twice")
			}
		}},
		{"another copy", with(unmade(), func(p *Purse) { p.Foreign, p.Host = true, "copy.example.net" }), func(b *browser) {
			b.reads("region", "Another copy of the page", "This copy at copy.example.net opens the task wallet of crynux.example.org. Go on only if you trust this copy.")
			b.wants("checkbox: I trust this copy at copy.example.net")
			if !b.off("Make task wallet") {
				b.t.Error("nobody said that they trust the copy")
			}
		}},
		{"refused", with(unmade(), func(p *Purse) { p.Refused, p.Elsewhere = true, "https://cid.ipfs.example.net/" }), func(b *browser) {
			b.reads("region", "No task wallet at this address", "All pages of this gateway share one origin", "nothing was charged")
			if link := b.find("link", "Open the page there"); link == nil || link.attr["href"] != "https://cid.ipfs.example.net/" {
				b.t.Error("there is no way to the other address")
			}
			if b.find("button", "Make task wallet") != nil {
				b.t.Error("it can be made")
			}
		}},
		{"refused, nowhere else", with(unmade(), func(p *Purse) { p.Refused = true }), func(b *browser) {
			b.reads("region", "No task wallet at this address", "Open this page under an address of its own")
			if b.find("link", "Open the page there") != nil {
				b.t.Error("a link to nowhere")
			}
		}},
		{"not derivable", with(unmade(), func(p *Purse) {
			p.Underivable, p.Problem = true, job.Problem{Title: "This wallet cannot make the key"}
		}), func(b *browser) {
			b.reads("region", "This wallet cannot make the key", "does not give the same signature twice, or it is a contract",
				"This key cannot be made again from your wallet. It exists only in the backup file. Without the file and its password the money in it is gone.")
			b.wants("button: Use a random key")
			if b.find("alert", "This wallet cannot make the key") != nil {
				b.t.Error("said twice")
			}
		}},
		{"said no", with(unmade(), func(p *Purse) { p.Problem = job.Problem{Title: "You said no in the wallet", Quiet: true} }), func(b *browser) {
			b.wants("alert: You said no in the wallet", "button: Make task wallet")
		}},
		{"locked", locked(), func(b *browser) {
			b.wants("button: Unlock task wallet", "button: Unlock with one signature", "form: Open the backup")
			b.reads("region", "The task wallet is locked", "84 CNX", "0.0123 ETH", "about 2 tasks", purseAt.Hex())
		}},
		{"locked, another copy", with(locked(), func(p *Purse) { p.Foreign, p.Host = true, "copy.example.net" }), func(b *browser) {
			b.wants("checkbox: I trust this copy at copy.example.net")
			if !b.off("Unlock with one signature") {
				b.t.Error("nobody said that they trust the copy")
			}
		}},
		{"locked, by chance", with(locked(), func(p *Purse) { p.Random = true }), func(b *browser) {
			b.reads("region", "The task wallet is locked", "Only its backup file opens it")
			b.wants("button: Choose the file and open it")
			if b.find("button", "Unlock with one signature") != nil {
				b.t.Error("a signature is asked for that opens nothing")
			}
		}},
		{"by chance, not backed up", randomPurse(), func(b *browser) {
			b.reads("region", "Back up", "Without the file and its password the money in it is gone.")
			b.wants("form: Save the backup", "form: Prove the backup", "password field: New password of the file", "password field: The same password again", "password field: Password of the file")
			if b.find("spinbutton", "Number of tasks") != nil || b.find("button", "Add funds") != nil {
				b.t.Error("money can go in without a way back")
			}
		}},
		{"empty", purseWith(0), func(b *browser) {
			b.wants("button: Task wallet: 0 CNX not enough for a task", "spinbutton: Number of tasks", "button: Send 150 CNX and 0.0285 ETH")
			b.reads("region", "Add funds", "Put in only what you would carry in a pocket", "150 CNX", "0.0285 ETH", "Your wallet will ask 2 times: first for the coins for gas, then for the CNX.")
			if b.values[fundID] != "5" {
				b.t.Errorf("%q tasks", b.values[fundID])
			}
		}},
		{"paying in", with(purseWith(0), func(p *Purse) {
			p.Step, p.Payments = "Confirm the CNX in your wallet", []Payment{{Amount: units(0.0285), Hash: common.HexToHash("0xfeed")}, {CNX: true, Amount: units(150)}}
		}), func(b *browser) {
			b.reads("region", "Transfers on the way", "do not send again", "0.0285 ETH", "0x0000…feed", "150 CNX")
			if !b.off("Send 150 CNX and 0.0285 ETH") {
				b.t.Error("it can be sent twice")
			}
		}},
		{"low", purseWith(1), func(b *browser) {
			b.wants("button: Task wallet: 30 CNX about 1 task", "note: Enough for one more task. Add funds before it runs out.", "button: Add funds")
		}},
		{"open", purseWith(5), func(b *browser) {
			b.wants("button: Task wallet: 150 CNX about 5 tasks", "button: Add funds", "button: Back up", "button: Take everything out", "button: Lock", "button: Copy address")
			b.reads("region", "The task wallet is open", "150 CNX", "0.0123 ETH", "about 5 tasks", purseAt.Hex())
			b.hides("Add funds before it runs out", "Number of tasks")
		}},
		{"open, used elsewhere", with(purseWith(0), func(p *Purse) { p.Used = true }), func(b *browser) {
			b.reads("region", "The task wallet is open", "This key was used before, somewhere else, and holds no CNX now.")
		}},
		{"open, nothing known", with(purseWith(5), func(p *Purse) { p.Known = false }), func(b *browser) {
			b.reads("region", "The task wallet is open", "CNX … For gas …")
			b.hides("Add funds before")
		}},
		{"on another chain", func() State {
			s := unmade()
			s.Session.ChainID = 1
			return s
		}(), func(b *browser) {
			b.reads("dialog", "Task wallet", "Nothing can be made or sent before it is on Development network.")
			b.wants("button: Switch the wallet")
			if !b.off("Make task wallet") {
				b.t.Error("the wallet is asked on another chain")
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := in(t, c.state)
			c.want(b)
			b.isOrderly()
		})
	}
}

func TestPurse_chip_says_what_is_set_up_or_unlocked(t *testing.T) {
	for want, s := range map[string]State{"Set up task wallet": unmade(), "Unlock task wallet": locked()} {
		b := open(t, s)
		b.reads("button", want, want) // by its name, and in sight
		b.isOrderly()
	}
}

func TestPurse_says_why_the_text_names_this_computer_in_another_way(t *testing.T) {
	const why = "The text names localhost: all addresses of this computer have the same task wallet."
	at := func(s State, site, host string, foreign bool) State {
		s.Purse.Site, s.Purse.Host, s.Purse.Foreign = site, host, foreign
		return s
	}
	for name, s := range map[string]State{"by number": at(unmade(), "localhost", "127.0.0.1:8080", false), "locked": at(locked(), "localhost", "[::1]:8080", false)} {
		if b := in(t, s); !strings.Contains(b.find("dialog", "Task wallet").words(), why) {
			t.Errorf("%s: it is not said", name)
		}
	}
	for name, s := range map[string]State{
		"by name":            at(unmade(), "localhost", "localhost:8080", false),
		"a copy from afar":   at(unmade(), "localhost", "copy.example.net", true),
		"a site of its own":  at(unmade(), "crynux.example.org", "127.0.0.1:8080", true),
		"an ordinary domain": unmade(),
	} {
		t.Run(name, func(t *testing.T) { in(t, s).hides("all addresses of this computer") })
	}
}

func TestPurse_is_nowhere_without_a_place_for_it(t *testing.T) {
	for name, s := range map[string]State{"no wallet": ready(), "no second program": connected()} {
		t.Run(name, func(t *testing.T) {
			b := open(t, s)
			for _, button := range []string{"Set up task wallet", "Unlock task wallet", "Task wallet"} {
				if b.find("button", button) != nil {
					t.Errorf("there is a button %q", button)
				}
			}
		})
	}
}

func TestPurse_is_asked_for_by_a_task(t *testing.T) {
	run := func(t *testing.T, s State) *browser {
		b := open(t, s)
		b.fill("prompt", "a fox")
		b.did = nil
		b.run(b.page.onSubmit(&b.page.image))
		return b
	}
	for name, s := range map[string]State{"not made": unmade(), "locked": locked(), "empty": purseWith(0), "not backed up": randomPurse()} {
		t.Run(name, func(t *testing.T) {
			b := run(t, s)
			if len(b.submitted) > 0 || !b.asked("show purse-dialog") {
				t.Error(b.did, b.submitted)
			}
			b.reads("dialog", "Task wallet", "The Relay wants signatures that wallets no longer make; a small purse in this page makes them.")
		})
	}
	t.Run("but_not_where_the_wallet_signs_itself", func(t *testing.T) {
		s := unmade()
		s.Direct = true
		if b := run(t, s); len(b.submitted) != 1 {
			t.Error(b.did)
		}
	})
	t.Run("nor_with_money_in_it", func(t *testing.T) {
		if b := run(t, purseWith(5)); len(b.submitted) != 1 {
			t.Error(b.did)
		}
	})
	t.Run("nor_when_a_newer_reading_has_money", func(t *testing.T) {
		s := lookedAt(purseWith(0))
		s.Preflight.CNX = units(30)
		if b := run(t, s); len(b.submitted) != 1 {
			t.Error(b.did)
		}
	})
	t.Run("whatever_chain_the_wallet_is_on", func(t *testing.T) {
		s := purseWith(5)
		s.Session.ChainID = 1
		b := run(t, s)
		if len(b.submitted) != 1 {
			t.Error(b.did)
		}
		if b.find("alert", "Your wallet is on another network") != nil {
			t.Error("the wallet is asked to switch for nothing")
		}
	})
	t.Run("and_never_pays_by_itself", func(t *testing.T) {
		b := run(t, unmade())
		for _, next := range []State{locked(), purseWith(0), purseWith(5)} {
			b.become(func(s *State) { *s = next })
		}
		if len(b.submitted) > 0 {
			t.Fatal("a task was started without a click")
		}
		b.reads("region", "Back to your task", "your task waits for your click")
		b.run(b.page.closePurse)
		b.run(b.page.onPurseClosed) // as the browser tells it
		if !b.asked("close purse-dialog") || b.did[len(b.did)-1] != "focus "+sendID {
			t.Error(b.did)
		}
		b.run(b.page.onSubmit(&b.page.image))
		if len(b.submitted) != 1 {
			t.Error(b.did)
		}
	})
}

func TestPurse_make(t *testing.T) {
	t.Run("asks_the_wallet", func(t *testing.T) {
		b := in(t, unmade())
		b.run(b.page.onMakePurse)
		if !b.asked("make purse") {
			t.Error(b.did)
		}
	})
	t.Run("another_copy_must_be_trusted_first", func(t *testing.T) {
		s := unmade()
		s.Purse.Foreign = true
		b := in(t, s)
		b.run(b.page.onMakePurse)
		if b.asked("make purse") {
			t.Fatal("the wallet was asked")
		}
		b.run(b.page.onTrust)
		if b.off("Make task wallet") {
			t.Error("trusted in vain")
		}
		b.run(b.page.onMakePurse)
		if !b.asked("make purse") {
			t.Error(b.did)
		}
	})
	t.Run("trust_is_asked_for_each_time", func(t *testing.T) {
		s := unmade()
		s.Purse.Foreign = true
		b := in(t, s)
		b.run(b.page.onTrust)
		b.run(b.page.onPurseClosed)
		b.run(b.page.onPurse)
		if !b.off("Make task wallet") {
			t.Error("trusted for ever")
		}
	})
	t.Run("the_focus_follows_the_cards", func(t *testing.T) {
		b := in(t, unmade())
		for _, next := range []struct {
			s     State
			focus string
		}{{purseWith(0), "fund"}, {purseWith(3), "open"}, {locked(), "locked"}} {
			b.did = nil
			b.become(func(s *State) { *s = next.s })
			if !b.asked("focus purse-" + next.focus) {
				t.Error(next.focus, b.did)
			}
			b.did = nil
			b.become(func(*State) {})
			if slices.ContainsFunc(b.did, func(d string) bool { return strings.HasPrefix(d, "focus") }) {
				t.Error("the focus is taken away again:", b.did)
			}
		}
	})
	t.Run("what_comes_while_the_dialog_is_closed_takes_no_focus", func(t *testing.T) {
		b := open(t, unmade())
		b.did = nil
		b.become(func(s *State) { *s = purseWith(0) })
		if slices.ContainsFunc(b.did, func(d string) bool { return strings.HasPrefix(d, "focus") || strings.HasPrefix(d, "funding") }) {
			t.Error(b.did)
		}
	})
}

func TestPurse_says_what_was_done(t *testing.T) {
	for _, c := range []struct {
		name          string
		before, after State
		act           purseAct
		want          string
	}{
		{"made", unmade(), purseWith(0), actNone, "The task wallet is open."},
		{"filled", purseWith(0), purseWith(5), actFund, "The transfers have arrived."},
		{"emptied", purseWith(5), purseWith(0), actSweep, "It was sent."},
		{"proven", randomPurse(), func() State {
			s := randomPurse()
			s.Purse.BackedUp = true
			return s
		}(), actNone, "The backup opens: it is proven."},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := in(t, c.before)
			b.run(b.page.choose(c.act))
			b.become(func(s *State) { s.Purse.Step = "Working" })
			b.wants("status: Working")
			b.become(func(s *State) { *s = c.after })
			b.wants("status: " + c.want)
		})
	}
	t.Run("not_when_it_failed", func(t *testing.T) {
		b := in(t, purseWith(5))
		b.run(b.page.choose(actSweep))
		b.become(func(s *State) { s.Purse.Step = "Working" })
		b.become(func(s *State) { s.Purse.Step, s.Purse.Problem.Title = "", "The network refused the transaction" })
		b.wants("alert: The network refused the transaction", "button: Send everything back")
		b.hides("It was sent.")
	})
}

func TestPurse_take_out(t *testing.T) {
	t.Run("is_confirmed_with_the_target_in_view", func(t *testing.T) {
		b := in(t, purseWith(5))
		b.run(b.page.choose(actSweep))
		b.reads("region", "Take everything out", "150 CNX and 0.0123 ETH go back to the owner", me.Hex())
		b.wants("button: Send everything back", "button: Keep it")
		if b.asked("sweep") {
			t.Error("sent without a second click")
		}
		b.isOrderly()
		b.run(b.page.choose(actNone))
		b.hides("Send everything back")
	})
	t.Run("says_what_stays_for_a_running_task", func(t *testing.T) {
		s := purseWith(5)
		running := ordered(job.Running, "a fox", 1)
		running.Order.Account = purseAt
		s.Jobs = []job.State{running}
		b := in(t, s)
		b.run(b.page.choose(actSweep))
		b.reads("region", "Take everything out", "While a task runs the coins for gas stay")
	})
	t.Run("of_nothing_is_impossible", func(t *testing.T) {
		s := purseWith(0)
		s.Purse.Native.Clear()
		b := in(t, s)
		b.run(b.page.choose(actSweep))
		b.reads("region", "Take everything out", "There is nothing in it.")
		if !b.off("Send everything back") {
			t.Error("nothing can be sent")
		}
	})
}

func TestPurse_address_is_copied(t *testing.T) {
	b := in(t, purseWith(5))
	b.run(b.page.copyAddress)
	b.wants("status: Address copied")
	if !b.asked("copy " + purseAt.Hex()) {
		t.Error(b.did)
	}
}

func TestPurse_pays_in_other_words_than_a_wallet(t *testing.T) {
	for phase, want := range map[job.Phase]string{
		job.AwaitApproval: "Allowing the payment",
		job.AwaitCreate:   "Paying for the task",
		job.Uploading:     "Sending the task The task wallet signs it",
	} {
		s := ordered(phase, "a fox", 4)
		s.Order.Hand = job.ByTaskWallet
		b := open(t, connected(s))
		b.reads("article", "Task: a fox", want)
		b.hides("in your wallet")
	}
	s := ordered(job.Fetching, "a fox", 4)
	s.Order.Hand, s.Outcome.Published = job.ByTaskWallet, true
	b := open(t, connected(s))
	b.reads("article", "Task: a fox", "Fetching result 1 of 4 The task wallet signs for each result.")
}

func TestPurse_welcomes_a_newcomer(t *testing.T) {
	open(t, unmade()).reads("region", "Results", "Fill the task wallet", "two signatures make it and two transfers fill it")
	s := unmade()
	s.Direct = true
	open(t, s).reads("region", "Results", "Confirm in the wallet")
}

// The kinds of tasks pay alike.
func TestPurse_is_asked_for_by_a_question(t *testing.T) {
	b := open(t, unmade())
	b.nav("/chat")
	b.values["question"] = "How?"
	b.run(b.page.onSubmit(&b.page.chat))
	if len(b.submitted) > 0 || !b.asked("show purse-dialog") {
		t.Error(b.did)
	}
	b.become(func(s *State) { *s = purseWith(2) })
	b.run(b.page.onSubmit(&b.page.chat))
	if len(b.submitted) != 1 || !b.asked("submit "+task.GPT.String()) {
		t.Error(b.did)
	}
}
