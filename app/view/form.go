package view

import (
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/task"
)

// form is one of the two forms: it stands for the arguments of the next task.
type form interface {
	shared() *sheet
	// fields are those on the page now, in its order.
	fields(models []Model) []field
	// encode makes the bytes of a task, once.
	encode() ([]byte, error)
	// take puts arguments into the form; false, and nothing changed, if the form
	// would lose a part of them.
	take(args []byte) bool
	// extras names what is set beyond the fields; plain takes that away.
	extras() string
	plain()
	seed() int64
	setSeed(n int)
	// model is that of the next task, count how many results it gives.
	model() string
	count() int
}

// sheet is what both forms have.
type sheet struct {
	kind task.Kind
	// promptID and seedID are elements; noPrompt is said when the first is empty.
	promptID, seedID, noPrompt string
	picker                     modelPicker
	// dice draws a new seed for each task.
	dice     bool
	raw      editor
	faults   faults
	warnings []task.Warning
}

func (s *sheet) shared() *sheet { return s }

func (p *Page) models(f form) []Model {
	if f.shared().kind == task.GPT {
		return p.state.Models.Text
	}
	return p.state.Models.Image
}

// form is that of the tab.
func (p *Page) form() form {
	if p.tab == "chat" {
		return &p.chat
	}
	return &p.image
}

// read takes what stands in the form's fields; a form behind its editor has none.
func (p *Page) read(f form) {
	if s := f.shared(); !s.raw.open && p.tab != "settings" { // where there are no fields
		s.faults = read(p.port, f.fields(p.models(f)))
	}
}

// show writes the form into its fields after they are drawn.
func (p *Page) show(f form, focus string) {
	p.ctx.Defer(func(app.Context) {
		if !f.shared().raw.open {
			write(p.port, f.fields(p.models(f)))
		}
		if focus != "" {
			p.port.Focus(focus)
		}
	})
}

// changed takes note of a field that the person has left.
func (p *Page) changed(f form) app.EventHandler {
	return func(app.Context, app.Event) {
		p.read(f)
		p.saveDraft(f)
		p.lookAhead()
	}
}

// typing takes a number while it is typed, so that what depends on it is never old.
// What is wrong with it is said when the field is left.
func (p *Page) typing(f form) app.EventHandler {
	return func(app.Context, app.Event) {
		said := f.shared().faults
		p.read(f)
		f.shared().faults = said
	}
}

func (p *Page) saveDraft(f form) {
	if args, err := f.encode(); err == nil {
		p.port.SaveDraft(f.shared().kind, string(args))
	}
}

// restore takes the draft of the last visit, but keeps what was typed before it came.
func (p *Page) restore(ctx app.Context, f form, draft string) {
	s := f.shared()
	if draft == "" || s.raw.open {
		return
	}
	typed := p.port.Value(s.promptID)
	if !f.take([]byte(draft)) {
		if typed == "" {
			p.openEditor(ctx, &s.raw, []byte(draft))
		}
		return
	}
	fields := f.fields(p.models(f))
	if typed != "" {
		fields[0].set(typed)
	}
	s.dice = true
	write(p.port, fields)
}

// load puts the arguments of an earlier task into its form.
func (p *Page) load(ctx app.Context, f form, args []byte) {
	s := f.shared()
	s.raw.open, s.faults, s.warnings = false, nil, nil
	if !f.take(args) {
		p.openEditor(ctx, &s.raw, args)
		return
	}
	s.dice = false
	p.saveDraft(f)
	p.lookAhead()
	p.show(f, s.promptID)
}

// plain takes away what the form does not show.
func (p *Page) plain(f form) app.EventHandler {
	return func(app.Context, app.Event) {
		f.plain()
		p.saveDraft(f)
	}
}

func (p *Page) rollDice(f form) app.EventHandler {
	return func(app.Context, app.Event) { f.shared().dice = !f.shared().dice }
}

