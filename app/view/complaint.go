package view

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/task"
)

// complaint is why the arguments in the editor cannot be sent.
type complaint struct {
	text string
	line int // 0 = the arguments as a whole
}

// complain turns an error of package task into words, for the editor.
func complain(args []byte, err error) complaint {
	var invalid *task.InvalidError
	var syntax *task.SyntaxError
	switch {
	case err == nil:
		return complaint{}
	case errors.As(err, &invalid):
		c := complaint{text: sentence(invalid.Faults[0].Text)}
		c.line, _ = task.Position(args, invalid.Faults[0].Pointer)
		return c
	case errors.As(err, &syntax):
		return complaint{text: sentence(syntax.Text), line: syntax.Line}
	}
	return complaint{text: "These arguments cannot be used."}
}

// faults says what is wrong with the fields of a form, by their id; under "" is
// what is wrong with the form as a whole.
type faults map[string]string

// add puts an error of package task at the fields that it is about.
func (f faults) add(err error) {
	var invalid *task.InvalidError
	if !errors.As(err, &invalid) {
		f[""] = "These arguments cannot be used."
		return
	}
	for _, fault := range invalid.Faults {
		id := fieldAt(fault.Pointer)
		if f[id] == "" {
			f[id] = sentence(fault.Text)
		}
	}
}

// first is the first of fields that has a fault, "" for none.
func (f faults) first(fields []field) string {
	for _, field := range fields {
		if f[field.id] != "" {
			return field.id
		}
	}
	return ""
}

// fieldOf names the form field of a place in the arguments.
var fieldOf = map[string]string{
	"/prompt": promptID, "/negative_prompt": "negative", "/base_model": "model",
	"/task_config/image_width": "width", "/task_config/image_height": "height", "/task_config/num_images": "count",
	"/task_config/steps": "steps", "/task_config/cfg": "cfg", "/task_config/seed": "seed",
	"/model": "chat-model", "/messages": questionID, "/generation_config/max_new_tokens": "tokens",
	"/generation_config/temperature": "temperature", "/seed": "chat-seed",
}

// fieldAt is the field of a place or of what it is a part of, "" for none.
func fieldAt(pointer string) string {
	for pointer != "" {
		if id, ok := fieldOf[pointer]; ok {
			return id
		}
		pointer = pointer[:strings.LastIndexByte(pointer, '/')]
	}
	return ""
}

// sentence makes a sentence of a phrase without capital and full stop. The name
// of an argument stays as it is written.
func sentence(text string) string {
	if first, _, _ := strings.Cut(text, " "); !strings.Contains(first, "_") {
		r, n := utf8.DecodeRuneInString(text)
		text = string(unicode.ToUpper(r)) + text[n:]
	}
	if strings.HasSuffix(text, "?") {
		return text
	}
	return text + "."
}

// warnings show what the network takes money for and fails on later.
func warnings(list []task.Warning) app.UI {
	return app.Ul().Class("warnings").Body(app.Range(list).Slice(func(i int) app.UI {
		return app.Li().Text(sentence(list[i].Text))
	}))
}
