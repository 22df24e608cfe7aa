package view

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
)

// The states of the page that tests show.

func units(n float64) uint256.Int {
	return *new(uint256.Int).Mul(uint256.NewInt(uint64(n*1e6)), uint256.NewInt(1e12))
}

var me = common.HexToAddress("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")

var devnet = Network{ID: "dev", Name: "Development network", ChainID: 1337, Fee: units(30), Coin: "ETH", Development: true}

var past = Network{ID: "gen1", Name: "Crynux, generation 1 (17 January 2024)", ChainID: 42, Fee: units(30), Historical: true}

// ready is the page of a newcomer.
func ready() State {
	return State{
		Ready: true, Persistent: true, Network: devnet, Networks: []Network{devnet, past},
		Models: Models{
			Image: []Model{
				{ID: "runwayml/stable-diffusion-v1-5", Name: "Stable Diffusion 1.5", Width: 512, Height: 512, Steps: 25, CFG: 7},
				{ID: "stabilityai/stable-diffusion-xl-base-1.0", Name: "Stable Diffusion XL", Width: 1024, Height: 1024, Steps: 30, CFG: 5},
			},
			Text: []Model{
				{ID: "mistralai/Mistral-7B-Instruct-v0.1", Name: "Mistral 7B Instruct"},
				{ID: "Qwen/Qwen2.5-7B-Instruct", Name: "Qwen 2.5 7B Instruct"},
			},
		},
		Wallets: []Wallet{{ID: "a", Name: "Demo (signs digests)"}, {ID: "b", Name: "Demo (like today's MetaMask)"}},
	}
}

// connected is the page with a wallet.
func connected(jobs ...job.State) State {
	s := ready()
	s.Session = Session{Connected: true, Wallet: s.Wallets[0], Account: me, ChainID: devnet.ChainID, Known: true, Native: units(0.98741), CNX: units(964.5)}
	s.Jobs = jobs
	return s
}

// ordered is a picture task in a phase.
func ordered(phase job.Phase, prompt string, count int) job.State {
	args, err := task.SDArgs{BaseModel: "runwayml/stable-diffusion-v1-5", Prompt: prompt,
		TaskConfig: task.TaskConfig{ImageWidth: 512, ImageHeight: 512, Steps: 25, CFG: 7, NumImages: count, Seed: 42}}.Encode()
	if err != nil {
		panic(err)
	}
	title := []rune(strings.Join(strings.Fields(prompt), " "))
	s := job.State{
		ID: "job-" + string(phase), Phase: phase, Since: now - 4000,
		Order: job.Order{Network: "dev", ChainID: 1337, Account: me, Kind: task.SD, Args: string(args), Hash: task.Hash(args), Count: count, Fee: units(30), Title: string(title[:min(len(title), 160)])},
		Marks: job.Marks{Submitted: now - 26_000},
	}
	order := []job.Phase{job.Checking, job.AwaitApproval, job.ApprovalPending, job.AwaitCreate, job.CreatePending, job.Uploading, job.Running, job.Fetching, job.Done}
	at := 0
	for i, p := range order {
		if p == phase {
			at = i
		}
	}
	if at >= 3 {
		s.Marks.Approved = now - 21_000
	}
	if at >= 5 {
		s.Marks.Created, s.TaskID, s.Create.Fee = now-16_000, 17, units(30)
	}
	if at >= 6 {
		s.Marks.Uploaded = now - 12_000
	}
	if at >= 7 {
		s.Marks.Succeeded, s.Outcome.Success = now-5_000, true
	}
	if at >= 8 {
		s.Marks.Published, s.Marks.Ended = now-4_000, now-1_000
		s.Outcome.Published, s.Outcome.Node = true, common.HexToAddress("0x00000000000000000000000000000000000000aa")
		s.Outcome.Tx = common.HexToHash("0xfeed")
	}
	return s
}

// drawn is a finished picture task; its files are called pic-0 and on.
func drawn(prompt string, count int) job.State {
	s := ordered(job.Done, prompt, count)
	for i := range count {
		s.Files[i] = job.File{SHA256: fmt.Sprintf("pic-%d", i), Size: 1000, Verified: true}
	}
	return s
}

// answered is a finished question; its file is called answer.
func answered(question string) job.State {
	s := drawn(question, 1)
	args, err := task.GPTArgs{Model: "mistralai/Mistral-7B-Instruct-v0.1", Messages: []task.Message{{Role: "user", Content: question}}, Seed: 42}.Encode()
	if err != nil {
		panic(err)
	}
	s.ID, s.Order.Kind, s.Order.Args = "job-answered", task.GPT, string(args)
	s.Files[0].SHA256 = "answer"
	return s
}

// answerFile is the result file of a question.
func answerFile(texts ...string) []byte {
	a := task.Answer{Model: "m", Usage: task.Usage{PromptTokens: 12, CompletionTokens: 34, TotalTokens: 46}}
	for i, t := range texts {
		a.Choices = append(a.Choices, task.Choice{Index: i, Message: task.Message{Role: "assistant", Content: t}, FinishReason: "stop"})
	}
	b, err := json.Marshal(a)
	if err != nil {
		panic(err)
	}
	return b
}

// failed stopped in a phase.
func failed(from job.Phase, fault job.Fault) job.State {
	s := ordered(from, "a lighthouse at dusk", 4)
	s.ID, s.Phase, s.From, s.Fault = "job-failed", job.Failed, from, fault
	return s
}

// aborted was ended by the chain.
func aborted(reason string) job.State {
	s := ordered(job.Running, "a lighthouse at dusk", 4)
	s.ID, s.Phase, s.From = "job-aborted", job.Aborted, job.Running
	s.Outcome.Reason, s.Outcome.Returned = reason, units(10)
	s.Marks.Ended = now
	return s
}

// withPictures stores the files of drawn.
func withPictures(b *browser) {
	for i := range job.MaxFiles {
		b.files[fmt.Sprintf("pic-%d", i)] = []byte("png")
	}
}

// The states of the task wallet.

var purseAt = common.HexToAddress("0x7Ae8335324D9934Fc701819DCF6575b72e5f830F")

// unmade is a wallet without a task wallet.
func unmade() State {
	s := connected()
	s.Purse = Purse{Possible: true, Site: "crynux.example.org", Host: "crynux.example.org"}
	return s
}

// locked has a task wallet that was made before.
func locked() State {
	s := unmade()
	p := &s.Purse
	p.Made, p.Address, p.Owner, p.Known, p.CNX, p.Native, p.Tasks = true, purseAt, me, true, units(84), units(0.0123), 2
	return s
}

// purseWith has an open task wallet that pays for some tasks.
func purseWith(tasks uint64) State {
	s := locked()
	s.Purse.Open, s.Purse.Tasks = true, tasks
	s.Purse.CNX = *new(uint256.Int).Mul(&devnet.Fee, uint256.NewInt(tasks))
	return s
}

// randomPurse has an open task wallet whose key was made by chance.
func randomPurse() State {
	s := purseWith(0)
	s.Purse.Random = true
	return s
}

// lookedAt adds what the chain said; all is well with it.
func lookedAt(s State) State {
	s.Preflight = Preflight{Known: true, Kind: task.SD, Account: me, Fee: units(30), Gas: units(0.0016), CNX: units(964.5), Native: units(0.98), Nodes: 6, Skew: -4}
	if s.Purse.Open {
		s.Preflight.Account, s.Preflight.CNX, s.Preflight.Native = s.Purse.Address, s.Purse.CNX, s.Purse.Native
	}
	return s
}
