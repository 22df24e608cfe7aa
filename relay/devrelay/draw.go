//go:build !js

package devrelay

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"image/png"
	"math/rand/v2"
	"strings"
)

// The sizes that a node can draw, in pixels.
const (
	minSide = 8
	maxSide = 2048
)

// picture says what to draw. Equal pictures become equal bytes.
type picture struct {
	prompt        string
	seed          uint64
	index         int // of the picture in its task
	width, height int
}

// scene is one kind of picture. Its words in a prompt ask for it.
type scene struct {
	words string
	draw  func(c *canvas, p *palette, prompt map[string]bool, dice *rand.Rand)
}

var scenes = []scene{
	{"mountain hill valley landscape forest tree nature desert field village lake snow alps canyon dune", drawLand},
	{"sea ocean beach tropical sailing island boat ship sail water wave coast lagoon harbour harbor fish", drawSea},
	{"city town street skyline building tower cyberpunk skyscraper neon robot car", drawCity},
	{"space planet galaxy nebula cosmos universe astronaut rocket alien saturn mars", drawSpace},
	{"abstract silk flow wave pattern marble texture liquid smoke painting swirl music", drawFlow},
	{"flower rose lotus bloom blossom petal dahlia mandala garden sunflower", drawBloom},
}

// png draws the picture. It is no model's work and does not look like one: a
// landscape, a sea, a city, a planet, a flower or folds of silk, whichever the
// words of the prompt come closest to, in colours that they name.
func (p picture) png() ([]byte, error) {
	if p.width < minSide || p.height < minSide || p.width > maxSide || p.height > maxSide {
		return nil, fmt.Errorf("a picture of %d×%d pixels cannot be drawn", p.width, p.height)
	}
	prompt := words(p.prompt)
	dice := p.dice()
	colours := choosePalette(prompt, dice.IntN)
	scene := chooseScene(prompt, dice.IntN)
	c := newCanvas(p.width, p.height)
	scene.draw(c, colours, prompt, dice)

	var file bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := encoder.Encode(&file, c.image); err != nil {
		return nil, fmt.Errorf("encode picture: %w", err)
	}
	return file.Bytes(), nil
}

// dice are loaded by everything but the size: a picture keeps its motif when it
// is drawn larger.
func (p picture) dice() *rand.Rand {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d/%d/%s", p.seed, p.index, strings.TrimSpace(p.prompt)))
	return rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16])))
}

// chooseScene takes one of the scenes that the prompt speaks of most, or any.
func chooseScene(prompt map[string]bool, pick func(n int) int) *scene {
	best, fitting := 1, []*scene(nil)
	for i := range scenes {
		count := mentioned(prompt, scenes[i].words)
		if count > best {
			best, fitting = count, nil
		}
		if count == best {
			fitting = append(fitting, &scenes[i])
		}
	}
	if fitting == nil {
		return &scenes[pick(len(scenes))]
	}
	return fitting[pick(len(fitting))]
}
