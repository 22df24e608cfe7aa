package view

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/holiman/uint256"
	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/task"
)

// editor shows the arguments of a task as JSON. What stands there when the person
// clicks is hashed and sent as it is, byte for byte.
type editor struct {
	id       string
	kind     task.Kind
	open     bool
	invalid  complaint
	warnings []task.Warning
	checks   int // counts changes: only the newest is checked
}

// complaint is why arguments cannot be sent, with the place.
type complaint struct {
	text string
	line int // 0 = not in the editor
	// focus is the id of the form field it is about; "" = none.
	focus string
}

// complain turns an error of package task into words.
func complain(kind task.Kind, args []byte, err error) complaint {
	c := complaint{text: "The arguments cannot be used: " + err.Error(), focus: promptID}
	if kind == task.GPT {
		c.focus = questionID
	}
	var invalid *task.InvalidError
	var syntax *task.SyntaxError
	switch {
	case errors.As(err, &invalid):
		first := invalid.Faults[0]
		c.text = sentence(first.Text)
		if args != nil {
			c.line, _ = task.Position(args, first.Pointer)
		}
		if id, ok := fieldOf[first.Pointer]; ok {
			c.focus = id
		}
	case errors.As(err, &syntax):
		c.text = sentence(syntax.Text)
		c.line = syntax.Line
	}
	return c
}

// sentence makes a sentence of a phrase without capital and full stop.
func sentence(text string) string {
	r, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + text[n:] + "."
}

// fieldOf names the form field of a place in the arguments.
var fieldOf = map[string]string{
	"/prompt": promptID, "/negative_prompt": "negative", "/base_model": "model",
	"/task_config/image_width": "width", "/task_config/image_height": "height", "/task_config/num_images": "count",
	"/task_config/steps": "steps", "/task_config/cfg": "cfg", "/task_config/seed": "seed",
	"/model": "chat-model", "/messages": questionID, "/generation_config/max_new_tokens": "tokens",
	"/generation_config/temperature": "temperature", "/seed": "chat-seed",
}

func (p *Page) complaint(c complaint) app.UI {
	if c.text == "" {
		return app.Div()
	}
	return app.P().Class("complaint").Role("alert").Text(c.text)
}

func (p *Page) warnings(list []task.Warning) app.UI {
	return app.Div().Class("warnings").Body(app.Range(list).Slice(func(i int) app.UI {
		return app.P().Class("warning").Text(list[i].Text)
	}))
}

// editor draws the JSON with what is wrong at its line.
func (p *Page) editor(ed *editor, back app.EventHandler) app.UI {
	class := "code"
	if ed.invalid.text != "" {
		class = "code bad"
	}
	return app.Div().Class("field").Body(
		app.Label().For(ed.id).Class("label").Text("Arguments"),
		app.Textarea().ID(ed.id).Class(class).Rows(14).Spellcheck(false).
			Aria("invalid", fmt.Sprint(ed.invalid.text != "")).Aria("describedby", ed.id+"-state").
			OnInput(p.onEditorInput(ed), ed.id),
		app.P().ID(ed.id+"-state").Class(editorClass(ed)).Role("status").Text(editorText(ed)),
		app.Div().Class("row").Body(
			app.Button().Class("button quiet").Type("button").Text("Back to the form").OnClick(back, ed.id),
		),
	)
}

func editorClass(ed *editor) string {
	if ed.invalid.text != "" {
		return "complaint"
	}
	return "help"
}

func editorText(ed *editor) string {
	switch {
	case ed.invalid.text == "":
		return "Valid. These bytes are hashed, paid for and sent exactly as they stand here."
	case ed.invalid.line > 0:
		return fmt.Sprintf("Line %d: %s", ed.invalid.line, ed.invalid.text)
	}
	return ed.invalid.text
}

// openEditor shows args, indented: from here on the indented text is what counts.
func (p *Page) openEditor(ctx app.Context, ed *editor, args []byte) {
	var b bytes.Buffer
	if json.Indent(&b, args, "", "  ") != nil {
		b.Reset()
		b.Write(args)
	}
	text := b.String()
	ed.open = true
	p.check(ed, []byte(text))
	ctx.Defer(func(app.Context) { p.port.SetValue(ed.id, text); p.port.Focus(ed.id) })
}

// onEditorInput checks when the person pauses.
func (p *Page) onEditorInput(ed *editor) app.EventHandler {
	return func(ctx app.Context, _ app.Event) {
		ed.checks++
		mine := ed.checks
		ctx.After(300*time.Millisecond, func(app.Context) {
			if mine == ed.checks {
				p.check(ed, []byte(p.port.Value(ed.id)))
			}
		})
	}
}

func (p *Page) check(ed *editor, args []byte) bool {
	ed.invalid, ed.warnings = complaint{}, nil
	if err := task.Validate(ed.kind, args); err != nil {
		ed.invalid = complain(ed.kind, args, err)
		return false
	}
	ed.warnings = task.Warnings(ed.kind, args)
	return true
}

// runRaw runs exactly what stands in the editor.
func (p *Page) runRaw(ed *editor) {
	args := []byte(p.port.Value(ed.id))
	if !p.check(ed, args) {
		p.port.Focus(ed.id)
		return
	}
	p.port.SaveDraft(ed.kind, string(args))
	p.run(ed.kind, args)
}

func uint256FromInt(n int) *uint256.Int { return uint256.NewInt(uint64(max(n, 1))) }
