//go:build !js

package runner_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"crynux-dapp/app/job"
	"crynux-dapp/app/runner"
	"crynux-dapp/app/task"
	"crynux-dapp/chain/devchain"
	"crynux-dapp/relay/devrelay"
)

func TestRelayThatIsLate(t *testing.T) {
	tests := []struct {
		name    string
		relay   devrelay.Faults
		nodes   devrelay.NodeFaults
		trouble job.Code // that was met on the way
	}{
		{"in sync", devrelay.Faults{LateSync: 20 * time.Second}, devrelay.NodeFaults{}, job.NotSynced},
		{"with the results", devrelay.Faults{LateResults: 20 * time.Second}, devrelay.NodeFaults{}, job.NotUploaded},
		{"because of the node", devrelay.Faults{}, devrelay.NodeFaults{LateResults: 30 * time.Second}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := begin(t, setup{})
			w.relay.SetFaults(tt.relay)
			w.nodes.SetFaults(tt.nodes)
			alice := w.rich()
			g := w.open(alice)
			met := g.troubles()
			g.finish(g.order(task.SD, sd(t, 2)))
			if want := tt.trouble; want != "" && !met(want) {
				t.Errorf("%s was not met", want)
			}
			if n := alice.asked("eth_sign"); n != 3 {
				t.Errorf("%d signatures for one upload and two results", n)
			}
		})
	}
}

// troubles notes what the jobs of a page meet.
func (g *page) troubles() (met func(job.Code) bool) {
	var codes []job.Code
	stop := g.Subscribe(func(s runner.Snapshot) {
		g.mu.Lock()
		defer g.mu.Unlock()
		for _, j := range s.Jobs {
			codes = append(codes, j.Trouble.Code)
		}
	})
	g.w.Cleanup(stop)
	return func(c job.Code) bool {
		g.mu.Lock()
		defer g.mu.Unlock()
		return slices.Contains(codes, c)
	}
}

func TestRelayThatIsDownForAWhile(t *testing.T) {
	for name, faults := range map[string]devrelay.Faults{
		"dead": {Down: true}, "bad gateway": {Gateway: 502}, "a page in HTML": {Gateway: 200}, "too many requests": {Gateway: 429}, "schema source": {SchemaDown: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t, setup{})
			w.relay.SetFaults(faults)
			alice := w.rich()
			g := w.open(alice)
			id := g.order(task.SD, sd(t, 2))
			s := g.when(id, "has tried three times", func(s job.State) bool {
				return s.Tries >= 3 && s.Trouble.Code == job.RelayDown || s.Phase.Ended() // it may be behind before
			})
			if s.Phase != job.Uploading || s.Trouble.Code != job.RelayDown || job.Hint(s) == "" {
				t.Errorf("%s, trouble %s, hint %q", s.Phase, s.Trouble.Code, job.Hint(s))
			}
			var contradicted atomic.Bool
			stop := g.Subscribe(func(s runner.Snapshot) {
				if !s.RelayDown || s.ChainDown {
					contradicted.Store(true)
				}
			})
			w.requestsForPolls(g, 4) // the chain answers meanwhile
			stop()
			if contradicted.Load() {
				t.Error("the page did not say all the time that the Relay is down, and only the Relay")
			}
			w.relay.SetFaults(devrelay.Faults{LateResults: 20 * time.Second})
			g.when(id, "asks for results", func(s job.State) bool { return s.Trouble.Code == job.NotUploaded || s.Phase.Ended() })
			w.relay.SetFaults(faults) // once more
			g.when(id, "meets it again", func(s job.State) bool { return s.Trouble.Code == job.RelayDown || s.Phase.Ended() })
			w.relay.SetFaults(devrelay.Faults{})
			g.finish(id)
			g.until("all is well", func(s runner.Snapshot) bool { return !s.RelayDown })
			if n := alice.asked("eth_sign"); n != 3 {
				t.Errorf("%d signatures for one upload and two results", n)
			}
		})
	}
}

