package view

import (
	"strings"
	"testing"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
)

func TestPage_shows_every_state(t *testing.T) {
	wrong := connected()
	wrong.Session.ChainID = 1
	private := connected()
	private.Persistent = false
	old := ready()
	old.Network = past
	none := ready()
	none.Wallets = nil
	down := ready()
	down.ChainDown = true
	denied := ready()
	denied.Session.Problem = job.Problem{Title: "You said no in the wallet", Quiet: true}
	poor := connected()
	poor.Session.CNX = units(0.05)

	for _, c := range []struct {
		name  string
		state State
		want  func(*browser)
	}{
		{"loading", State{}, func(b *browser) {
			b.wants("textbox: Prompt", "button: Connect wallet", "region: Results", "navigation: Main", "link: Chat")
			if b.find("button", "Generate").attr["disabled"] != "true" {
				b.t.Error("Generate can be pressed before anything is read")
			}
		}},
		{"newcomer", ready(), func(b *browser) {
			b.wants("button: Generate", "button: Arguments", "combobox: Model", "combobox: Network", "spinbutton: Width", "spinbutton: Height",
				"spinbutton: Pictures", "spinbutton: Steps", "spinbutton: Guidance (cfg)", "spinbutton: Seed", "textbox: Negative prompt",
				"checkbox: New random seed for every task", "button: Portrait")
			b.reads("region", "Results", "Connect a wallet", "Describe a picture", "Confirm in the wallet")
			b.reads("form", "New picture", "30 CNX", "7.5 a picture")
		}},
		{"two wallets", ready(), func(b *browser) {
			b.reads("dialog", "Connect a wallet", "Demo (signs digests)", "Demo (like today's MetaMask)")
			b.wants("button: Demo (signs digests)", "button: Demo (like today's MetaMask)")
		}},
		{"no wallet", none, func(b *browser) { b.reads("dialog", "Connect a wallet", "No wallet was found") }},
		{"connection refused", denied, func(b *browser) { b.reads("dialog", "Connect a wallet", "You said no in the wallet") }},
		{"connected", connected(), func(b *browser) {
			b.wants("button: Wallet "+me.Hex(), "dialog: Your wallet", "button: Disconnect")
			b.reads("group", "Balances", "964.5 CNX", "enough for 32 tasks", "0.9874 ETH for gas")
			if b.find("button", "Connect wallet") != nil {
				b.t.Error("a connected wallet can be connected again")
			}
		}},
		{"poor", poor, func(b *browser) {
			b.reads("group", "Balances", "0.05 CNX", "not enough for a task")
			b.reads("form", "New picture", "you have 0.05 CNX")
		}},
		{"chain down", down, func(b *browser) {
			b.reads("status", "The blockchain does not answer", "Trying again by itself; nothing is lost.", "Try now")
			before := b.looks()
			b.now += lookEvery
			b.run(b.page.onLook)
			if b.looks() != before+1 {
				b.t.Error("it was not tried")
			}
			b.become(func(s *State) { s.Elsewhere = true })
			b.reads("status", "The blockchain does not answer", "nothing is lost")
			if b.find("button", "Try now") != nil {
				b.t.Error("it can be tried in a tab that only shows")
			}
			b.become(func(s *State) { s.Elsewhere = false })
		}},
		{"wrong chain", wrong, func(b *browser) {
			b.reads("alert", "Your wallet is on another network", "Development network", "Switch network")
		}},
		{"storage refused", private, func(b *browser) {
			b.reads("status", "This browser stores nothing for this page", "A reload forgets your tasks")
		}},
		{"historical network", old, func(b *browser) {
			b.hides("30 CNX")
			if b.find("button", "Generate").attr["disabled"] != "true" {
				b.t.Error("a network of the past takes tasks")
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, c.state)
			c.want(b)
			b.isOrderly()
			b.nav("/chat")
			b.wants("textbox: Question", "button: Ask", "textbox: System text", "spinbutton: Max tokens", "spinbutton: Temperature")
			b.isOrderly()
		})
	}
}

