//go:build !js

package site

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
)

// point is a place in the icon; both coordinates run from 0 to 1, y downwards.
type point struct{ x, y float64 }

// facet is one side of the crystal.
type facet struct {
	corners []point
	fill    color.RGBA
}

var (
	iconGround = color.RGBA{0x1b, 0x1d, 0x3a, 0xff}

	// The crystal stays inside the circle that maskable icons keep (80 %).
	top, right, bottom, left, middle = point{.5, .14}, point{.8, .42}, point{.5, .86}, point{.2, .42}, point{.5, .48}

	facets = []facet{
		{[]point{top, middle, left}, color.RGBA{0xb9, 0xb4, 0xff, 0xff}},
		{[]point{top, right, middle}, color.RGBA{0x8f, 0x86, 0xff, 0xff}},
		{[]point{left, middle, bottom}, color.RGBA{0x73, 0x68, 0xf0, 0xff}},
		{[]point{middle, right, bottom}, color.RGBA{0x52, 0x46, 0xd4, 0xff}},
	}
)

// iconRadius is that of the rounded corners, in widths of the icon.
const iconRadius = .22

// addIcons draws the icon in every form that browsers and phones ask for.
func (f files) addIcons() error {
	f["icon.svg"] = iconSVG()
	for _, icon := range []struct {
		name   string
		size   int
		radius float64
	}{
		{"icon-32.png", 32, iconRadius},
		{"icon-180.png", 180, 0}, // iOS rounds it itself
		{"icon-192.png", 192, iconRadius},
		{"icon-512.png", 512, iconRadius},
		{"icon-maskable.png", 512, 0},
	} {
		b, err := iconPNG(icon.size, icon.radius)
		if err != nil {
			return err
		}
		f[icon.name] = b
	}
	return nil
}

func iconSVG() []byte {
	const size = 512
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d">`, size, size)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" rx="%.0f" fill="%s"/>`, size, size, iconRadius*size, hexColour(iconGround))
	for _, f := range facets {
		var corners []string
		for _, c := range f.corners {
			corners = append(corners, fmt.Sprintf("%.0f,%.0f", c.x*size, c.y*size))
		}
		fmt.Fprintf(&b, `<path d="M%sz" fill="%s"/>`, strings.Join(corners, "L"), hexColour(f.fill))
	}
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

func hexColour(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

func iconPNG(size int, radius float64) ([]byte, error) {
	img := image.NewRGBA(image.Rect(0, 0, size, size))
	for y := range size {
		for x := range size {
			img.SetRGBA(x, y, pixel(x, y, size, radius))
		}
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, img); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// pixel is the mean of some points inside it, which smooths the edges.
func pixel(x, y, size int, radius float64) color.RGBA {
	const side = 4
	var r, g, b, a int
	for i := range side * side {
		c := iconAt(point{
			(float64(x) + (float64(i%side)+.5)/side) / float64(size),
			(float64(y) + (float64(i/side)+.5)/side) / float64(size),
		}, radius)
		r, g, b, a = r+int(c.R), g+int(c.G), b+int(c.B), a+int(c.A)
	}
	const n = side * side
	return color.RGBA{uint8(r / n), uint8(g / n), uint8(b / n), uint8(a / n)}
}

func iconAt(p point, radius float64) color.RGBA {
	dx, dy := max(radius-p.x, p.x-(1-radius), 0), max(radius-p.y, p.y-(1-radius), 0)
	if dx*dx+dy*dy > radius*radius {
		return color.RGBA{} // outside a rounded corner
	}
	for _, f := range facets {
		if f.holds(p) {
			return f.fill
		}
	}
	return iconGround
}

// holds tells whether p is inside: a line from p to the right crosses the
// outline an odd number of times.
func (f facet) holds(p point) bool {
	inside := false
	for i, a := range f.corners {
		b := f.corners[(i+1)%len(f.corners)]
		if (a.y > p.y) != (b.y > p.y) && p.x < a.x+(b.x-a.x)*(p.y-a.y)/(b.y-a.y) {
			inside = !inside
		}
	}
	return inside
}
