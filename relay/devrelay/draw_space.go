//go:build !js

package devrelay

import (
	"math"
	"math/rand/v2"
)

// drawSpace is a planet with or without a ring, before clouds of gas and stars.
func drawSpace(c *canvas, p *palette, prompt map[string]bool, dice *rand.Rand) {
	deep := mix(p.near, rgb{0.01, 0.01, 0.03}, 0.72)
	gas := newRamp(deep, mix(deep, p.top, 0.6), mix(p.middle, p.accent, 0.25), p.haze)
	n, m := noise(dice.Uint32()), noise(dice.Uint32())
	cloud := c.field(func(u, v float64) float64 {
		a, b := n.layered(u*1.4, v*1.4, 3), m.layered(u*1.4+5, v*1.4, 3)
		return n.layered(u*1.7+2.4*a, v*1.7+2.4*b, 4)
	})
	stars := &sky{starSeed: noise(dice.Uint32()), pixel: c.pixel()}

	planetU, planetV := c.wide*(0.3+0.4*dice.Float64()), 0.36+0.28*dice.Float64()
	radius := 0.14 + 0.15*dice.Float64()
	bands := noise(dice.Uint32())
	tilt := -0.6 + 1.2*dice.Float64()
	ring := dice.IntN(2) == 0 || mentioned(prompt, "ring saturn") > 0
	sunAngle := 2 * math.Pi * dice.Float64()
	sun := [3]float64{0.8 * math.Cos(sunAngle), 0.8 * math.Sin(sunAngle), 0.6}
	surface := newRamp(mix(p.near, p.far, 0.5), p.far, mix(p.middle, p.accent, 0.4), p.haze)
	sin, cos := math.Sincos(tilt)
	soft := c.pixel() / radius

	ringAt := func(x, y float64) (rgb, float64) {
		rx, ry := x*cos+y*sin, (-x*sin+y*cos)/0.27
		distance := math.Hypot(rx, ry)
		if distance < 1.3 || distance > 2.25 {
			return rgb{}, 0
		}
		stripe := bands.layered(distance*14, 3.5, 3)
		body := between(1.3, 1.4, distance) * between(2.25, 2.1, distance)
		return mix(p.haze, p.accent, stripe), body * (0.25 + 0.6*between(0.3, 0.6, stripe))
	}
	c.paint(func(u, v float64) rgb {
		colour := gas.at(between(0.36, 0.86, cloud.at(u, v)))
		colour = colour.add(rgb{1, 1, 0.96}, stars.star(u, v)+0.6*stars.star(u*1.7+3, v*1.7+5))

		x, y := (u-planetU)/radius, (v-planetV)/radius
		distance := math.Hypot(x, y)
		air := fade(9*max(0, distance-1)) * clamp(0.35+0.65*(x*sun[0]+y*sun[1]))
		colour = colour.add(mix(p.haze, p.light, 0.4), 0.5*air)

		ringColour, ringBody := rgb{}, 0.0
		if ring {
			ringColour, ringBody = ringAt(x, y)
		}
		behind := -x*sin+y*cos < 0
		if behind {
			colour = mix(colour, ringColour, ringBody)
		}
		if distance < 1+soft {
			z := math.Sqrt(max(0, 1-distance*distance))
			light := clamp(x*sun[0] + y*sun[1] + z*sun[2])
			across, along := -x*sin+y*cos, (x*cos+y*sin)*(0.5+0.5*z)
			pattern := bands.layered(along*1.2+5, across*4.5+bands.at(along*2, across*3), 5)
			ball := surface.at(between(0.2, 0.8, pattern)).scale(0.06 + 1.02*light)
			ball = mix(ball, p.haze, 0.5*math.Pow(1-z, 3)*light)
			colour = mix(colour, ball, between(1+soft, 1-soft, distance))
		}
		if !behind {
			colour = mix(colour, ringColour, ringBody)
		}
		return colour
	})
}