func TestPage_follows_a_task(t *testing.T) {
	for phase, want := range map[job.Phase]string{
		job.Checking:        "Checking balances and nodes",
		job.AwaitApproval:   "Confirm the approval in your wallet It allows the task contract to take 30 CNX",
		job.ApprovalPending: "Waiting for the approval",
		job.AwaitCreate:     "Confirm the payment in your wallet It pays 30 CNX",
		job.CreatePending:   "Waiting for the payment",
		job.Uploading:       "Sending the task; sign in your wallet when asked",
		job.Running:         "The nodes are at work",
		job.Fetching:        "The nodes have agreed",
	} {
		t.Run(string(phase), func(t *testing.T) {
			b := open(t, connected(ordered(phase, "a lighthouse at dusk", 4)))
			b.reads("article", "Task: a lighthouse at dusk", want, "Allow the payment", "Fetch and verify", "4 s")
			b.isOrderly()
			running := 0
			b.dom().walk(func(n *node) {
				if n.attr["aria-current"] == "step" {
					running++
				}
			})
			if running != 1 {
				t.Errorf("%d steps run", running)
			}
		})
	}
}

func TestPage_shows_results(t *testing.T) {
	t.Run("four_verified_pictures", func(t *testing.T) {
		b := open(t, connected(drawn("a lighthouse at dusk", 4)), withPictures)
		b.wants("image: a lighthouse at dusk (1 of 4)", "image: a lighthouse at dusk (4 of 4)", "button: Open a lighthouse at dusk (2 of 4)",
			"button: Download a lighthouse at dusk (3 of 4)", "button: verified", "button: Use again")
		b.reads("dialog", "Why this is verified", "17", "No real model works there")
		b.reads("article", "Task: a lighthouse at dusk", "development network", "seed 42", "task 17", "30 CNX", "took 25 s")
		if img := b.find("image", "a lighthouse at dusk (1 of 4)"); img.attr["src"] != "blob:pic-0" || img.attr["width"] != "512" {
			t.Error(img.attr)
		}
		b.isOrderly()
	})
	t.Run("one_picture_is_named_by_its_prompt_alone", func(t *testing.T) {
		open(t, connected(drawn("a lighthouse", 1)), withPictures).wants("image: a lighthouse")
	})
	t.Run("pictures_on_their_way_keep_their_place", func(t *testing.T) {
		s := ordered(job.Fetching, "a lighthouse", 4)
		s.Files[0] = job.File{SHA256: "pic-0", Verified: true}
		s.Outcome.Published = true
		b := open(t, connected(s), withPictures)
		b.reads("article", "Task: a lighthouse", "Fetching result 2 of 4")
		places := 0
		b.dom().walk(func(n *node) {
			if n.tag == "canvas" && n.attr["width"] == "512" {
				places++
			}
		})
		if places != 3 {
			t.Errorf("%d places", places)
		}
		if b.find("button", "verified") != nil {
			t.Error("verified before it is complete")
		}
	})
	t.Run("a_file_that_is_gone_is_said", func(t *testing.T) {
		b := open(t, connected(drawn("a lighthouse", 1)))
		b.reads("region", "Results", "no longer in this browser's storage")
		if b.find("image", "a lighthouse") != nil {
			t.Error("a picture without bytes")
		}
	})
	t.Run("answers", func(t *testing.T) {
		b := open(t, connected(answered("How does it work?")), func(b *browser) { b.files["answer"] = answerFile("By light.", "With a lens.") })
		b.nav("/chat")
		b.reads("region", "Answer", "By light.", "With a lens.", "2 of 2", "12 tokens read, 34 written")
		b.wants("button: verified", "button: Copy", "button: Download")
		b.isOrderly()
	})
	t.Run("an_answer_that_cannot_be_read_is_said", func(t *testing.T) {
		b := open(t, connected(answered("How?")), func(b *browser) { b.files["answer"] = []byte("<html>") })
		b.nav("/chat")
		b.reads("region", "Results", "cannot be read")
	})
	t.Run("what_does_not_match_the_chain_is_not_verified", func(t *testing.T) {
		s := failed(job.Fetching, job.Fault{Code: job.ResultMismatch})
		s.Files[0] = job.File{SHA256: "pic-0"}
		b := open(t, connected(s), withPictures)
		b.reads("article", "Task: a lighthouse at dusk", "not verified", "does not match the blockchain", "Fetch again")
		if b.find("button", "verified") != nil {
			t.Error("called verified")
		}
	})
}

