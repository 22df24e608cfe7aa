package view

import (
	"fmt"
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"
)

// A page is drawn from a State; here is what a newcomer reads first.
func Example() {
	page := NewPage(&browser{state: ready()})
	_, rest, _ := strings.Cut(app.HTMLString(page.Render()), "<h2>Your first picture")
	for _, step := range strings.Split(rest, "<strong>")[1:] {
		text, _, _ := strings.Cut(step, "<")
		fmt.Println(text)
	}
	// Output:
	// Connect a wallet
	// Describe a picture
	// Confirm in the wallet
}
