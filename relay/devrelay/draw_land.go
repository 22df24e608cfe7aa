//go:build !js

package devrelay

import (
	"math"
	"math/rand/v2"
)

// drawLand is ridges behind ridges, paler with distance, fog between them; woods
// on the near ones where the prompt speaks of them.
func drawLand(c *canvas, p *palette, prompt map[string]bool, dice *rand.Rand) {
	horizon := 0.5 + 0.18*dice.Float64()
	s := newSky(c, p, dice, horizon)
	wooded := mentioned(prompt, "forest tree wood woods jungle pine") > 0 || dice.IntN(3) == 0
	rough := mentioned(prompt, "mountain peak alps rock canyon") > 0 || dice.IntN(2) == 0

	layers := 5 + dice.IntN(2)
	ridges := make([][]float64, layers)
	for i := range ridges {
		n := noise(dice.Uint32())
		near := float64(i) / float64(layers-1)
		base := horizon + (1.02-horizon)*math.Pow(near, 1.25) - 0.02
		height := 0.09 + 0.1*near
		if rough {
			height = 0.3 - 0.16*near
		}
		frequency := 1.6 + 1.1*near
		ridges[i] = c.columns(func(u float64) float64 {
			if rough && near < 0.7 {
				return base - height*(n.ridged(u*frequency, 0.5, 6)-0.25)
			}
			return base - height*(n.layered(u*frequency, 0.5, 5)-0.35)*1.6
		})
		if wooded && near >= 0.5 {
			plantTrees(c, ridges[i], noise(dice.Uint32()), near)
		}
	}
	ground := newRamp(mix(p.haze, p.far, 0.75), p.far, p.near)
	soft := c.pixel()
	c.paintColumns(func(x int, u, v float64) rgb {
		colour := rgb{}
		covered := false
		// from the nearest ridge back; the first that is fully here hides the rest
		var edge float64
		var over rgb
		for i := layers - 1; i >= 0; i-- {
			ridge := ridges[i][x]
			cover := (v-ridge)/soft + 0.5
			if cover <= 0 {
				continue
			}
			near := float64(i) / float64(layers-1)
			body := ground.at(near)
			// light falls along the crest, fog rises from the valley
			body = mix(body, p.light, 0.16*(1-near)*fade(26*(v-ridge)))
			body = mix(body, p.haze, 0.55*(1-near*0.85)*between(0, 0.22, v-ridge))
			if cover >= 1 {
				colour, covered = body, true
				break
			}
			over, edge = body, cover
		}
		if !covered {
			colour = s.at(u, v)
		}
		if edge > 0 {
			colour = mix(colour, over, edge)
		}
		return colour
	})
}

// plantTrees raises a ridge by the outlines of firs.
func plantTrees(c *canvas, ridge []float64, n noise, near float64) {
	width := 0.011 + 0.014*near
	tops := c.columns(func(u float64) float64 {
		tallest := 0.0
		cell := math.Floor(u / width)
		for k := cell - 1; k <= cell+1; k++ {
			middle := (k + 0.2 + 0.6*n.lattice(int32(k), 1)) * width
			height := width * (1.2 + 2.6*n.lattice(int32(k), 2))
			if n.lattice(int32(k), 3) < 0.25 {
				continue // a gap
			}
			side := math.Abs(u-middle) / (width * 0.75)
			if side < 1 {
				// three tiers of branches
				tier := math.Mod(side*3, 1)
				tallest = max(tallest, height*(1-side+0.12*tier))
			}
		}
		return tallest
	})
	for x := range ridge {
		ridge[x] -= tops[x]
	}
}
