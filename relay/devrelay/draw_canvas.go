//go:build !js

package devrelay

import (
	"image"
	"runtime"
	"sync"
)

// canvas is the picture being painted. Positions are (u, v): v goes from 0 at
// the top to 1 at the bottom, u as far to the right as the picture is wide.
type canvas struct {
	image *image.RGBA
	w, h  int
	wide  float64 // the largest u
}

func newCanvas(w, h int) *canvas {
	return &canvas{image: image.NewRGBA(image.Rect(0, 0, w, h)), w: w, h: h, wide: float64(w) / float64(h)}
}

// pixel is the size of a pixel in units of u and v: how soft an edge must be.
func (c *canvas) pixel() float64 { return 1 / float64(c.h) }

// paint asks for the colour of every pixel, from several goroutines.
func (c *canvas) paint(colour func(u, v float64) rgb) {
	c.paintColumns(func(_ int, u, v float64) rgb { return colour(u, v) })
}

// paintColumns is paint for pictures that know something about each column x.
func (c *canvas) paintColumns(colour func(x int, u, v float64) rgb) {
	painters := min(runtime.GOMAXPROCS(0), c.h)
	var busy sync.WaitGroup
	for painter := range painters {
		busy.Go(func() {
			for y := painter; y < c.h; y += painters {
				row := c.image.Pix[y*c.image.Stride:]
				v := (float64(y) + 0.5) / float64(c.h)
				for x := range c.w {
					p := colour(x, (float64(x)+0.5)/float64(c.h), v)
					row[4*x], row[4*x+1], row[4*x+2], row[4*x+3] = channel(p.r), channel(p.g), channel(p.b), 255
				}
			}
		})
	}
	busy.Wait()
}

func channel(v float64) uint8 { return uint8(clamp(v)*255 + 0.5) }

// columns calls f for the middle of every column and collects what it says.
func (c *canvas) columns(f func(u float64) float64) []float64 {
	values := make([]float64, c.w)
	for x := range values {
		values[x] = f((float64(x) + 0.5) / float64(c.h))
	}
	return values
}

// field is f on a coarser grid, smoothed over the pixels: for slow functions
// without sharp edges.
type field struct {
	step   float64
	w      int
	values []float64
}

// gridStep is how many pixels lie between two points of a field.
const gridStep = 4

func (c *canvas) field(f func(u, v float64) float64) *field {
	w, h := c.w/gridStep+2, c.h/gridStep+2
	g := &field{step: gridStep * c.pixel(), w: w, values: make([]float64, w*h)}
	var busy sync.WaitGroup
	painters := runtime.GOMAXPROCS(0)
	for painter := range painters {
		busy.Go(func() {
			for y := painter; y < h; y += painters {
				for x := range w {
					g.values[y*w+x] = f(float64(x)*g.step, float64(y)*g.step)
				}
			}
		})
	}
	busy.Wait()
	return g
}

func (g *field) at(u, v float64) float64 {
	x, y := u/g.step, v/g.step
	ix, iy := int(x), int(y)
	tx, ty := x-float64(ix), y-float64(iy)
	i := iy*g.w + ix
	a := g.values[i] + (g.values[i+1]-g.values[i])*tx
	b := g.values[i+g.w] + (g.values[i+g.w+1]-g.values[i+g.w])*tx
	return a + (b-a)*ty
}
