package view

import (
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
)

// firstPicture and firstAnswer tell a newcomer what to do first.
func (p *Page) firstPicture() app.UI {
	return p.welcome("Your first picture", p.image.args.Prompt != "", [][2]string{
		{"Connect a wallet", "It pays for the task. Connecting costs nothing."},
		{"Describe a picture", "One task makes up to ten of them for one price" + p.feeText() + "."},
		p.payStep("First you allow the price, then you pay it. After that you sign once to send the task and once for each picture; signing is free."),
	}, "Then three nodes of the network make it, and this page checks what comes back against the blockchain.")
}

func (p *Page) firstAnswer() app.UI {
	return p.welcome("Your first answer", p.chat.question != "", [][2]string{
		{"Connect a wallet", "It pays for the question. Connecting costs nothing."},
		{"Ask something", "Each question is one task at one price" + p.feeText() + "."},
		p.payStep("First you allow the price, then you pay it. After that you sign once to send the question and once for the answer; signing is free."),
	}, "Then three nodes of the network answer alike, and this page checks the text against the blockchain.")
}

// payStep is how a newcomer pays: with the wallet, or from the task wallet.
func (p *Page) payStep(direct string) [2]string {
	if s := p.state; !s.Purse.Possible || s.Direct {
		return [2]string{"Confirm in the wallet", direct}
	}
	return [2]string{"Fill the task wallet", welcomePurse}
}

func (p *Page) feeText() string {
	if p.state.Network.Fee.IsZero() {
		return ""
	}
	return ", " + strings.ReplaceAll(job.CNX(p.state.Network.Fee), " ", "\u00a0")
}

// welcome lists the three steps to a first task; the second is done when something was asked.
func (p *Page) welcome(title string, asked bool, steps [][2]string, after string) app.UI {
	if p.state.Frame != nil {
		return nothing()
	}
	if p.state.Network.Historical {
		return app.P().Class("muted empty").Text("No task of this browser was made on this network.")
	}
	done := [...]bool{p.state.Session.Connected, asked, p.state.Purse.Open && p.state.Purse.Tasks > 0}
	return app.Aside().Class("welcome").Body(
		app.H2().Text(title),
		app.Ol().Body(app.Range(steps).Slice(func(i int) app.UI {
			class := ""
			if done[i] {
				class = "done"
			}
			return app.Li().Class(class).Body(
				app.Strong().Text(steps[i][0]),
				app.P().Class("muted").Text(steps[i][1]),
			)
		})),
		app.P().Class("muted").Text(after),
	)
}
