package view

import (
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
)

// The fields of the page "Settings".
const (
	exportID   = "export-passphrase"
	exportToID = "export-again"
	importID   = "import-passphrase"
	eraseID    = "erase-typed"
)

// settingsView is the page of settings: the networks, and what this browser keeps.
func (p *Page) settingsView() app.UI {
	return app.Div().Class("settings").Role("region").Aria("label", "Settings").Body( // another element than the forms', whose fields are not reused
		app.H1().Text("Settings"),
		p.networksView(),
		either(p.state.Stored.Possible && !p.state.Elsewhere, p.dataView, func() app.UI {
			text := "This browser keeps nothing that could be exported."
			if p.state.Elsewhere {
				text = "What this browser keeps is looked after in the tab that works."
			}
			return app.P().Class("muted").Text(text)
		}),
		app.P().Class("muted").Body(app.A().Class("target").Href("licences.html").Text("Licences, and what this page is made of")),
	)
}

// dataView is "Your data".
func (p *Page) dataView() app.UI {
	s := p.state.Stored
	return app.Div().Class("stack").Body(
		app.Div().Class("stack").Role("status").Body(
			app.P().Class(only(s.Step != "", "doing")).Text(s.Step),
		),
		problem(s.Problem),
		p.storageCard(),
		p.exportCard(),
		p.importCard(),
		p.eraseCard(),
	)
}

// dataCard is one thing to do with the data.
func dataCard(title string, parts ...app.UI) app.UI {
	return app.Section().Class("data-card stack").Aria("label", title).Body(append([]app.UI{app.H2().Text(title)}, parts...)...)
}

// dataButton waits while something is being done.
func (p *Page) dataButton(text string, primary bool, do func()) app.UI {
	class := "button"
	if primary {
		class = "button primary"
	}
	return app.Button().Class(class).Type("button").Disabled(p.state.Stored.Step != "").Text(text).
		OnClick(func(app.Context, app.Event) { do() }, text)
}

func (p *Page) storageCard() app.UI {
	s := p.state.Stored
	room := "This browser does not say how much it stores."
	if s.Known {
		room = fmt.Sprintf("%s used of %s that this browser gives to pages from this address.", bytesText(s.Used), bytesText(s.Most))
	}
	if !p.state.Persistent {
		room = "This browser stores nothing for this page: everything is gone with the next reload."
	}
	return dataCard("Storage",
		app.P().Class("figure").Text(room),
		app.P().Class("muted").Text(promiseText(s)),
		app.Div().Class("row").Body(
			when(!s.Promised && p.state.Persistent, func() app.UI { return p.dataButton("Ask the browser to keep it", false, p.port.KeepStored) }),
		),
		p.room(),
	)
}

func promiseText(s Stored) string {
	switch {
	case s.Promised:
		return "The browser keeps it also when the device runs short of room."
	case s.Refused:
		return "When the device runs short of room, the browser may delete it. Export what you want to keep."
	}
	return ""
}

// roomShown is how many tasks are offered at once to be emptied.
const roomShown = 5

// room offers the files of the oldest tasks that have ended for removal.
func (p *Page) room() app.UI {
	list := p.oldest()
	if len(list) == 0 {
		return nothing()
	}
	return app.Details().Class("more").Body(app.Summary().Text("Make room"), p.roomList(list))
}

// needsRoom is the same for a task that waits for room.
func (p *Page) needsRoom() app.UI {
	list := p.oldest()
	if len(list) == 0 {
		return app.Section().Aria("label", "Make room").Body(
			app.P().Text("There is no finished task whose results could be removed. Delete data of other sites in your browser's settings, then go on."))
	}
	return app.Section().Class("stack").Aria("label", "Make room").Body(app.H3().Text("Make room"), p.roomList(list))
}

// oldest are the tasks whose results may be removed.
func (p *Page) oldest() (list []job.State) {
	for _, s := range slices.Backward(p.state.Jobs) {
		ended := s.Phase == job.Done || s.Phase == job.Aborted || s.Imported != 0
		if size, _ := s.Kept(); ended && size > 0 {
			list = append(list, s)
		}
	}
	return list[:min(len(list), roomShown)]
}

func (p *Page) roomList(list []job.State) app.UI {
	return app.Div().Class("stack").Body(
		app.P().Class("muted").Text("The oldest finished tasks. Their results are removed from this browser for good; the record of the task stays. Export or download first what you want to keep."),
		app.Ul().Class("room").Aria("label", "Oldest finished tasks").Body(app.Range(list).Slice(func(i int) app.UI {
			s := list[i]
			size, files := s.Kept()
			what := fmt.Sprintf("Remove %s, %s", counted(files, "file"), bytesText(size))
			return app.Li().Class("row between").Body(
				app.Div().Body(
					app.P().Class("room-title").Dir("auto").Text(s.Order.Title),
					app.P().Class("help figure").Text(dayText(s.Marks.Submitted)),
				),
				app.Button().Class("button small").Type("button").Aria("label", what+" of "+s.Order.Title).Text(what).
					OnClick(func(ctx app.Context, _ app.Event) {
						p.port.EmptyJob(s.ID)
						p.say(bytesText(size) + " removed")
					}, s.ID, what),
			)
		})),
	)
}

