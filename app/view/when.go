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
