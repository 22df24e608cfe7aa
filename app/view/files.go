package view

import (
	"context"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
)

// fileCache holds what the page needs of stored results to draw them: an address
// for a picture, the decoded answer for a question. Both by SHA-256.
type fileCache struct {
	urls    map[string]string
	answers map[string]task.Answer
	asked   map[string]bool
}

func newFileCache() fileCache {
	return fileCache{urls: map[string]string{}, answers: map[string]task.Answer{}, asked: map[string]bool{}}
}

// load asks for every file of the jobs that was not asked for yet.
func (c fileCache) load(ctx app.Context, port Port, jobs []job.State) {
	for _, j := range jobs {
		for i := range j.Order.Count {
			sha := j.Files[i].SHA256
			if sha == "" || c.asked[sha] {
				continue
			}
			c.asked[sha] = true
			kind := j.Order.Kind
			ctx.Async(func() { c.read(ctx, port, kind, sha) })
		}
	}
}

func (c fileCache) read(ctx app.Context, port Port, kind task.Kind, sha string) {
	if kind == task.SD {
		url, err := port.FileURL(context.Background(), sha, "image/png")
		ctx.Dispatch(func(app.Context) {
			if err != nil {
				delete(c.asked, sha) // asked again with the next state
				return
			}
			c.urls[sha] = url
		})
		return
	}
	file, err := port.File(context.Background(), sha)
	if err != nil {
		ctx.Dispatch(func(app.Context) { delete(c.asked, sha) })
		return
	}
	answer, err := task.DecodeAnswer(file)
	ctx.Dispatch(func(app.Context) {
		if err == nil {
			c.answers[sha] = answer
		}
	})
}
