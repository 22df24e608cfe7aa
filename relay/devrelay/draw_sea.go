//go:build !js

package devrelay

import (
	"math"
	"math/rand/v2"
)

// drawSea is a horizon with islands, and the sky once more in the water.
func drawSea(c *canvas, p *palette, prompt map[string]bool, dice *rand.Rand) {
	horizon := 0.46 + 0.16*dice.Float64()
	s := newSky(c, p, dice, horizon)
	s.sunV = horizon * (0.62 + 0.36*dice.Float64())
	waves := noise(dice.Uint32())

	islands := make([][]float64, 1+dice.IntN(3))
	for i := range islands {
		n := noise(dice.Uint32())
		middle := c.wide * dice.Float64()
		width := 0.25 + 0.35*dice.Float64()
		height := 0.05 + 0.1*dice.Float64()
		islands[i] = c.columns(func(u float64) float64 {
			hill := fade(3 * square((u-middle)/width))
			return horizon - height*hill*(0.35+n.ridged(u*5, 0.5, 4)) + 0.012
		})
	}
	boat := dice.IntN(3) > 0 || mentioned(prompt, "boat ship sail sailing") > 0
	boatU, boatV := c.wide*(0.2+0.6*dice.Float64()), horizon+0.06+0.12*dice.Float64()
	soft := c.pixel()

	above := func(x int, u, v float64) rgb {
		colour := s.at(u, v)
		for i, island := range islands {
			body := mix(mix(p.far, p.near, 0.3+0.25*float64(i)), p.haze, 0.35*between(horizon-0.12, horizon, v))
			colour = mix(colour, body, clamp((v-island[x])/soft+0.5))
		}
		return colour
	}
	c.paintColumns(func(x int, u, v float64) rgb {
		if v < horizon {
			return drawBoat(above(x, u, v), p, boat, boatU, boatV, u, v, soft)
		}
		depth := (v - horizon) / (1 - horizon)
		// ripples are finer and flatter far away
		scale := 1 / (0.03 + 0.16*depth)
		ripple := waves.layered(u*scale*1.6, (v-horizon)*scale*22, 3) - 0.5
		mirror := 2*horizon - v + ripple*(0.03+0.2*depth)
		mirror = max(0, min(horizon-0.001, mirror))
		shifted := int(clamp((u+ripple*0.06*depth)/c.wide) * float64(c.w-1))
		colour := above(shifted, (float64(shifted)+0.5)*soft, mirror)
		colour = mix(colour, p.near, 0.25+0.42*depth)

		// the way that the sun lays on the water
		path := fade(square((u - s.sunU) / (0.05 + 0.22*depth)))
		glitter := between(0.02, 0.2, ripple) * path
		colour = mix(colour, p.light, 0.85*glitter*(1-0.5*depth))
		colour = mix(colour, p.haze, 0.5*fade(14*depth))
		return drawBoat(colour, p, boat, boatU, boatV, u, v, soft)
	})
}

// drawBoat lays a sailing boat over a pixel.
func drawBoat(under rgb, p *palette, there bool, boatU, boatV, u, v, soft float64) rgb {
	x, y := (u-boatU)/0.075, (v-boatV)/0.075
	if !there || x < -1 || x > 1 || y < -1.9 || y > 0.5 {
		return under
	}
	edge := soft / 0.075
	// hull: a shallow bowl; sails: two triangles on a mast
	hull := min(between(-edge, edge, y), between(-edge, edge, 0.24-y-0.25*x*x), between(-edge, edge, 0.72-math.Abs(x)-0.35*y))
	large := min(between(-edge, edge, x-0.03), between(-edge, edge, -0.12-y), between(-edge, edge, 1.75+y-2.6*x))
	small := min(between(-edge, edge, -0.05-x), between(-edge, edge, -0.12-y), between(-edge, edge, 1.4+y+2.4*x))
	colour := mix(under, mix(p.light, p.accent, 0.25), large)
	colour = mix(colour, p.light, small*0.92)
	return mix(colour, mix(p.near, rgb{}, 0.3), hull)
}
