package view

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"
)

// field joins an element of a form, by its id, with the argument behind it.
// go-app does not control text fields: what stands in them is read and written
// through the [Port].
type field struct {
	id string
	// show is the argument as text.
	show func() string
	// set puts a text into the argument, or returns why it cannot be used.
	set func(text string) (fault string)
}

// read takes the fields from the page. A field that still shows its argument is
// left alone: the argument may say it in another way than the field would.
func read(port Port, fields []field) faults {
	found := faults{}
	for _, f := range fields {
		if text := port.Value(f.id); text != f.show() {
			if fault := f.set(text); fault != "" {
				found[f.id] = fault
			}
		}
	}
	return found
}

// write puts the arguments into the page.
func write(port Port, fields []field) {
	for _, f := range fields {
		port.SetValue(f.id, f.show())
	}
}

// onlyLineFeeds is what browsers make of line breaks in a text field.
var onlyLineFeeds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// textField is a text of any length.
func textField(id string, to *string) field {
	return field{
		id:   id,
		show: func() string { return onlyLineFeeds.Replace(*to) },
		set:  func(text string) string { *to = text; return "" },
	}
}

// wholeField is a whole number. Empty is 0, which leaves the choice to the
// network, unless 0 is among the choices.
func wholeField(id, label string, to *int, r limits) field {
	return field{
		id: id,
		show: func() string {
			if *to == 0 && r.least > 0 {
				return ""
			}
			return strconv.Itoa(*to)
		},
		set: func(text string) string {
			if text == "" && r.least > 0 && !r.required {
				*to = 0
				return ""
			}
			n, fault := r.parse(label, text)
			if fault == "" {
				*to = n
			}
			return fault
		},
	}
}

// limits are what a whole number may be.
type limits struct {
	least, most int
	multiple    int // 0 = any
	required    bool
}

func (r limits) parse(label, text string) (n int, fault string) {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	switch {
	case err != nil || n < r.least || n > r.most:
		return 0, fmt.Sprintf("%s must be a whole number from %d to %d.", label, r.least, r.most)
	case r.multiple > 1 && n%r.multiple != 0:
		return 0, fmt.Sprintf("%s must be a multiple of %d.", label, r.multiple)
	}
	return n, ""
}

// numberBox draws the field of a number. The placeholder is the network's default.
// typed hears of every key, changed when the field is left.
func numberBox(id, label, placeholder string, r limits, fault string, disabled bool, typed, changed app.EventHandler) app.UI {
	return fieldBox("field", id, label, fault,
		app.Input().ID(id).Type("number").Min(r.least).Max(r.most).Attr("step", max(r.multiple, 1)).
			Placeholder(placeholder).Disabled(disabled).AutoComplete(false).
			Aria("invalid", fault != "").Aria("describedby", id+"-fault").OnInput(typed).OnChange(changed))
}

// noNews is for fields that are only read when something is done with them.
func noNews(app.Context, app.Event) {}

// textBox draws the field of a text of some lines.
func textBox(id, label, placeholder string, changed app.EventHandler) app.UI {
	return fieldBox("field wide", id, label, "",
		app.Textarea().ID(id).Rows(2).Dir("auto").Placeholder(placeholder).OnChange(changed))
}

// fieldBox draws a label over its element, and under it what is wrong.
func fieldBox(class, id, label, fault string, element app.UI) app.UI {
	return app.Div().Class(class).Body(
		app.Label().For(id).Text(label),
		element,
		app.P().ID(id+"-fault").Class("complaint").Text(fault),
	)
}

// checkBox draws a switch with its text beside it.
func checkBox(id, text string, on bool, changed app.EventHandler) app.UI {
	return app.Label().Class("check wide").Body(
		app.Input().ID(id).Type("checkbox").Checked(on).OnChange(changed),
		app.Span().Text(text),
	)
}
