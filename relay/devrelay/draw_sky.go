//go:build !js

package devrelay

import (
	"math"
	"math/rand/v2"
)

// sky is what hangs over every outdoor scene: a gradient down to the horizon,
// sun or moon with its glow, clouds, and stars where it is dark.
type sky struct {
	*palette
	colours    *ramp
	horizon    float64
	sunU, sunV float64
	sunR       float64
	stars      float64 // how dense, 0 = none
	clouds     *field
	cover      float64
	pixel      float64
	starSeed   noise
}

func newSky(c *canvas, p *palette, dice *rand.Rand, horizon float64) *sky {
	s := &sky{
		palette: p,
		colours: newRamp(p.top, p.middle, p.haze),
		horizon: horizon,
		sunU:    c.wide * (0.2 + 0.6*dice.Float64()),
		sunV:    horizon * (0.35 + 0.5*dice.Float64()),
		sunR:    0.035 + 0.06*dice.Float64(),
		cover:   0.35 + 0.3*dice.Float64(),
		pixel:   c.pixel(),
	}
	if p.dark() {
		s.stars = 0.5 + 0.5*dice.Float64()
		s.cover *= 0.6
	}
	n := noise(dice.Uint32())
	s.starSeed = noise(dice.Uint32())
	s.clouds = c.field(func(u, v float64) float64 {
		// flatter towards the horizon, as if seen from below
		far := 1.6 + 5*square(clamp(v/horizon))
		bend := n.layered(u*1.5, v*2, 2)
		return (n + 7).layered(u*2.2+bend, v*2.2*far, 4)
	})
	return s
}

// at is the colour of the sky in one direction.
func (s *sky) at(u, v float64) rgb {
	depth := clamp(v / s.horizon)
	colour := s.colours.at(depth)
	distance := math.Hypot(u-s.sunU, v-s.sunV)

	if s.stars > 0 {
		colour = colour.add(rgb{1, 1, 0.95}, s.star(u, v)*s.stars*(1-depth))
	}
	glow := fade(3.2*distance)*0.42 + fade(12*distance)*0.25
	colour = mix(colour, s.light, glow)

	density := between(1-s.cover-0.14, 1-s.cover+0.22, s.clouds.at(u, v))
	lit := mix(mix(s.middle, s.haze, 0.6), s.light, 0.35+0.5*fade(2.4*distance))
	colour = mix(colour, lit, density*0.62*(0.35+0.65*depth))

	disc := between(s.sunR+1.5*s.pixel, s.sunR-1.5*s.pixel, distance)
	return mix(colour, s.light, disc*(1-0.5*density))
}

// star is a light in some of the cells of a fine grid.
func (s *sky) star(u, v float64) float64 {
	const cells = 70
	cu, cv := math.Floor(u*cells), math.Floor(v*cells)
	if s.starSeed.lattice(int32(cu), int32(cv)) < 0.93 {
		return 0
	}
	x := (cu + 0.2 + 0.6*(s.starSeed+1).lattice(int32(cu), int32(cv))) / cells
	y := (cv + 0.2 + 0.6*(s.starSeed+2).lattice(int32(cu), int32(cv))) / cells
	size := (s.starSeed + 3).lattice(int32(cu), int32(cv))
	r := 0.0009 + 0.0016*size*size*size + s.pixel*0.3
	return between(r+s.pixel*0.6, 0, math.Hypot(u-x, v-y)) * (0.35 + 0.65*size)
}
