//go:build !js

package devrelay

import (
	"strings"
	"unicode"
)

// palette is the colours of one picture: a sky from the top down to the haze at
// the horizon, its light, the ground from far to near, and one colour that
// stands out.
type palette struct {
	words                    string // any of these in a prompt asks for it
	top, middle, haze, light rgb
	far, near, accent        rgb
}

// dark says whether stars can be seen and windows are lit.
func (p *palette) dark() bool { return p.top.brightness() < 0.25 }

var palettes = []palette{
	{"sunset dusk evening orange warm", hex(0x2d2a5a), hex(0xd1506b), hex(0xffc27a), hex(0xfff1c9), hex(0xb5658a), hex(0x1d1436), hex(0xff7a59)},
	{"dawn sunrise morning pink rose", hex(0x6a8fc9), hex(0xf2b5c4), hex(0xffe6cf), hex(0xfffaf0), hex(0xb9a3cf), hex(0x3b3a66), hex(0xf47c9b)},
	{"night midnight moon moonlight dark stars starry", hex(0x050b24), hex(0x122a5c), hex(0x3f6ba3), hex(0xf3f1e0), hex(0x2c4f85), hex(0x040816), hex(0xffd27d)},
	{"day noon summer sunny blue clear sky", hex(0x2f78c4), hex(0x7fb8e6), hex(0xe2f1f5), hex(0xffffff), hex(0x8fb4c9), hex(0x1c4438), hex(0xf2c14e)},
	{"forest green spring jungle grass emerald", hex(0x5fa8a0), hex(0xb5dcc0), hex(0xf3f4d5), hex(0xfffbe3), hex(0x86b59a), hex(0x0d2f2a), hex(0xd9e76c)},
	{"autumn fall gold golden yellow amber brown", hex(0x7a8fa6), hex(0xe5c39a), hex(0xfbe3b2), hex(0xfff6da), hex(0xc58b5b), hex(0x3a1d1a), hex(0xe2711d)},
	{"winter snow snowy ice cold white frozen", hex(0x7d9cc0), hex(0xc4d5e8), hex(0xf4f7fb), hex(0xffffff), hex(0xa9bdd6), hex(0x30435f), hex(0xdff3ff)},
	{"purple violet magic fantasy dream lavender", hex(0x1f1147), hex(0x6a3fa0), hex(0xe3a5d8), hex(0xffe9f7), hex(0x7a5bb0), hex(0x140a2e), hex(0x7df3e1)},
	{"neon cyberpunk futuristic synthwave city cyber", hex(0x0b0630), hex(0x5a189a), hex(0xff5d8f), hex(0xffd6a5), hex(0x6a2c91), hex(0x0a0420), hex(0x29f0e8)},
	{"desert red mars sand canyon dune", hex(0x3f6c8f), hex(0xe0a983), hex(0xf9d9a8), hex(0xfff3d1), hex(0xcf7b52), hex(0x4a1a1f), hex(0xf05d3b)},
	{"ocean sea teal turquoise tropical beach lagoon water", hex(0x0e5a7a), hex(0x4bb3b8), hex(0xf6e3bd), hex(0xfffbe6), hex(0x3f8f9c), hex(0x06303f), hex(0xff9e7a)},
	{"storm rain grey gray fog mist misty cloudy monochrome", hex(0x3d4a57), hex(0x8a98a3), hex(0xd6dad8), hex(0xf7f5ee), hex(0x7b8b96), hex(0x171e25), hex(0xe8c07d)},
}

// accents are colours that a prompt may name for what stands out.
var accents = []struct {
	words  string
	colour rgb
}{
	{"red crimson scarlet", hex(0xe5383b)},
	{"orange", hex(0xff7f36)},
	{"yellow", hex(0xffcf3f)},
	{"gold golden amber", hex(0xf2b632)},
	{"green emerald", hex(0x57b560)},
	{"teal turquoise cyan", hex(0x2fc7bb)},
	{"blue azure", hex(0x4c8dff)},
	{"purple violet lavender", hex(0x9b5de5)},
	{"pink rose", hex(0xff7eb6)},
	{"white", hex(0xf4f4f8)},
	{"black", hex(0x2b2b33)},
}

// words are the lower-case words of a prompt.
func words(prompt string) map[string]bool {
	list := strings.FieldsFunc(strings.ToLower(prompt), func(r rune) bool { return !unicode.IsLetter(r) })
	set := make(map[string]bool, len(list))
	for _, word := range list {
		set[word] = true
		set[strings.TrimSuffix(word, "s")] = true
	}
	return set
}

// mentioned counts how many of the words are among those of a prompt.
func mentioned(prompt map[string]bool, words string) int {
	count := 0
	for word := range strings.FieldsSeq(words) {
		if prompt[word] {
			count++
		}
	}
	return count
}

// choosePalette takes one of the palettes that fit the prompt best, or any when
// none fits at all. A colour that the prompt names becomes what stands out.
func choosePalette(prompt map[string]bool, pick func(n int) int) *palette {
	p := fittingPalette(prompt, pick)
	for _, accent := range accents {
		if mentioned(prompt, accent.words) > 0 {
			p.accent = accent.colour
			break
		}
	}
	return &p
}

func fittingPalette(prompt map[string]bool, pick func(n int) int) palette {
	best, fitting := 1, []*palette(nil)
	for i := range palettes {
		count := mentioned(prompt, palettes[i].words)
		if count > best {
			best, fitting = count, nil
		}
		if count == best {
			fitting = append(fitting, &palettes[i])
		}
	}
	if fitting == nil {
		return palettes[pick(len(palettes))]
	}
	return *fitting[pick(len(fitting))]
}
