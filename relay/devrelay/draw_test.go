//go:build !js

package devrelay

import (
	"bytes"
	"fmt"
	"image/png"
	"testing"
)

func drawn(t testing.TB, p picture) []byte {
	t.Helper()
	file, err := p.png()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// TestPicture_equal_arguments_make_equal_bytes: three nodes draw on their own,
// and their results must agree.
func TestPicture_equal_arguments_make_equal_bytes(t *testing.T) {
	for _, scene := range scenes {
		p := picture{prompt: "red and blue " + scene.words, seed: 7, index: 2, width: 96, height: 64}
		first := drawn(t, p)
		for range 3 {
			if !bytes.Equal(first, drawn(t, p)) {
				t.Errorf("%.20s: drawn twice, and differently", p.prompt)
			}
		}
	}
}

func TestPicture_depends_on_everything(t *testing.T) {
	base := picture{prompt: "a lake", seed: 1, index: 0, width: 64, height: 64}
	others := map[string]picture{
		"prompt": {prompt: "a lake!", seed: 1, index: 0, width: 64, height: 64},
		"seed":   {prompt: "a lake", seed: 2, index: 0, width: 64, height: 64},
		"index":  {prompt: "a lake", seed: 1, index: 1, width: 64, height: 64},
		"size":   {prompt: "a lake", seed: 1, index: 0, width: 72, height: 64},
	}
	for what, other := range others {
		if bytes.Equal(drawn(t, base), drawn(t, other)) {
			t.Errorf("the %s makes no difference", what)
		}
	}
}

func TestPicture_has_the_size_that_was_asked_for(t *testing.T) {
	for _, scene := range scenes {
		for _, size := range [][2]int{{8, 8}, {8, 512}, {512, 8}, {104, 56}, {250, 333}} {
			p := picture{prompt: scene.words, width: size[0], height: size[1]}
			config, err := png.DecodeConfig(bytes.NewReader(drawn(t, p)))
			if err != nil || config.Width != size[0] || config.Height != size[1] {
				t.Errorf("%v became %d×%d (%v)", size, config.Width, config.Height, err)
			}
		}
	}
	drawn(t, picture{prompt: "a lake", width: maxSide, height: 16})
}

func TestPicture_that_no_node_can_draw(t *testing.T) {
	for _, size := range [][2]int{{0, 512}, {512, -8}, {7, 8}, {2049, 8}} {
		if _, err := (picture{prompt: "a lake", width: size[0], height: size[1]}).png(); err == nil {
			t.Errorf("%v was drawn", size)
		}
	}
}

func TestChooseScene_follows_the_words(t *testing.T) {
	first := func(int) int { return 0 }
	for prompt, want := range map[string]int{
		"Snowy mountains, oil painting": 0, "a boat on the OCEAN": 1, "neon city at night": 2,
		"a planet with rings": 3, "abstract silk": 4, "red roses": 5,
	} {
		if got := chooseScene(words(prompt), first); got != &scenes[want] {
			t.Errorf("%q becomes %.20q", prompt, got.words)
		}
	}
}

func TestChoosePalette_takes_a_named_colour(t *testing.T) {
	p := choosePalette(words("a RED flower in winter"), func(int) int { return 0 })
	if p.accent != web(0xe5383b) {
		t.Errorf("accent is %v", p.accent)
	}
	if p.top != palettes[6].top {
		t.Error("winter has no influence")
	}
}

func BenchmarkPicture(b *testing.B) {
	for i, name := range []string{"land", "sea", "city", "space", "flow", "bloom"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				drawn(b, picture{prompt: scenes[i].words, seed: 1, width: 512, height: 512})
			}
		})
	}
}

func Example_picture() {
	file, err := picture{prompt: "mountains at sunset", seed: 42, width: 512, height: 512}.png()
	fmt.Println(err, string(file[1:4]))
	// Output: <nil> PNG
}
