//go:build !js

package devrelay

import (
	"math"
	"math/rand/v2"
)

// drawCity is rows of towers before a large low sun, with windows lit.
func drawCity(c *canvas, p *palette, _ map[string]bool, dice *rand.Rand) {
	horizon := 0.74 + 0.08*dice.Float64()
	s := newSky(c, p, dice, horizon)
	s.sunR *= 1.9
	s.cover *= 0.8

	rows := make([]towers, 4)
	for i := range rows {
		near := float64(i) / float64(len(rows)-1)
		n := noise(dice.Uint32())
		width := 0.035 + 0.05*near
		crowd := 0.28 + 0.12*dice.Float64() - 0.1*near
		base := 0.78 + 0.16*near
		rows[i] = towers{
			width: width,
			n:     n,
			top: c.columns(func(u float64) float64 {
				k := math.Floor(u / width)
				side := u/width - k
				height := crowd * (0.25 + n.lattice(int32(k), 1)*(0.5+n.at(k*0.23, 9)))
				switch style := n.lattice(int32(k), 2); {
				case style < 0.18 && math.Abs(side-0.5) < 0.04:
					height *= 1.28 // a mast
				case style < 0.4:
					if side < 0.18 || side > 0.82 {
						height *= 0.86 // shoulders
					}
				case style > 0.85:
					height += 0.5 * width * (1 - math.Abs(2*side-1)) // a pointed roof
				}
				if side < 0.04 || side > 0.96 {
					height *= 0.55 // a lane to the neighbour
				}
				return base - height
			}),
		}
	}
	lit := 0.25
	if p.dark() {
		lit = 0.55
	}
	soft := c.pixel()
	c.paintColumns(func(x int, u, v float64) rgb {
		for i := len(rows) - 1; i >= 0; i-- {
			r := &rows[i]
			if v < r.top[x] {
				continue
			}
			near := float64(i) / float64(len(rows)-1)
			body := mix(mix(p.far, p.haze, 0.35), p.near, near)
			body = mix(body, p.haze, 0.4*(1-near)*between(0.5, 0.95, v))
			body = mix(body, p.light, 0.18*(1-near)*fade(4*math.Hypot(u-s.sunU, v-s.sunV)))
			return mix(body, mix(p.accent, p.light, 0.55), r.window(u, v, soft)*lit*(0.3+0.7*near))
		}
		return s.at(u, v)
	})
}

// towers is one row of houses, all of the same width.
type towers struct {
	top   []float64 // by column
	width float64
	n     noise
}

// window is how much of a lit window a pixel shows, 0..1.
func (t *towers) window(u, v, soft float64) float64 {
	size := t.width / 6
	house := math.Floor(u / t.width)
	x, y := (u-house*t.width)/size, v/(size*1.5)
	column, floor := math.Floor(x), math.Floor(y)
	if column < 1 || column > 4 {
		return 0 // the walls at the sides
	}
	if t.n.lattice(int32(house*8+column), int32(floor)) < 0.62 {
		return 0 // nobody in
	}
	edge := soft / size
	inside := min(between(0.2-edge, 0.2+edge, x-column), between(0.8+edge, 0.8-edge, x-column))
	return inside * min(between(0.25-edge, 0.25+edge, y-floor), between(0.75+edge, 0.75-edge, y-floor))
}