func TestPage_says_what_went_wrong(t *testing.T) {
	for _, c := range []struct {
		name  string
		task  job.State
		texts []string
	}{
		{"rejected", failed(job.AwaitCreate, job.Fault{Code: job.Rejected}), []string{"You said no in the wallet", "Ask again", "Remove", "Copy details"}},
		{"not enough CNX", failed(job.Checking, job.Fault{Code: job.NotEnoughCNX, Need: units(30), Have: units(0.05)}), []string{"Not enough CNX", "has 0.05 CNX", "Nothing was charged", "Check again"}},
		{"aborted", aborted("Task error reported"), []string{"The network ended the task", "10 CNX came back", "Remove"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, connected(c.task))
			b.reads("article", "Task: a lighthouse at dusk", c.texts...)
			b.isOrderly()
		})
	}
	t.Run("what_may_be_paid_cannot_be_removed", func(t *testing.T) {
		s := failed(job.AwaitCreate, job.Fault{Code: job.TxWaiting})
		s.Create.Asked = now
		if b := open(t, connected(s)); b.find("button", "Remove") != nil {
			t.Error("a payment on its way can be forgotten")
		}
	})
	t.Run("only_what_stops_now_is_announced", func(t *testing.T) {
		b := open(t, connected(failed(job.Checking, job.Fault{Code: job.NoFreeNodes})))
		if b.find("alert", "No free nodes for this task") != nil {
			t.Error("an old failure is announced")
		}
		b.become(func(s *State) { s.Jobs = []job.State{s.Jobs[0]}; s.Jobs[0].Since = now + 1 })
		b.wants("alert: No free nodes for this task")
	})
}

func TestPage_announces_each_step_once(t *testing.T) {
	b := open(t, connected(ordered(job.AwaitApproval, "a lighthouse", 1)))
	said := func() string { return b.page.status }
	if said() != "" {
		t.Errorf("says %q about what was there before", said())
	}
	b.become(func(s *State) {
		next := ordered(job.ApprovalPending, "a lighthouse", 1)
		next.ID = s.Jobs[0].ID
		s.Jobs = []job.State{next}
	})
	if said() != "Waiting for the approval to be mined" {
		t.Errorf("says %q", said())
	}
	b.page.status = ""
	b.now += 60_000
	b.become(func(*State) {})
	if said() != "" {
		t.Errorf("says %q again", said())
	}
}

func TestPage_wallet(t *testing.T) {
	t.Run("the_only_wallet_is_asked_at_once", func(t *testing.T) {
		s := ready()
		s.Wallets = s.Wallets[:1]
		b := open(t, s)
		b.run(b.page.onConnect)
		if !b.asked("connect a") {
			t.Error(b.did)
		}
	})
	t.Run("the_dialog_makes_room_for_the_wallet", func(t *testing.T) {
		b := open(t, ready())
		b.did = nil
		b.run(b.page.onConnect)
		b.run(b.page.pick("b"))
		if got := strings.Join(b.did, ", "); got != "show wallet-dialog, close wallet-dialog, connect b" {
			t.Error(got)
		}
	})
	t.Run("a_refusal_is_shown_where_another_can_be_chosen", func(t *testing.T) {
		b := open(t, ready())
		b.become(func(s *State) { s.Session.Connecting = "a" })
		b.did = nil
		b.become(func(s *State) { s.Session = Session{Problem: job.Problem{Title: "You said no in the wallet"}} })
		if !b.asked("show wallet-dialog") {
			t.Error(b.did)
		}
	})
	t.Run("a_task_is_not_paid_by_connecting", func(t *testing.T) {
		b := open(t, ready())
		b.fill("prompt", "a fox")
		b.run(b.page.onSubmit(&b.page.image))
		if !b.asked("show wallet-dialog") || len(b.submitted) > 0 {
			t.Error(b.did)
		}
		b.become(func(s *State) { s.Session = connected().Session })
		if len(b.submitted) > 0 || !b.asked("focus send") {
			t.Error(b.did, b.submitted)
		}
	})
	t.Run("nothing_is_sent_on_another_chain", func(t *testing.T) {
		s := connected()
		s.Session.ChainID = 1
		b := open(t, s)
		b.fill("prompt", "a fox")
		b.run(b.page.onSubmit(&b.page.image))
		if len(b.submitted) > 0 || !b.asked("focus "+switchID) {
			t.Error(b.did)
		}
	})
}

