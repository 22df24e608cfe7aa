package view

import (
	"slices"
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"
)

// otherModel is the entry of a model list under which any id can be typed.
const otherModel = "other"

// modelPicker is the choice of a model: from the list, or by its id.
type modelPicker struct {
	id string // of the list; the text box has "-id" behind it
	// typed tells that the person wants to type, also when the list has the id.
	typed bool
}

// open reports whether the text box is shown for a model.
func (m modelPicker) open(model string, list []Model) bool {
	return m.typed || !slices.ContainsFunc(list, func(l Model) bool { return l.ID == model })
}

// field is the element that holds the model now.
func (m modelPicker) field(to *string, list []Model) field {
	if !m.open(*to, list) {
		return textField(m.id, to)
	}
	return field{
		id:   m.id + "-id",
		show: func() string { return *to },
		set: func(text string) string {
			if text = strings.TrimSpace(text); text == "" {
				return "Which model? Type its Hugging Face id."
			}
			*to = text
			return ""
		},
	}
}

// draw shows the list and, where it is open, the text box.
func (m modelPicker) draw(model string, list []Model, bad faults, picked, changed app.EventHandler) app.UI {
	open := m.open(model, list)
	fault := bad[m.id+"-id"]
	box := func() app.UI {
		label := "Model id"
		if len(list) == 0 {
			label = "Model"
		}
		return fieldBox("field", m.id+"-id", label, fault,
			app.Input().ID(m.id+"-id").Type("text").Placeholder("owner/name on Hugging Face").AutoComplete(false).
				Aria("invalid", fault != "").Aria("describedby", m.id+"-id-fault").OnChange(changed))
	}
	return app.Div().Class("field wide stack").Body(
		when(len(list) > 0, func() app.UI {
			return app.Div().Class("field").Body(
				app.Label().For(m.id).Text("Model"),
				app.Select().ID(m.id).OnChange(picked).Body(
					app.Range(list).Slice(func(i int) app.UI {
						return app.Option().Value(list[i].ID).Selected(!open && list[i].ID == model).Text(list[i].Name)
					}),
					app.Option().Value(otherModel).Selected(open).Text("Another model…"),
				),
			)
		}),
		when(open, box),
	)
}

// pickModel takes the choice from the list. It is false for "another model",
// where the text box opens.
func (p *Page) pickModel(ctx app.Context, f form, to *string) bool {
	m := &f.shared().picker
	picked := p.port.Value(m.id)
	m.typed = picked == otherModel
	if m.typed {
		p.show(f, m.id+"-id")
		return false
	}
	*to = picked
	return true
}
