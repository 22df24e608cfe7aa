// Command hello is the smallest page of go-app with a button: what the bench
// compares the start of the page with.
package main

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v9/pkg/app"
)

type hello struct {
	app.Compo
	pressed int
}

func (h *hello) Render() app.UI {
	return app.Button().ID("press").Text("pressed " + strconv.Itoa(h.pressed)).OnClick(func(app.Context, app.Event) { h.pressed++ })
}

func main() {
	app.RouteFunc("/", func() app.Composer { return &hello{} })
	app.RunWhenOnBrowser()
}
