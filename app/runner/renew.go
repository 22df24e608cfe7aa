package runner

// Renewal is a newer version of the page that the browser has fetched and keeps.
type Renewal interface {
	// Watch calls f when there is one, at once if there is already.
	Watch(f func()) (cancel func())
	// Take loads the page anew, in the newer version.
	Take()
}

// Renew takes the newer version, which waits while something is between a prompt
// and its saving.
func (t *Tab) Renew() {
	t.act(func(r *Runner) { r.snap.Renewing = r.Renewal != nil })
}

// watchRenewal notes when there is a newer version.
func (r *Runner) watchRenewal() (cancel func()) {
	if r.Renewal == nil {
		return func() {}
	}
	return r.Renewal.Watch(func() { r.post(func() { r.snap.Renewable = true }) })
}

// renew loads the newer version, once nothing can be lost by it.
func (r *Runner) renew() {
	if !r.snap.Renewing || r.unsaved() {
		return
	}
	r.snap.Renewing = false
	r.Renewal.Take()
}
