//go:build !js

package devrelay

import (
	"math"
	"math/rand/v2"
)

// drawFlow is folded silk: noise that is bent by noise, lit from one side.
func drawFlow(c *canvas, p *palette, _ map[string]bool, dice *rand.Rand) {
	n, m := noise(dice.Uint32()), noise(dice.Uint32())
	angle := 2 * math.Pi * dice.Float64()
	sin, cos := math.Sincos(angle)
	stretch := 1.6 + 1.4*dice.Float64()
	height := c.field(func(u, v float64) float64 {
		x, y := (u*cos+v*sin)*0.9, (-u*sin+v*cos)*stretch
		a, b := n.layered(x+1.3, y, 2), m.layered(x, y+4.1, 2)
		return n.layered(x+2.6*a+7, y+2.6*b, 3)
	})
	colours := newRamp(p.near, p.top, p.middle, p.accent, p.haze, p.light)
	step := gridStep * c.pixel()
	folds := 5 + 4*dice.Float64()
	c.paint(func(u, v float64) rgb {
		h := height.at(u, v)
		du := height.at(min(u+step, c.wide), v) - h
		dv := height.at(u, min(v+step, 1)) - h
		slope := (du*cos + dv*sin) / step
		wave := math.Sin(2 * math.Pi * h * folds)
		colour := colours.at(between(0.14, 0.86, h) + 0.05*wave)
		colour = colour.scale(0.92 + 0.16*wave*0.5 + 0.1*slope)
		return colour.add(p.light, 0.16*math.Pow(clamp(0.5+0.32*slope*wave), 3))
	})
}
