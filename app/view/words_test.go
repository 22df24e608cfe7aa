package view

import (
	"strings"
	"testing"

	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
)

func TestFileName_is_readable_and_safe(t *testing.T) {
	for title, want := range map[string]string{
		"A fox, in the snow!":            "a-fox-in-the-snow-task17-1.png",
		"../../etc/passwd":               "etc-passwd-task17-1.png",
		"CON":                            "con-task17-1.png",
		"黄昏":                             "crynux-task17-1.png",
		"":                               "crynux-task17-1.png",
		strings.Repeat("lighthouse ", 9): "lighthouse-lighthouse-lighthouse-lightho-task17-1.png",
		"a 🌊 b":                          "a-b-task17-1.png",
	} {
		s := drawn("x", 1)
		s.Order.Title = title
		if got := fileName(s, 0); got != want {
			t.Errorf("%.20q: %s", title, got)
		}
	}
	s := answered("How?")
	if got := fileName(s, 0); got != "how-task17.json" {
		t.Error(got)
	}
}

func TestTasksText_never_promises_too_much(t *testing.T) {
	for _, c := range []struct {
		balance, fee float64
		want         string
	}{
		{29.999999, 30, "not enough for a task"}, {0, 30, "not enough for a task"}, {30, 30, "enough for 1 task"}, {89.9, 30, "enough for 2 tasks"},
		{1e6, 30, "enough for thousands of tasks"}, {5, 0, ""},
	} {
		if got := tasksText(units(c.balance), units(c.fee)); got != c.want {
			t.Errorf("%v of %v: %q", c.balance, c.fee, got)
		}
	}
}

func TestBrief_fits_and_is_true(t *testing.T) {
	var huge uint256.Int
	huge.Not(&huge)
	for _, c := range []struct {
		amount uint256.Int
		want   string
	}{
		{units(0), "0 CNX"}, {units(0.05), "0.05 CNX"}, {units(0.001), "<0.01 CNX"}, {units(964.5), "964.5 CNX"}, {units(999999.99), "999999.99 CNX"},
		{units(1e6), "1 million CNX"}, {units(12_345_678), "12.3 million CNX"}, {units(1e12), "> 1 trillion CNX"}, {huge, "> 1 trillion CNX"},
	} {
		if got := brief(c.amount); got != c.want {
			t.Errorf("%s: %q", c.amount.Dec(), got)
		}
	}
}

func TestSeconds_are_said_as_people_say_them(t *testing.T) {
	for millis, want := range map[int64]string{0: "under 1 s", 499: "under 1 s", 500: "1 s", 59_400: "59 s", 59_500: "1 min 0 s", 95_000: "1 min 35 s", 3_600_000: "1 h 0 min", 7_260_000: "2 h 1 min"} {
		if got := seconds(millis); got != want {
			t.Errorf("%d: %q", millis, got)
		}
	}
}

func TestShort_keeps_both_ends(t *testing.T) {
	if got := short(me.Hex()); got != "0x5aAe…eAed" {
		t.Error(got)
	}
	if got := short("0x1"); got != "0x1" {
		t.Error(got)
	}
}

func TestPhrase_has_words_for_every_phase(t *testing.T) {
	for _, phase := range []job.Phase{job.Checking, job.AwaitApproval, job.ApprovalPending, job.AwaitCreate, job.CreatePending, job.Uploading, job.Running, job.CancelChecking, job.AwaitCancel, job.CancelPending, job.Fetching, job.Done, job.Aborted, job.Failed} {
		for _, count := range []int{1, 4} {
			s := ordered(job.Running, "x", count)
			s.Phase = phase
			for _, published := range []bool{false, true} {
				if s.Outcome.Published = published; phrase(s) == "" || !phase.Ended() && meaning(s) == "" {
					t.Errorf("%s says nothing", phase)
				}
			}
		}
	}
}

func TestSummary_shows_what_was_asked(t *testing.T) {
	long := strings.Repeat("a long prompt ", 100)
	if got := summarize(drawn(long, 1).Order); got.text != long || got.model != "runwayml/stable-diffusion-v1-5" || got.seed != "42" || got.width != 512 {
		t.Errorf("%+v", got)
	}
	if got := summarize(answered("How?").Order); got.text != "How?" || got.model != "mistralai/Mistral-7B-Instruct-v0.1" {
		t.Errorf("%+v", got)
	}
	if got := summarize(job.Order{Kind: task.SD, Args: "garbage", Title: "title"}); got.text != "title" || got.width != 512 {
		t.Errorf("%+v", got)
	}
}
