// Package view is the page: go-app components that show a [State] and ask a
// [Port]. It reads no JavaScript value and performs no effect of its own.
//
//	app.RouteFunc("/", func() app.Composer { return view.NewPage(port) })
package view
