package task

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"unicode/utf8"
)

func addArguments(f *testing.F) {
	for _, c := range schemaCases(f, "schema_sd.json", 251) {
		f.Add([]byte(c.Args))
	}
	for _, c := range schemaCases(f, "schema_gpt.json", 154) {
		f.Add([]byte(c.Args))
	}
	for _, s := range []string{"", "{", "null", `{"a":1e400}`, `{"messages":[{"role":"user","content":"\ud800"}]}`, "{\"\xff\":1}"} {
		f.Add([]byte(s))
	}
}

// Whatever the text is, there is a verdict with words and a place in the text,
// and it is the same one when asked again.
func FuzzValidate(f *testing.F) {
	addArguments(f)
	f.Fuzz(func(t *testing.T, args []byte) {
		for _, k := range []Kind{SD, GPT} {
			err := Validate(k, args)
			var invalid *InvalidError
			var syntax *SyntaxError
			switch {
			case err == nil:
				if !json.Valid(args) || !utf8.Valid(args) {
					t.Error("valid, but not JSON in UTF-8")
				}
			case errors.As(err, &syntax):
				if syntax.Text == "" || syntax.Offset < 0 || syntax.Offset > len(args) || syntax.Line < 1 || syntax.Column < 1 {
					t.Errorf("%+v", syntax)
				}
			case errors.As(err, &invalid):
				if len(invalid.Faults) == 0 || len(invalid.Faults) > maxFaults {
					t.Errorf("%d faults", len(invalid.Faults))
				}
				var again *InvalidError
				if !errors.As(Validate(k, args), &again) || again.RelayPath != invalid.RelayPath || !slices.Equal(again.Faults, invalid.Faults) {
					t.Errorf("%+v, then %+v", invalid, again)
				}
			default:
				t.Errorf("untyped error %v", err)
			}
			for _, w := range Warnings(k, args) {
				if w.Text == "" {
					t.Errorf("warning without words at %s", w.Pointer)
				}
			}
		}
	})
}

// Decoding, encoding and decoding again gives the same arguments.
func FuzzDecode(f *testing.F) {
	addArguments(f)
	f.Fuzz(func(t *testing.T, args []byte) {
		if a, err := DecodeSD(args); err == nil {
			once, err := a.Encode()
			if err != nil {
				t.Fatal(err)
			}
			b, err := DecodeSD(once)
			if err != nil {
				t.Fatal(err)
			}
			twice, err := b.Encode()
			if err != nil || !bytes.Equal(once, twice) {
				t.Errorf("%s\nthen %s %v", once, twice, err)
			}
			if n := Files(SD, args); n < 1 || n > 10 {
				t.Errorf("%d files", n)
			}
		}
		if a, err := DecodeGPT(args); err == nil {
			once, err := a.Encode()
			if err != nil {
				t.Fatal(err)
			}
			b, err := DecodeGPT(once)
			if err != nil {
				t.Fatal(err)
			}
			twice, err := b.Encode()
			if err != nil || !bytes.Equal(once, twice) {
				t.Errorf("%s\nthen %s %v", once, twice, err)
			}
		}
	})
}

func FuzzDecodeAnswer(f *testing.F) {
	f.Add([]byte(oneAnswer))
	f.Add([]byte("<html>"))
	f.Add([]byte(`{"model":"m","choices":[{"index":0}],"usage":{}}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		a, err := DecodeAnswer(file)
		var refused *AnswerError
		switch {
		case errors.As(err, &refused):
		case err != nil:
			t.Errorf("untyped error %v", err)
		case len(a.Choices) == 0:
			t.Error("an answer without choices")
		}
	})
}

// Every value of a JSON text is found again at the place its pointer says.
func FuzzPosition(f *testing.F) {
	f.Add([]byte(`{"a/b~":[1,{"":null,"x":"日本"}],"a/b~":[2]}`), "/a~1b~0/0")
	f.Add([]byte("{\n\"a\": oops"), "/a")
	f.Add([]byte(""), "/")
	f.Fuzz(func(t *testing.T, args []byte, pointer string) {
		line, column := Position(args, pointer)
		if line < 1 || column < 1 || line > 1+bytes.Count(args, []byte("\n")) {
			t.Errorf("%d:%d", line, column)
		}
		if !json.Valid(args) || len(args) > 10_000 || depth(args) > maxDepth {
			return
		}
		o := newOutline(args)
		if len(o.places) == 0 {
			t.Fatal("a JSON text without values")
		}
		for i := range o.places {
			if !json.Valid(o.raw(int32(i))) {
				t.Errorf("%s is no value", o.raw(int32(i)))
			}
			if got, exact := o.nearest(split(o.pointer(int32(i)))); exact && got < int32(i) {
				t.Errorf("%s leads to an earlier value", o.pointer(int32(i)))
			}
		}
	})
}
