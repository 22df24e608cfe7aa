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
	{"sunset dusk evening orange warm", web(0x2d2a5a), web(0xd1506b), web(0xffc27a), web(0xfff1c9), web(0xb5658a), web(0x1d1436), web(0xff7a59)},
	{"dawn sunrise morning pink rose", web(0x6a8fc9), web(0xf2b5c4), web(0xffe6cf), web(0xfffaf0), web(0xb9a3cf), web(0x3b3a66), web(0xf47c9b)},
	{"night midnight moon moonlight dark stars starry", web(0x050b24), web(0x122a5c), web(0x3f6ba3), web(0xf3f1e0), web(0x2c4f85), web(0x040816), web(0xffd27d)},
	{"day noon summer sunny blue clear sky", web(0x2f78c4), web(0x7fb8e6), web(0xe2f1f5), web(0xffffff), web(0x8fb4c9), web(0x1c4438), web(0xf2c14e)},
	{"forest green spring jungle grass emerald", web(0x5fa8a0), web(0xb5dcc0), web(0xf3f4d5), web(0xfffbe3), web(0x86b59a), web(0x0d2f2a), web(0xd9e76c)},
	{"autumn fall gold golden yellow amber brown", web(0x7a8fa6), web(0xe5c39a), web(0xfbe3b2), web(0xfff6da), web(0xc58b5b), web(0x3a1d1a), web(0xe2711d)},
	{"winter snow snowy ice cold white frozen", web(0x7d9cc0), web(0xc4d5e8), web(0xf4f7fb), web(0xffffff), web(0xa9bdd6), web(0x30435f), web(0xdff3ff)},
	{"purple violet magic fantasy dream lavender", web(0x1f1147), web(0x6a3fa0), web(0xe3a5d8), web(0xffe9f7), web(0x7a5bb0), web(0x140a2e), web(0x7df3e1)},
	{"neon cyberpunk futuristic synthwave city cyber", web(0x0b0630), web(0x5a189a), web(0xff5d8f), web(0xffd6a5), web(0x6a2c91), web(0x0a0420), web(0x29f0e8)},
	{"desert red mars sand canyon dune", web(0x3f6c8f), web(0xe0a983), web(0xf9d9a8), web(0xfff3d1), web(0xcf7b52), web(0x4a1a1f), web(0xf05d3b)},
	{"ocean sea teal turquoise tropical beach lagoon water", web(0x0e5a7a), web(0x4bb3b8), web(0xf6e3bd), web(0xfffbe6), web(0x3f8f9c), web(0x06303f), web(0xff9e7a)},
	{"storm rain grey gray fog mist misty cloudy monochrome", web(0x3d4a57), web(0x8a98a3), web(0xd6dad8), web(0xf7f5ee), web(0x7b8b96), web(0x171e25), web(0xe8c07d)},
}

// accents are colours that a prompt may name for what stands out.
var accents = []struct {
	words  string
	colour rgb
}{
	{"red crimson scarlet", web(0xe5383b)},
	{"orange", web(0xff7f36)},
	{"yellow", web(0xffcf3f)},
	{"gold golden amber", web(0xf2b632)},
	{"green emerald", web(0x57b560)},
	{"teal turquoise cyan", web(0x2fc7bb)},
	{"blue azure", web(0x4c8dff)},
	{"purple violet lavender", web(0x9b5de5)},
	{"pink rose", web(0xff7eb6)},
	{"white", web(0xf4f4f8)},
	{"black", web(0x2b2b33)},
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