// toggleEditor is the button "Arguments".
func (p *Page) toggleEditor(f form) app.EventHandler {
	return func(ctx app.Context, e app.Event) {
		s := f.shared()
		if s.raw.open {
			p.closeEditor(f)(ctx, e)
			return
		}
		p.read(f)
		if s.dice {
			f.setSeed(p.port.Random(seedLimits.most))
		}
		args, err := f.encode()
		if err != nil {
			s.faults.add(err)
		}
		if len(s.faults) > 0 {
			p.focusFault(ctx, f)
			return
		}
		s.raw.seed = f.seed()
		p.openEditor(ctx, &s.raw, args)
	}
}

// closeEditor goes back to the form with what the editor holds, if the form can hold it.
func (p *Page) closeEditor(f form) app.EventHandler {
	return func(ctx app.Context, _ app.Event) {
		s := f.shared()
		args := []byte(p.port.Value(s.raw.id))
		if s.raw.check(args); s.raw.invalid.text != "" {
			return
		}
		if !f.take(args) {
			s.raw.invalid = complaint{text: "The form cannot show all of this. Run it from here, or discard it."}
			return
		}
		s.raw.open, s.faults = false, nil
		s.dice = s.dice && f.seed() == s.raw.seed
		p.saveDraft(f)
		p.lookAhead()
		p.show(f, s.promptID)
	}
}

// discardEditor goes back to the form as it was.
func (p *Page) discardEditor(f form) app.EventHandler {
	return func(ctx app.Context, _ app.Event) {
		f.shared().raw.open = false
		p.show(f, f.shared().promptID)
	}
}

// onSubmit is the button of the form.
func (p *Page) onSubmit(f form) app.EventHandler {
	return func(ctx app.Context, e app.Event) {
		e.PreventDefault()
		p.submit(ctx, f)
	}
}

// submit is the click that may lead to a payment.
func (p *Page) submit(ctx app.Context, f form) {
	s := f.shared()
	switch {
	case !p.canRun():
		return
	case s.raw.open:
		args := []byte(p.port.Value(s.raw.id)) // these very bytes are run
		if s.raw.check(args); s.raw.invalid.text != "" {
			p.port.Focus(s.raw.id)
			return
		}
		p.port.SaveDraft(s.kind, string(args))
		p.run(s.kind, args)
		return
	}
	p.read(f)
	s.warnings = nil
	if strings.TrimSpace(p.port.Value(s.promptID)) == "" {
		s.faults[s.promptID] = s.noPrompt
	}
	if s.dice && len(s.faults) == 0 {
		f.setSeed(p.port.Random(seedLimits.most))
		p.port.SetValue(s.seedID, strconv.FormatInt(f.seed(), 10))
	}
	args, err := f.encode()
	if err == nil {
		err = task.Validate(s.kind, args)
	}
	if err != nil {
		s.faults.add(err)
	}
	if len(s.faults) > 0 {
		p.focusFault(ctx, f)
		return
	}
	s.warnings = task.Warnings(s.kind, args)
	p.saveDraft(f)
	p.run(s.kind, args)
}

// focusFault brings the person to the first field that is at fault, and unfolds
// the parameters if something is wrong with them.
func (p *Page) focusFault(ctx app.Context, f form) {
	id := f.shared().faults.first(f.fields(p.models(f)))
	for at := range f.shared().faults {
		p.unfolded = p.unfolded || at != "" && at != f.shared().promptID
	}
	ctx.Defer(func(app.Context) { p.port.Focus(id) })
}

func (p *Page) canRun() bool {
	return p.state.Ready && !p.state.Network.Historical && (p.state.Frame == nil || p.state.Frame.Ready)
}

// run hands the arguments over, once this tab runs the tasks, a wallet is connected and on the right
// chain, and the task wallet can pay if it has to. None of these goes on by
// itself: paying takes a click of its own.
func (p *Page) run(k task.Kind, args []byte) {
	switch {
	case p.state.Elsewhere:
		p.port.Focus(workHereID)
	case p.frame != nil:
		p.runFramed(k, args)
	case !p.state.Session.Connected:
		p.held = true
		p.port.ShowModal(walletDialogID)
	case p.state.WrongChain() && !p.state.Purse.Open:
		p.port.Focus(switchID)
	case p.state.needsPurse():
		p.showPurse(actNone, true)
	default:
		p.port.Submit(k, args)
	}
}
