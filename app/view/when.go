package view

import "github.com/maxence-charriere/go-app/v9/pkg/app"

// when draws only if it holds. Unlike app.If it does not draw first and decide
// afterwards, so draw may rely on the condition.
func when(holds bool, draw func() app.UI) app.UI {
	if !holds {
		return nil
	}
	return draw()
}

// either draws one of two.
func either(first bool, a, b func() app.UI) app.UI {
	if first {
		return a()
	}
	return b()
}

// nothing keeps a place: go-app matches children by their index, and what
// follows would be made anew, with its focus and scroll lost.
func nothing() app.UI { return app.Div() }

// icon is a picture without a meaning of its own.
func icon(name string) app.UI {
	return app.Span().Class("icon icon-"+name).Aria("hidden", "true")
}
