package view

import (
	"fmt"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
)

// mostShown is how much of a signed text is shown, in characters: arguments with a
// picture in them are long.
const mostShown = 4000

// signing tells which signature the wallet is asked for, and folded what it signs.
func (p *Page) signing(s job.State) app.UI {
	now, ok := p.state.Signing[s.ID]
	if !ok {
		return nothing()
	}
	which := fmt.Sprintf("Signature %d of %d", now.Number, now.Of)
	return app.Section().Class("signing").Aria("label", which).Body(
		app.P().Class("hint").Role("status").Text(which+": your wallet asks for it now."),
		app.Details().Class("more").Body(
			app.Summary().Text("What is signed"),
			app.Div().Class("stack").Body(
				app.P().Class("help").Text(signingText),
				either(now.Digest != [32]byte{}, func() app.UI {
					return app.Dl().Class("facts").Body(
						app.Dt().Text("Number in the wallet"), app.Dd().Class("figure wrap").Text(now.Digest.Hex()),
					)
				}, nothing),
				app.Pre().Class("signed").Dir("auto").TabIndex(0).Role("region").Aria("label", "Signed text").Text(cut(now.Text)),
			),
		),
	)
}

// cut shortens a long text and says so.
func cut(text string) string {
	runes := []rune(text)
	if len(runes) <= mostShown {
		return text
	}
	half := mostShown / 2
	return fmt.Sprintf("%s … %d more characters … %s", string(runes[:half]), len(runes)-mostShown, string(runes[len(runes)-half:]))
}