func TestPage_lightbox_walks_round(t *testing.T) {
	b := open(t, connected(drawn("a fox", 3)), withPictures)
	b.run(b.page.openBox("job-done", 2))
	b.wants("dialog: a fox (3 of 3)", "button: Next picture", "button: Previous picture")
	if !b.asked("show lightbox") {
		t.Error(b.did)
	}
	b.run(b.page.turn(1))
	b.wants("dialog: a fox (1 of 3)")
	b.run(b.page.turn(-1))
	b.wants("dialog: a fox (3 of 3)")
}

func TestPage_download_is_named_by_the_task(t *testing.T) {
	b := open(t, connected(drawn("A fox, in the snow!", 2)), withPictures)
	b.fill("prompt", "something else")
	b.run(b.page.download("job-done", 1))
	if !b.asked("download a-fox-in-the-snow-task17-2.png image/png") {
		t.Error(b.did)
	}
}

func TestPage_lists_a_dozen_and_then_more(t *testing.T) {
	var jobs []job.State
	for i := range 30 {
		s := drawn("a fox", 1)
		s.ID = string(rune('a' + i))
		jobs = append(jobs, s)
	}
	b := open(t, connected(jobs...), withPictures)
	count := func() (n int) {
		b.dom().walk(func(c *node) {
			if c.tag == "article" {
				n++
			}
		})
		return n - 1 // the wallet
	}
	if count() != 12 {
		t.Errorf("%d tasks", count())
	}
	b.wants("button: Show more")
	b.isOrderly()
	b.run(b.page.onMore)
	b.run(b.page.onMore)
	if count() != 30 || b.find("button", "Show more") != nil {
		t.Errorf("%d tasks", count())
	}
}

func TestPage_draws_hostile_texts(t *testing.T) {
	for _, prompt := range []string{`<script>alert(1)</script> "x" & 'y'`, "منارة عند الغروب", "黄昏时分的灯塔", "👩‍🚀🌊", strings.Repeat("wort", 1000), "a\u2028b"} {
		b := open(t, connected(drawn(prompt, 1)), withPictures)
		title := b.state.Jobs[0].Order.Title
		b.wants("image: " + title)
		b.isOrderly()
		if !strings.Contains(b.dom().words(), strings.Join(strings.Fields(prompt), " ")) {
			t.Errorf("%.40q is not shown as it is", prompt)
		}
		b.dom().walk(func(n *node) {
			if n.tag == "script" {
				t.Error("a prompt became an element")
			}
		})
	}
}

func TestPage_shows_the_drafts_of_the_last_visit(t *testing.T) {
	draft, err := task.SDArgs{BaseModel: "stabilityai/stable-diffusion-xl-base-1.0", Prompt: "a draft", TaskConfig: task.TaskConfig{ImageWidth: 768, NumImages: 2}}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	t.Run("restored", func(t *testing.T) {
		b := open(t, State{Networks: ready().Networks, Models: ready().Models})
		b.become(func(s *State) { *s = ready(); s.Drafts[task.SD] = string(draft) })
		if b.values["prompt"] != "a draft" || b.values["width"] != "768" || b.values["height"] != "" || b.values["count"] != "2" {
			t.Errorf("%q", b.values)
		}
	})
	t.Run("what_was_typed_before_the_program_ran_wins", func(t *testing.T) {
		s := ready()
		s.Drafts[task.SD] = string(draft)
		b := open(t, s, func(b *browser) { b.typed = "typed early" })
		if b.values["prompt"] != "typed early" || b.values["width"] != "768" || !b.asked("focus prompt") || !b.asked("caret prompt 2") {
			t.Errorf("%q %q", b.values, b.did)
		}
	})
	t.Run("a_draft_the_form_cannot_hold_opens_the_editor", func(t *testing.T) {
		s := ready()
		s.Drafts[task.SD] = `{"base_model":"m","prompt":"p","task_config":{"num_images":1},"new_option":true}`
		b := open(t, s)
		b.wants("textbox: Arguments")
		if !strings.Contains(b.values["image-arguments"], `"new_option": true`) {
			t.Error(b.values["image-arguments"])
		}
	})
	t.Run("text_survives_a_look_at_the_other_page", func(t *testing.T) {
		b := open(t, ready())
		b.values["prompt"] = "half a thought " // no change event yet
		b.nav("/chat")
		b.values["question"] = "half a question"
		b.nav("/")
		if b.values["prompt"] != "half a thought " {
			t.Errorf("%q", b.values["prompt"])
		}
		b.nav("/chat")
		if b.values["question"] != "half a question" {
			t.Errorf("%q", b.values["question"])
		}
	})
}
