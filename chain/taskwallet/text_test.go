//go:build !js

package taskwallet_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"crynux-dapp/chain/taskwallet"
	"crynux-dapp/relay"
)

var noon = time.Unix(1_700_000_000, 0)

// arguments with every character that is escaped, and some that are not.
const arguments = "{\"prompt\":\"\\\"a\\\\b\\n<b>&amp;\u2028\u2029 bücher 猫 🐈 \x7f/ {}\\u0001\",\n\t\"seed\":1}\r"

func signingText(t testing.TB, p relay.Params, at time.Time) []byte {
	t.Helper()
	text, err := relay.SigningText(p, at.Unix())
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestReadTextKnowsTheThreeTextsOfTheRelay(t *testing.T) {
	for name, c := range map[string]struct {
		params relay.Params
		want   taskwallet.Text
	}{
		"upload":          {relay.UploadParams{TaskArgs: arguments, TaskID: 7}, taskwallet.Text{Kind: taskwallet.UploadText, TaskID: 7}},
		"empty upload":    {relay.UploadParams{TaskID: 7}, taskwallet.Text{Kind: taskwallet.UploadText, TaskID: 7}},
		"status":          {relay.TaskParams{TaskID: 1}, taskwallet.Text{Kind: taskwallet.StatusText, TaskID: 1}},
		"highest task id": {relay.TaskParams{TaskID: math.MaxUint64}, taskwallet.Text{Kind: taskwallet.StatusText, TaskID: math.MaxUint64}},
		"first file":      {relay.ResultParams{ImageNum: "0", TaskID: 7}, taskwallet.Text{Kind: taskwallet.ResultText, TaskID: 7, File: "0"}},
		"tenth file":      {relay.ResultParams{ImageNum: "10", TaskID: 7}, taskwallet.Text{Kind: taskwallet.ResultText, TaskID: 7, File: "10"}},
	} {
		t.Run(name, func(t *testing.T) {
			c.want.Time = noon
			got, err := taskwallet.ReadText(signingText(t, c.params, noon), noon)
			if err != nil || got != c.want {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

func TestReadTextWantsATimeNearby(t *testing.T) {
	for seconds, want := range map[int]error{-601: taskwallet.OutOfTime, -600: nil, 0: nil, 45: nil, 600: nil, 601: taskwallet.OutOfTime, 1e9: taskwallet.OutOfTime} {
		text := signingText(t, relay.TaskParams{TaskID: 1}, noon.Add(time.Duration(seconds)*time.Second))
		if _, err := taskwallet.ReadText(text, noon); !errors.Is(err, want) {
			t.Errorf("%d seconds: %v", seconds, err)
		}
	}
}

func TestReadTextRefuses(t *testing.T) {
	const at = "1700000000"
	for name, text := range map[string]string{
		"nothing":                      "",
		"time alone":                   at,
		"no time":                      `{"task_id":1}`,
		"nine digits of time":          `{"task_id":1}170000000`,
		"eleven digits of time":        `{"task_id":1}17000000000`,
		"ten digits with a zero":       `{"task_id":1}0700000000`,
		"negative time":                `{"task_id":1}-700000000`,
		"blank before the time":        `{"task_id":1} 1700000000`,
		"more after the time":          `{"task_id":1}` + at + "\n",
		"blank in front":               ` {"task_id":1}` + at,
		"blank inside":                 `{"task_id": 1}` + at,
		"list":                         `["task_id",1]` + at,
		"empty object":                 `{}` + at + "        ",
		"unknown member":               `{"task_id":1,"x":1}` + at,
		"member of a later generation": `{"task_id_commitment":"0x00"}` + at,
		"other order":                  `{"task_id":1,"image_num":"0"}` + at,
		"task id twice":                `{"task_id":1,"task_id":1}` + at,
		"all three members":            `{"image_num":"0","task_args":"","task_id":1}` + at,
		"id as text":                   `{"task_id":"1"}` + at,
		"negative id":                  `{"task_id":-1}` + at,
		"id with an exponent":          `{"task_id":1e1}` + at,
		"id with a leading zero":       `{"task_id":01}` + at,
		"id above 64 bits":             `{"task_id":18446744073709551616}` + at,
		"no id":                        `{"task_id":}` + at,
		"file as a number":             `{"image_num":0,"task_id":1}` + at,
		"file that is a word":          `{"image_num":"preview","task_id":1}` + at,
		"file with a path":             `{"image_num":"0/../1","task_id":1}` + at,
		"file without a number":        `{"image_num":"","task_id":1}` + at,
		"file with four digits":        `{"image_num":"1000","task_id":1}` + at,
		"arguments without a quote":    `{"task_args":{},"task_id":1}` + at,
		"arguments without an end":     `{"task_args":"abc` + at,
		"unescaped bracket":            `{"task_args":"<","task_id":1}` + at,
		"bracket in upper case":        `{"task_args":"\u003C","task_id":1}` + at,
		"escape that is not needed":    `{"task_args":"\u0061","task_id":1}` + at,
		"escaped stroke":               `{"task_args":"\/","task_id":1}` + at,
		"backslash at the end":         `{"task_args":"\`,
		"raw newline":                  "{\"task_args\":\"\n\",\"task_id\":1}" + at,
		"raw zero":                     "{\"task_args\":\"\x00\",\"task_id\":1}" + at,
		"raw line separator":           "{\"task_args\":\"\u2028\",\"task_id\":1}" + at,
		"no UTF-8":                     "{\"task_args\":\"\xff\",\"task_id\":1}" + at,
		"surrogate":                    "{\"task_args\":\"\xed\xa0\x80\",\"task_id\":1}" + at,
		"above a MiB":                  `{"task_args":"` + strings.Repeat("a", 1<<20) + `","task_id":1}` + at,
		"byte order mark":              "\ufeff" + `{"task_id":1}` + at,
		"EIP-191":                      "\x19Ethereum Signed Message:\n23" + `{"task_id":1}` + at,
		"EIP-712":                      "\x19\x01" + strings.Repeat("a", 64),
		"digest":                       strings.Repeat("\x7b", 32),
		"transaction of type 123":      "\x7b" + strings.Repeat("a", 100),
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := taskwallet.ReadText([]byte(text), noon); !errors.Is(err, taskwallet.NotAText) {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

// Oracle: what is accepted is exactly what the Relay writes for what it says.
func FuzzReadText(f *testing.F) {
	for _, p := range []relay.Params{
		relay.UploadParams{TaskArgs: arguments, TaskID: 7}, relay.TaskParams{TaskID: math.MaxUint64}, relay.ResultParams{ImageNum: "10", TaskID: 7},
	} {
		f.Add(signingText(f, p, noon))
	}
	f.Add([]byte(`{"task_args":"\u2028\u003c\r","task_id":0}1700000000`))
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := taskwallet.ReadText(text, noon)
		if err != nil {
			if !errors.Is(err, taskwallet.NotAText) && !errors.Is(err, taskwallet.OutOfTime) {
				t.Error(err)
			}
			return
		}
		if !bytes.HasPrefix(text, []byte{0x7b, 0x22}) {
			t.Errorf("starts with %x", text[:2])
		}
		var said struct {
			Args string `json:"task_args"`
		}
		if err := json.NewDecoder(bytes.NewReader(text)).Decode(&said); err != nil {
			t.Fatal(err)
		}
		var params relay.Params
		switch got.Kind {
		case taskwallet.UploadText:
			params = relay.UploadParams{TaskArgs: said.Args, TaskID: got.TaskID}
		case taskwallet.StatusText:
			params = relay.TaskParams{TaskID: got.TaskID}
		case taskwallet.ResultText:
			params = relay.ResultParams{ImageNum: got.File, TaskID: got.TaskID}
		}
		if want := signingText(t, params, got.Time); !bytes.Equal(text, want) {
			t.Errorf("got  %s\nwant %s", text, want)
		}
	})
}

// And the other way round: arguments that are JSON are never refused.
func FuzzReadTextTakesAllArguments(f *testing.F) {
	f.Add(arguments, uint64(7))
	f.Add(`{"a":"\ud800 <>&"}`, uint64(0))
	f.Fuzz(func(t *testing.T, args string, id uint64) {
		if !json.Valid([]byte(args)) || len(args) > 100_000 {
			return
		}
		text, err := relay.SigningText(relay.UploadParams{TaskArgs: args, TaskID: id}, noon.Unix())
		if errors.Is(err, relay.ErrNotUTF8) {
			return
		}
		got, err := taskwallet.ReadText(text, noon)
		if err != nil || got.TaskID != id || got.Kind != taskwallet.UploadText {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	})
}

func ExampleReadText() {
	now := time.Unix(1_700_000_000, 0)
	text, err := taskwallet.ReadText([]byte(`{"image_num":"0","task_id":7}1700000045`), now)
	fmt.Println(text.TaskID, text.File, text.Time.Sub(now), err)

	_, err = taskwallet.ReadText([]byte(`{"image_num":"0","task_id":7}1700009999`), now)
	fmt.Println(err)
	// Output:
	// 7 0 45s <nil>
	// task wallet: out-of-time: 1700009999, -9999 seconds ago
}
