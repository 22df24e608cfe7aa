package view

import (
	"context"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"crynux-dapp/app/job"
	"crynux-dapp/app/task"
)

// fileCache holds what the page needs of stored results to draw them, by SHA-256.
type fileCache map[string]*file

// keptFiles is how many files stay though they are out of view: a visit to the settings
// and back reads nothing again. A large picture takes 1.5 MB.
const keptFiles = 64

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

// show asks for the files of the jobs in view, and gives others back when they are
// too many.
func (c fileCache) show(ctx app.Context, port Port, inView []job.State) {
	needed := map[string]bool{}
	for _, j := range inView {
		for i := range j.Order.Count {
			sha := j.Files[i].SHA256
			if sha == "" || j.Files[i].Gone {
				continue
			}
			needed[sha] = true
			if c[sha] == nil {
				c.load(ctx, port, j.Order.Kind, sha)
			}
		}
	}
	for sha, f := range c {
		if len(c) <= keptFiles {
			break
		}
		if !needed[sha] {
			delete(c, sha)
			port.FreeURL(f.url)
		}
	}
}

func (c fileCache) load(ctx app.Context, port Port, kind task.Kind, sha string) {
	place := &file{}
	c[sha] = place
	ctx.Async(func() {
		f := readFile(port, kind, sha)
		ctx.Dispatch(func(app.Context) {
			if c[sha] != place { // out of view again
				port.FreeURL(f.url)
				return
			}
			*place = f
		})
	})
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
