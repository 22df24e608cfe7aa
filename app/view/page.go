package view

import (
	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
)

// Page is the whole page.
type Page struct {
	app.Compo

	port   Port
	frame  FramePort // nil at the top
	guest  GuestPort // nil in a frame
	cancel func()
	ctx    app.Context // the page's own: what is deferred through an element is lost when that goes
	state  State
	opened int64 // when the page was mounted, in unix milliseconds

	tab      string // "images", "chat", "activity" or "settings"
	image    imageForm
	chat     chatForm
	unfolded bool // the parameters on a phone
	filled   int  // the last Fill that was taken
	held     bool // a task was asked for before a wallet was connected
	moving   bool // the tasks are to be run in this tab
	shown    int  // how many tasks of the tab are listed
	box      lightbox
	purse    purseDialog
	host     hostPlan
	looked   looks

	network       networkPlan
	dataFaults    faults // of the settings
	unfold        string // the task of the list whose card is shown; "" = none
	pastFault     string // of the address that is typed
	approvalFault string // of the number of tasks to approve
	files         fileCache
	orders        map[string]summary // by job id
	said          map[string]string  // the phrase of each job that was announced last
	status        string             // what is announced
	toast         string
}

// pageLength is how many tasks are listed before "Show more".
const pageLength = 12

// NewPage makes the page over a port.
func NewPage(port Port) *Page {
	p := &Page{
		port: port, tab: "images", shown: pageLength, image: newImageForm(), chat: newChatForm(),
		files: newFileCache(), orders: map[string]summary{}, said: map[string]string{},
	}
	p.frame, _ = port.(FramePort)
	p.guest, _ = port.(GuestPort)
	port.Subscribe(func(s State) { p.state = s })() // the first frame shows what is known
	return p
}

// OnMount takes over what was typed before and subscribes to the state. It runs
// in the turn that replaced the static shell: no key stroke falls between.
func (p *Page) OnMount(ctx app.Context) {
	p.ctx = ctx
	p.opened = p.port.NowMillis()
	text, caret, focused, ok := p.port.Typed()
	if ok && text != "" {
		p.image.args.Prompt = text
	}
	write(p.port, p.form().fields(p.models(p.form())))
	if ok && focused {
		p.port.Focus(promptID)
		p.port.SetCaret(promptID, caret)
	}
	p.state.Ready = false // so that take sees it become ready
	p.cancel = p.port.Subscribe(func(s State) {
		ctx.Dispatch(func(ctx app.Context) { p.take(ctx, s) })
	})
}

// OnDismount ends the subscription.
func (p *Page) OnDismount() {
	if p.cancel != nil {
		p.cancel()
	}
}

// OnNav follows the hash: everything that is not another place is the images.
func (p *Page) OnNav(ctx app.Context) {
	tab := "images"
	switch at := ctx.Page().URL().Fragment; at {
	case "/chat", "/activity", "/settings":
		tab = at[1:]
		if tab == "settings" {
			p.port.LookAtStorage()
		}
	}
	if tab == p.tab {
		return
	}
	if p.hasForm() {
		p.read(p.form()) // the fields are still there
		p.saveDraft(p.form())
	}
	p.tab, p.shown, p.unfold = tab, pageLength, ""
	if p.hasForm() {
		p.show(p.form(), "")
		p.lookAhead()
	}
	p.showFiles(ctx)
}

// hasForm reports whether the form is on the page now.
func (p *Page) hasForm() bool { return p.tab == "images" || p.tab == "chat" }

// here draws what the tab shows.
func (p *Page) here() app.UI {
	switch p.tab {
	case "chat":
		return p.chatView()
	case "activity":
		return p.activityView()
	case "settings":
		return p.settingsView()
	}
	return p.imageView()
}

// take is where a new state arrives.
func (p *Page) take(ctx app.Context, s State) {
	before := p.state
	p.state = s
	if !before.Ready && s.Ready {
		p.restore(ctx, &p.image, s.Drafts[task.SD])
		p.restore(ctx, &p.chat, s.Drafts[task.GPT])
	}
	p.followTabs(before, s)
	if s.Ready && s.Fill.N != p.filled {
		p.filled = s.Fill.N
		p.fill(ctx, s.Fill)
	}
	p.followHost(before, s)
	p.followWallet(ctx, before.Session, s.Session)
	p.followPurse(ctx, before, s)
	if s.Stored.Taken != nil && before.Stored.Taken == nil && s.Stored.Taken.Drafts > 0 { // for forms that were empty
		for _, f := range []form{&p.image, &p.chat} {
			if draft := s.Drafts[f.shared().kind]; draft != before.Drafts[f.shared().kind] {
				p.restore(ctx, f, draft)
			}
		}
	}
	p.lookAhead()
	p.announce(before.Ready)
	p.showFiles(ctx)
}

// Render draws the page.
func (p *Page) Render() app.UI {
	if p.state.Frame != nil {
		return p.framed()
	}
	return app.Div().Class("shell").Body(
		p.header(),
		p.nav(),
		app.Main().Class("main").ID("main").Body(
			p.banners(),
			p.here(),
		),
		p.walletDialog(),
		p.purseDialog(),
		p.lightbox(),
		app.P().Class("sr-only").Role("status").Text(p.status),
		app.P().Class("toast").Role("status").Text(p.toast),
	)
}

func (p *Page) nav() app.UI {
	link := func(tab, href, name string) app.UI {
		a := app.A().Class("nav-link").Href(href).Body(icon(tab), app.Span().Text(name))
		if p.tab == tab {
			a.Aria("current", "page")
		}
		return a
	}
	return app.Nav().Class("nav").Aria("label", "Main").Body(
		link("images", "#/", "Images"),
		link("chat", "#/chat", "Chat"),
		link("activity", "#/activity", "Activity"),
		link("settings", "#/settings", "Settings"),
	)
}

// showFiles has the files here of what is in view. Call it when that has changed.
func (p *Page) showFiles(ctx app.Context) { p.files.show(ctx, p.port, p.inView()) }

// inView returns the tasks that have a card on the page, and that of the lightbox.
func (p *Page) inView() []job.State {
	kind := p.form().shared().kind
	if p.state.Frame != nil {
		kind = p.state.Frame.Kind // a frame has no other tab
	}
	var out []job.State
	listed := 0
	for _, s := range p.state.Jobs {
		card := s.ID == p.unfold
		if p.hasForm() && s.Order.Kind == kind {
			listed++
			card = listed <= p.shown
		}
		if card || s.ID == p.box.job {
			out = append(out, s)
		}
	}
	return out
}

// jobsOf returns the tasks of one kind.
func (p *Page) jobsOf(k task.Kind) []job.State {
	var out []job.State
	for _, j := range p.state.Jobs {
		if j.Order.Kind == k {
			out = append(out, j)
		}
	}
	return out
}

// job finds a task; handlers look it up because a handler keeps the state it was made with.
func (p *Page) job(id string) (job.State, bool) {
	for _, j := range p.state.Jobs {
		if j.ID == id {
			return j, true
		}
	}
	return job.State{}, false
}
