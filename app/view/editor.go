package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

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
	files    int   // results of the task
	seed     int64 // of the form when the editor was opened
}

// checkAfter is how long the person has paused when the arguments are checked.
const checkAfter = 300 * time.Millisecond

// check says what is wrong with args, and what they give.
func (ed *editor) check(args []byte) {
	ed.files = task.Files(ed.kind, args)
	ed.invalid, ed.warnings = complain(args, task.Validate(ed.kind, args)), nil
	if ed.invalid.text == "" {
		ed.warnings = task.Warnings(ed.kind, args)
	}
}

// editor draws the JSON with what is wrong at its line.
func (p *Page) editor(f form) app.UI {
	ed := &f.shared().raw
	bad := ed.invalid.text != ""
	class := "help"
	if bad {
		class = "complaint"
	}
	return app.Section().Class("field").Aria("label", "Editor").Body( // another element than the prompt's: its text is not reused
		app.Label().For(ed.id).Text("Arguments"),
		&editorBox{ID: ed.id, Bad: bad, page: p, ed: ed},
		app.P().ID(ed.id+"-state").Class(class).Role("status").Text(editorText(ed)),
		warnings(ed.warnings),
		app.Div().Class("row").Body(
			app.Button().Class("button small").Type("button").Text("Back to the form").OnClick(p.closeEditor(f)),
			app.Button().Class("button small quiet").Type("button").Text("Discard").OnClick(p.discardEditor(f)),
		),
	)
}

func editorText(ed *editor) string {
	switch {
	case ed.invalid.text == "":
		return "Valid. Exactly these bytes are hashed, paid for and sent."
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
	ed.check([]byte(text))
	ctx.Defer(func(app.Context) {
		p.port.SetValue(ed.id, text)
		p.port.Focus(ed.id)
		p.port.SetCaret(ed.id, 0)
	})
}

// editorBox is the text field of the editor. It is a component of its own
// because a key must not draw the page anew.
type editorBox struct {
	app.Compo
	ID   string
	Bad  bool
	page *Page
	ed   *editor

	inputs int // only the newest is checked
}

// Render draws the field.
func (b *editorBox) Render() app.UI {
	return app.Textarea().ID(b.ID).Class("code").Rows(16).Spellcheck(false).
		Aria("invalid", b.Bad).Aria("describedby", b.ID+"-state").OnInput(b.onInput)
}

// onInput checks when the person pauses.
func (b *editorBox) onInput(ctx app.Context, _ app.Event) {
	ctx.PreventUpdate()
	b.inputs++
	mine := b.inputs
	ctx.After(checkAfter, func(app.Context) {
		if mine == b.inputs {
			b.ed.check([]byte(b.page.port.Value(b.ID)))
			b.page.Update()
		}
	})
}

// sameJSON reports whether two texts are the same value.
func sameJSON(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}
