package view

import "github.com/maxence-charriere/go-app/v9/pkg/app"

// promptBox is the large text field of a form. It is a component of its own
// because it listens to every key (Ctrl+Enter sends), and a key must not draw
// the page anew.
type promptBox struct {
	app.Compo
	ID, Placeholder, Fault string
	Lang                   string // of what is typed; "" = not known
	page                   *Page
	form                   form
}

// Render draws the field.
func (b *promptBox) Render() app.UI {
	box := app.Textarea().ID(b.ID).Class("prompt").Rows(3).Dir("auto").Spellcheck(true).Placeholder(b.Placeholder).
		Aria("invalid", b.Fault != "").Aria("describedby", b.ID+"-fault").
		OnChange(b.onChange).OnKeyDown(b.onKey)
	if b.Lang != "" { // the browser takes its dictionary, and the voice that reads it aloud, from there
		box = box.Lang(b.Lang)
	}
	return box
}

func (b *promptBox) onChange(ctx app.Context, _ app.Event) {
	b.page.changed(b.form)(ctx, app.Event{})
	b.page.Update()
}

func (b *promptBox) onKey(ctx app.Context, e app.Event) {
	ctx.PreventUpdate()
	if e.Get("key").String() == "Enter" && (e.Get("ctrlKey").Bool() || e.Get("metaKey").Bool()) {
		b.page.submit(ctx, b.form)
		b.page.Update()
	}
}