func dayText(millis int64) string {
	if millis == 0 {
		return ""
	}
	return time.UnixMilli(millis).Format("2 Jan 2006 15:04")
}

func (p *Page) exportCard() app.UI {
	bad := p.dataFaults
	return dataCard("Export",
		app.P().Class("muted").Text("One file with your tasks, their results, drafts, choices and the networks that you added. It holds no key: a task wallet has its own backup file. Prompts and results in it can be read by whoever has the file, unless you give it a passphrase."),
		app.Form().Class("stack").Aria("label", "Export").OnSubmit(p.onExport).Body(
			passwordBox(exportID, "Passphrase of the file (may stay empty)", "new-password", bad[exportID]),
			passwordBox(exportToID, "The same passphrase again", "new-password", bad[exportToID]),
			app.Div().Class("row").Body(submitButton("Export everything", p.state.Stored.Step != "")),
		),
		app.P().Role("status").Text(only(p.state.Stored.Exported, "The file was handed to your browser's downloads.")),
	)
}

func (p *Page) onExport(_ app.Context, e app.Event) {
	e.PreventDefault()
	if p.state.Stored.Step != "" {
		return
	}
	p.dataFaults = faults{}
	passphrase, again := p.port.Value(exportID), p.port.Value(exportToID)
	switch {
	case passphrase != again:
		p.dataFaults[exportToID] = passwordOther
		p.port.Focus(exportToID)
		return
	case passphrase != "" && utf8.RuneCountInString(passphrase) < leastPassword:
		p.dataFaults[exportID] = passwordShort
		p.port.Focus(exportID)
		return
	}
	p.takePassword(exportID)
	p.takePassword(exportToID)
	p.port.Export(passphrase)
}

func (p *Page) importCard() app.UI {
	s := p.state.Stored
	return dataCard("Import",
		app.P().Class("muted").Text("Tasks come in as records: they never go on, ask for nothing and pay nothing here. What is here already stays as it is."),
		either(s.Offer == nil && !s.Locked, func() app.UI {
			return app.Div().Class("row").Body(p.dataButton("Choose a file", false, p.port.ChooseImport))
		}, nothing),
		either(s.Locked, p.unlockForm, nothing),
		either(s.Offer != nil, p.offer, nothing),
		app.P().Role("status").Text(tookText(s.Taken)),
		either(len(s.Proposed) > 0, p.proposals, nothing),
	)
}

// proposals are the networks of the file: each wants to be looked at, checked and added
// by itself.
func (p *Page) proposals() app.UI {
	list := p.state.Stored.Proposed
	return app.Article().Class("stack").Aria("label", "Networks in the file").Body(
		app.H3().Text("Networks in the file"),
		app.P().Class("muted").Text("They were added in the other browser, and are not known here. None is added by itself: look at it, have it checked, and add it if you trust the people who run it."),
		app.Ul().Class("room").Aria("label", "Networks in the file").Body(app.Range(list).Slice(func(i int) app.UI {
			n := list[i]
			return app.Li().Class("row between").Body(
				app.Div().Body(
					app.P().Class("room-title").Dir("auto").Text(n.Name),
					app.P().Class("help").Text(fmt.Sprintf("Chain %d · %s", n.ChainID, n.Hosts)),
				),
				app.Button().Class("button small").Type("button").Aria("label", "Look at “"+n.Name+"”").Text("Look at it").
					OnClick(func(ctx app.Context, _ app.Event) { p.lookAt(ctx, n.Draft) }, i, n.Name),
			)
		})),
	)
}

func (p *Page) unlockForm() app.UI {
	return app.Form().Class("stack").Aria("label", "Open the file").OnSubmit(p.onUnlockImport).Body(
		passwordBox(importID, "Passphrase of the file", "current-password", p.dataFaults[importID]),
		app.Div().Class("row").Body(
			submitButton("Open the file", p.state.Stored.Step != ""),
			p.dataButton("Leave it", false, p.port.DropImport),
		),
	)
}

func (p *Page) onUnlockImport(_ app.Context, e app.Event) {
	e.PreventDefault()
	if p.state.Stored.Step != "" {
		return
	}
	p.dataFaults = faults{}
	passphrase := p.takePassword(importID)
	if passphrase == "" {
		p.dataFaults[importID] = "Type the passphrase of the file."
		p.port.Focus(importID)
		return
	}
	p.port.UnlockImport(passphrase)
}

// offer says what is in the chosen file before anything is taken.
func (p *Page) offer() app.UI {
	lines := offerLines(*p.state.Stored.Offer)
	return app.Article().Class("stack").Aria("label", "What is in the file").Body(
		app.H3().Text("What is in the file"),
		app.Ul().Class("plain").Body(app.Range(lines).Slice(func(i int) app.UI { return app.Li().Text(lines[i]) })),
		app.Div().Class("row").Body(
			p.dataButton("Import", true, p.port.TakeImport),
			p.dataButton("Leave it", false, p.port.DropImport),
		),
	)
}

