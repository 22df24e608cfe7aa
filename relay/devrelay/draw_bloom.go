//go:build !js

package devrelay

import (
	"math"
	"math/rand/v2"
)

// drawBloom is a flower from above: rings of petals, each over the one outside.
func drawBloom(c *canvas, p *palette, _ map[string]bool, dice *rand.Rand) {
	middleU, middleV := c.wide*(0.42+0.16*dice.Float64()), 0.42+0.16*dice.Float64()
	background := newRamp(mix(p.near, p.top, 0.35), p.near, mix(p.near, rgb{}, 0.35))
	petal := newRamp(mix(p.accent, p.near, 0.55), p.accent, mix(p.accent, p.light, 0.55))
	n := noise(dice.Uint32())
	mist := c.field(func(u, v float64) float64 { return n.layered(u*2.2, v*2.2, 3) })

	type ring struct{ count, radius, turn, sharp float64 } // sharp 0 = round petals
	rings := make([]ring, 4+dice.IntN(2))
	count := float64(7 + dice.IntN(6))
	for i := range rings {
		rings[i] = ring{
			count:  count,
			radius: 0.46 * math.Pow(0.74, float64(i)),
			turn:   2 * math.Pi * dice.Float64(),
			sharp:  0.6 * dice.Float64(),
		}
	}
	soft := 1.5 * c.pixel()
	c.paint(func(u, v float64) rgb {
		x, y := u-middleU, v-middleV
		distance, angle := math.Hypot(x, y), math.Atan2(y, x)
		colour := background.at(distance*0.9 + 0.5*(mist.at(u, v)-0.5))
		colour = mix(colour, p.haze, 0.25*between(0.62, 0.8, mist.at(u, v))+0.3*fade(4*distance))
		// from the innermost ring, which lies on top, outwards until nothing shines through
		through := 1.0
		var petals rgb
		for i := len(rings) - 1; i >= 0 && through > 0; i-- {
			r := &rings[i]
			if distance > r.radius+soft {
				continue
			}
			turn := (angle+r.turn+0.25*math.Sin(3*distance+r.turn))*r.count/(2*math.Pi) + 100
			across := math.Abs(2*(turn-math.Floor(turn)) - 1) // 0 along the middle of a petal, 1 between two
			round := 1 - across*across
			length := r.radius * (0.35 + 0.65*(math.Sqrt(round)+(round-math.Sqrt(round))*r.sharp))
			if distance > length+soft {
				continue
			}
			along := distance / r.radius
			shade := 0.2 + 0.6*along - 0.35*across*across + 0.12*float64(i)
			shade += 0.05 * math.Sin(across*22+6*along) * (1 - across) // veins
			body := petal.at(shade)
			body = mix(body, p.near, 0.25*between(length, length*0.25, distance)+0.35*between(0.75, 1, across))
			body = mix(body, p.light, 0.4*between(length-0.03, length, distance))
			cover := between(length+soft, length-soft, distance)
			petals = petals.add(body, cover*through)
			through *= 1 - cover
		}
		colour = petals.add(colour, through)
		heart := 0.055
		if distance < heart+soft {
			seeds := between(0.45, 0.7, n.at(x*260, y*260))
			body := mix(mix(p.haze, p.accent, 0.4), p.light, 0.7*seeds).scale(0.75 + 0.25*(1-distance/heart))
			colour = mix(colour, body, between(heart+soft, heart-soft, distance))
		}
		return colour
	})
}