// TestWrongFilesAreNeverVerified changes the first picture once on its way.
func TestWrongFilesAreNeverVerified(t *testing.T) {
	tests := []struct {
		name  string
		alter func([]byte) []byte
		code  job.Code
	}{
		{"another picture", func([]byte) []byte { return chessboard() }, job.ResultMismatch},
		{"a truncated picture", func(file []byte) []byte { return file[:len(file)/2] }, job.ResultDamaged},
		{"no picture", func([]byte) []byte { return []byte("GIF89a") }, job.ResultDamaged},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := begin(t, setup{})
			alice := w.rich()
			g := w.open(alice)
			g.http.alterOnce("/results/", tt.alter)
			id := g.order(task.SD, sd(t, 2))
			s := g.stops(id, tt.code)
			if s.Files[0].Verified || s.Verified() {
				t.Error("it counts as verified")
			}
			if p := job.Explain(s); !strings.Contains(p.Detail, "nothing is paid twice") {
				t.Errorf("it says %q", p.Detail)
			}
			g.retry(id)
			g.finish(id)
			if n := alice.asked("eth_sign"); n != 3 {
				t.Errorf("%d signatures: the second try needs none", n)
			}
		})
	}
	t.Run("another answer", func(t *testing.T) {
		w := begin(t, setup{})
		g := w.open(w.rich())
		g.http.alterOnce("/results/", func(file []byte) []byte { return append(bytes.TrimSpace(file), '\n', '\n') })
		id := g.order(task.GPT, gpt(t))
		if s := g.stops(id, job.ResultMismatch); s.Verified() {
			t.Error("it counts as verified")
		}
		g.retry(id)
		g.finish(id)
	})
	t.Run("a cut answer", func(t *testing.T) {
		w := begin(t, setup{})
		g := w.open(w.rich())
		g.http.alterOnce("/results/", func(file []byte) []byte { return file[:len(file)/2] })
		id := g.order(task.GPT, gpt(t))
		g.stops(id, job.ResultDamaged)
		g.retry(id)
		g.finish(id)
	})
}

// alterOnce changes one answer of the addresses that contain part.
func (t *transport) alterOnce(part string, alter func([]byte) []byte) {
	var done atomic.Bool
	t.setAlter(func(url string, answer []byte) []byte {
		if !strings.Contains(url, part) || bytes.HasPrefix(answer, []byte(`{"data"`)) || done.Swap(true) {
			return answer
		}
		return alter(answer)
	})
}

// chessboard is a picture with a hash unlike any that nodes draw.
func chessboard() []byte {
	picture := image.NewGray(image.Rect(0, 0, 128, 128))
	for x := range 128 {
		for y := range 128 {
			if (x/16+y/16)%2 == 0 {
				picture.Set(x, y, color.White)
			}
		}
	}
	var file bytes.Buffer
	if err := png.Encode(&file, picture); err != nil {
		panic(err)
	}
	return file.Bytes()
}

func TestRelayWhoseClockIsWrong(t *testing.T) {
	t.Run("by half a minute", func(t *testing.T) {
		w := begin(t, setup{})
		w.relay.SetFaults(devrelay.Faults{ClockSkew: -30 * time.Second})
		g := w.open(w.rich())
		g.finish(g.order(task.SD, sd(t, 1)))
	})
	t.Run("by an hour", func(t *testing.T) {
		w := begin(t, setup{})
		w.relay.SetFaults(devrelay.Faults{ClockSkew: time.Hour})
		alice := w.rich()
		g := w.open(alice)
		id := g.order(task.SD, sd(t, 1))
		s := g.stops(id, job.SignatureLate)
		if p := job.Explain(s); !strings.Contains(p.Remedy, "clock") {
			t.Errorf("it says %+v", p)
		}
		if n := alice.asked("eth_sign"); n != 3 {
			t.Errorf("asked for %d signatures, want one and two more", n)
		}
		w.relay.SetFaults(devrelay.Faults{})
		g.retry(id)
		g.finish(id)
	})
}

// TestSlowPersonIsAskedAgain confirms the first signature after its window.
func TestSlowPersonIsAskedAgain(t *testing.T) {
	w := begin(t, setup{})
	alice := w.rich()
	w.approve(alice, coins(30))
	g := w.open(alice)
	alice.Answer("eth_sign", devchain.Ask)
	id := g.order(task.SD, sd(t, 1))
	prompt, err := alice.AwaitPrompt(t.Context(), "eth_sign")
	w.must(err)
	w.chain.Clock().Advance(3 * time.Minute)
	w.must(alice.Decide(prompt.ID, devchain.Approve))
	g.finish(id)
	if n := alice.asked("eth_sign"); n != 3 {
		t.Errorf("%d signatures, want the late one and two more", n)
	}
}
