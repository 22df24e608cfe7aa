//go:build !js

package devrelay

import "math"

// rgb is a colour of sRGB with members in 0..1. It is mixed as it is, except in
// a ramp: there steps must look even.
type rgb struct{ r, g, b float64 }

// web is a colour in web notation, 0xrrggbb.
func web(v uint32) rgb {
	return rgb{float64(v>>16&0xff) / 255, float64(v>>8&0xff) / 255, float64(v&0xff) / 255}
}

// mix goes from a (t = 0) to b (t = 1) and not beyond.
func mix(a, b rgb, t float64) rgb {
	t = clamp(t)
	return rgb{a.r + (b.r-a.r)*t, a.g + (b.g-a.g)*t, a.b + (b.b-a.b)*t}
}

// add lays light over a colour.
func (c rgb) add(light rgb, amount float64) rgb {
	return rgb{c.r + light.r*amount, c.g + light.g*amount, c.b + light.b*amount}
}

func (c rgb) scale(f float64) rgb { return rgb{c.r * f, c.g * f, c.b * f} }

// brightness is about how light the eye finds a colour, 0..1.
func (c rgb) brightness() float64 { return 0.3*c.r + 0.59*c.g + 0.11*c.b }

// ramp is a smooth way through some colours, in steps that look even.
type ramp [256]rgb

func newRamp(stops ...rgb) *ramp {
	var r ramp
	labs := make([]oklab, len(stops))
	for i, stop := range stops {
		labs[i] = toOklab(stop)
	}
	for i := range r {
		at := float64(i) / float64(len(r)-1) * float64(len(stops)-1)
		k := min(int(at), len(stops)-2)
		t := smooth(at - float64(k))
		a, b := labs[k], labs[k+1]
		r[i] = oklab{a.l + (b.l-a.l)*t, a.a + (b.a-a.a)*t, a.b + (b.b-a.b)*t}.rgb()
	}
	return &r
}

// at takes 0..1; beyond that it stays at the ends.
func (r *ramp) at(t float64) rgb {
	at := clamp(t) * float64(len(r)-1)
	i := min(int(at), len(r)-2)
	return mix(r[i], r[i+1], at-float64(i))
}

// oklab is a colour by lightness and two axes of hue, in which distances are
// about as large as they look (Björn Ottosson, 2020).
type oklab struct{ l, a, b float64 }

func toOklab(c rgb) oklab {
	r, g, b := linear(c.r), linear(c.g), linear(c.b)
	l := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	m := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	return oklab{
		0.2104542553*l + 0.7936177850*m - 0.0040720468*s,
		1.9779984951*l - 2.4285922050*m + 0.4505937099*s,
		0.0259040371*l + 0.7827717662*m - 0.8086757660*s,
	}
}

func (c oklab) rgb() rgb {
	l := c.l + 0.3963377774*c.a + 0.2158037573*c.b
	m := c.l - 0.1055613458*c.a - 0.0638541728*c.b
	s := c.l - 0.0894841775*c.a - 1.2914855480*c.b
	l, m, s = l*l*l, m*m*m, s*s*s
	return rgb{
		curved(4.0767416621*l - 3.3077115913*m + 0.2309699292*s),
		curved(-1.2684380046*l + 2.6097574011*m - 0.3413193965*s),
		curved(-0.0041960863*l - 0.7034186147*m + 1.7076147010*s),
	}
}

func linear(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

func curved(v float64) float64 {
	if v <= 0.0031308 {
		return max(0, 12.92*v)
	}
	return 1.055*math.Pow(v, 1/2.4) - 0.055
}

func clamp(t float64) float64 { return max(0, min(1, t)) }

// smooth eases 0..1 in and out.
func smooth(t float64) float64 {
	t = clamp(t)
	return t * t * (3 - 2*t)
}

// between is 0 up to low, 1 from high on, and smooth from one to the other.
func between(low, high, x float64) float64 { return smooth((x - low) / (high - low)) }

func square(x float64) float64 { return x * x }

// fade is 1 at 0 and falls about as e^-x does, for a twentieth of the time.
func fade(x float64) float64 {
	y := 1 / (1 + x/8)
	y *= y
	y *= y
	return y * y
}
