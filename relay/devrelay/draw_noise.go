//go:build !js

package devrelay

import "math"

// noise is soft randomness over the plane: 0..1, one bump per unit. Equal seeds
// give equal noise.
type noise uint32

func (n noise) lattice(x, y int32) float64 {
	h := uint32(x)*0x9e3779b1 ^ uint32(y)*0x85ebca77 ^ uint32(n)
	h ^= h >> 15
	h *= 0x2c1b3c6d
	h ^= h >> 12
	h *= 0x297a2d39
	h ^= h >> 15
	return float64(h) * (1.0 / (1 << 32))
}

func (n noise) at(x, y float64) float64 {
	fx, fy := math.Floor(x), math.Floor(y)
	ix, iy := int32(fx), int32(fy)
	tx, ty := x-fx, y-fy
	tx *= tx * tx * (tx*(tx*6-15) + 10)
	ty *= ty * ty * (ty*(ty*6-15) + 10)
	a, b := n.lattice(ix, iy), n.lattice(ix+1, iy)
	c, d := n.lattice(ix, iy+1), n.lattice(ix+1, iy+1)
	a += (b - a) * tx
	c += (d - c) * tx
	return a + (c-a)*ty
}

// layered adds ever finer noise: 0..1 around one half.
func (n noise) layered(x, y float64, octaves int) float64 {
	sum, weight, total := 0.0, 1.0, 0.0
	for range octaves {
		sum += n.at(x, y) * weight
		total += weight
		weight /= 2
		// turned and not quite doubled, so that the lattices do not line up
		x, y = 1.62*x-1.18*y+17.3, 1.18*x+1.62*y+9.1
		n += 0x9e3779b9
	}
	return sum / total
}

// ridged is layered noise with sharp crests, as mountains have.
func (n noise) ridged(x, y float64, octaves int) float64 {
	sum, weight, total := 0.0, 1.0, 0.0
	for range octaves {
		crest := 1 - math.Abs(2*n.at(x, y)-1)
		sum += crest * crest * weight
		total += weight
		weight *= 0.48
		x, y = 2.03*x+11.7, 2.03*y+3.9
		n += 0x9e3779b9
	}
	return sum / total
}