func offerLines(o Offer) (lines []string) {
	lines = append(lines, "Written on "+dayText(o.Made)+".")
	fresh := fmt.Sprintf("%s, %d of them new here.", counted(o.Jobs, "task"), o.Jobs-o.Known)
	if o.Files > 0 {
		fresh += fmt.Sprintf(" With %s, %s.", counted(o.Files, "result"), bytesText(o.Size))
	}
	lines = append(lines, fresh)
	if o.Drafts > 0 {
		lines = append(lines, counted(o.Drafts, "draft")+" for a form that is empty here.")
	}
	for _, name := range o.Foreign {
		lines = append(lines, "Tasks of “"+name+"”, a network that this page does not know. It is not added; the tasks can be looked at.")
	}
	for _, w := range o.Wallets {
		lines = append(lines, "The task wallet "+short(w.Hex())+" is named. Its key is not in the file, and nothing of it is taken: open it with your wallet or its backup file.")
	}
	if o.Unreadable > 0 {
		lines = append(lines, counted(o.Unreadable, "record")+" that the other browser could not read. They stay in the file.")
	}
	return lines
}

func tookText(t *Taken) string {
	if t == nil {
		return ""
	}
	text := fmt.Sprintf("Taken: %s, %s", counted(t.Jobs, "task"), counted(t.Files, "result"))
	if t.Drafts > 0 {
		text += ", " + counted(t.Drafts, "draft")
	}
	return text + ". Nothing of it goes on by itself."
}

func (p *Page) eraseCard() app.UI {
	return dataCard("Delete everything",
		app.P().Class("muted").Text("This browser forgets all tasks, results, drafts, choices and task wallets of this page. Close its other tabs first."),
		either(p.state.Stored.Losses == nil, func() app.UI {
			return app.Div().Class("row").Body(p.dataButton("Look what would be lost", false, p.port.LookAtLosses))
		}, p.lossesForm),
	)
}

// lossesForm names what would be lost, and asks for something to be typed where that
// could be money.
func (p *Page) lossesForm() app.UI {
	l := *p.state.Stored.Losses
	lines := lossLines(l, p.state.Network)
	label := "Type “" + l.Type + "” to go on"
	if len(l.Wallets) > 0 {
		label = "Type the last four characters of each address above, with a space between them"
	}
	return app.Form().Class("stack").Aria("label", "Delete everything").OnSubmit(p.onErase).Body(
		app.Div().Class(only(l.Type != "", "caution")).Body(
			app.Ul().Class("plain").Body(app.Range(lines).Slice(func(i int) app.UI { return app.Li().Text(lines[i]) })),
		),
		either(l.Type != "", func() app.UI {
			return fieldBox("field", eraseID, label, p.dataFaults[eraseID],
				app.Input().ID(eraseID).Type("text").AutoComplete(false).Spellcheck(false).
					Aria("invalid", p.dataFaults[eraseID] != "").Aria("describedby", eraseID+"-fault"))
		}, nothing),
		app.Div().Class("row").Body(
			submitButton("Delete everything", p.state.Stored.Step != ""),
			p.dataButton("Keep everything", false, p.port.DropLosses),
		),
	)
}

func lossLines(l Losses, n Network) (lines []string) {
	lines = append(lines, counted(l.Jobs, "task")+" with their results would be gone from this browser.")
	for _, title := range l.Unfinished {
		lines = append(lines, "Paid and not finished: "+title)
	}
	for _, w := range l.Wallets {
		why := "it cannot be said whether it is empty"
		switch {
		case !w.CNX.IsZero() || !w.Native.IsZero():
			why = "it holds " + both(w.CNX, w.Native, n)
		case w.Refundable > 0:
			why = counted(w.Refundable, "payment") + " can still come to it"
		}
		if !w.WayBack {
			why += ", and its key has no proven backup: without it the money is gone"
		}
		lines = append(lines, "Task wallet "+w.Address.Hex()+": "+why+".")
	}
	if l.Type == "" {
		lines = append(lines, "No money can be lost by it.")
	}
	return lines
}

func (p *Page) onErase(_ app.Context, e app.Event) {
	e.PreventDefault()
	l := p.state.Stored.Losses
	if p.state.Stored.Step != "" || l == nil {
		return
	}
	p.dataFaults = faults{}
	typed := ""
	if l.Type != "" {
		if typed = p.port.Value(eraseID); typed == "" {
			p.dataFaults[eraseID] = "Nothing is deleted before this is typed."
			p.port.Focus(eraseID)
			return
		}
	}
	p.port.DeleteEverything(typed)
}

// bytesText is a number of bytes as a person reads it.
func bytesText(n int64) string {
	const k = 1000
	switch {
	case n >= k*k*k:
		return fmt.Sprintf("%.1f GB", float64(n)/(k*k*k))
	case n >= k*k:
		return fmt.Sprintf("%.1f MB", float64(n)/(k*k))
	}
	return fmt.Sprintf("%d kB", (n+k-1)/k)
}
