package view

import (
	"context"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
)

// fileCache holds what the page needs of stored results to draw them, by SHA-256.
type fileCache map[string]*file

// file is one stored result: the address of a picture, or an answer. The zero
// file is still being read.
type file struct {
	url    string
	answer task.Answer
	lost   bool // not in the store, or not what it should be
}

func newFileCache() fileCache { return fileCache{} }

// of returns a file, the zero one if it is not here.
func (c fileCache) of(sha256 string) file {
	if f := c[sha256]; f != nil {
		return *f
	}
	return file{}
}

// load asks for every file of the jobs that was not asked for yet.
func (c fileCache) load(ctx app.Context, port Port, jobs []job.State) {
	for _, j := range jobs {
		for i := range j.Order.Count {
			sha := j.Files[i].SHA256
			if sha == "" || j.Files[i].Gone || c[sha] != nil {
				continue
			}
			c[sha] = &file{}
			kind := j.Order.Kind
			ctx.Async(func() {
				f := readFile(port, kind, sha)
				ctx.Dispatch(func(app.Context) { c[sha] = &f })
			})
		}
	}
}

func readFile(port Port, kind task.Kind, sha string) file {
	if kind == task.SD {
		url, err := port.FileURL(context.Background(), sha, "image/png")
		return file{url: url, lost: err != nil}
	}
	stored, err := port.File(context.Background(), sha)
	if err != nil {
		return file{lost: true}
	}
	answer, err := task.DecodeAnswer(stored)
	return file{answer: answer, lost: err != nil}
}
