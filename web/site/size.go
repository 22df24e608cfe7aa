//go:build !js

package site

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"text/tabwriter"
)

// Size is how big one file of the site is, in bytes.
type Size struct {
	Name   string
	Raw    int
	Gzip   int // level 9
	Brotli int // quality 11; 0 for a program whose .br was not built
}

// Sizes measures every file of a built site, except those that are only there
// for hosts without compression.
func Sizes(dir string) ([]Size, error) {
	var sizes []Size
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) == ".gz" || filepath.Ext(path) == ".br" {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		gzip, err := packedSize(path+".gz", b, gzipped)
		if err != nil {
			return err
		}
		pack := brotlied
		if filepath.Ext(path) == ".wasm" {
			pack = func([]byte) ([]byte, error) { return nil, nil } // it takes a minute
		}
		brotli, err := packedSize(path+".br", b, pack)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		sizes = append(sizes, Size{filepath.ToSlash(name), len(b), gzip, brotli})
		return nil
	})
	return sizes, err
}

// packedSize takes the compressed neighbour, where the site has one.
func packedSize(neighbour string, b []byte, pack func([]byte) ([]byte, error)) (int, error) {
	if info, err := os.Stat(neighbour); err == nil {
		return int(info.Size()), nil
	}
	packed, err := pack(b)
	return len(packed), err
}

// PrintSizes writes the sizes as a table; licence texts are one line.
func PrintSizes(w io.Writer, sizes []Size) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "bytes\tgzip 9\tbrotli 11\t  file")
	texts := Size{Name: "licences/*"}
	for _, s := range sizes {
		if filepath.Dir(s.Name) == "licences" {
			texts.Raw, texts.Gzip, texts.Brotli = texts.Raw+s.Raw, texts.Gzip+s.Gzip, texts.Brotli+s.Brotli
			continue
		}
		printSize(t, s)
	}
	printSize(t, texts)
	return t.Flush()
}

func printSize(w io.Writer, s Size) {
	brotli := "-"
	if s.Brotli > 0 {
		brotli = strconv.Itoa(s.Brotli)
	}
	fmt.Fprintf(w, "%d\t%d\t%s\t  %s\n", s.Raw, s.Gzip, brotli, s.Name)
}
