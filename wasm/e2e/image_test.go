//go:build !js

package e2e

import (
	"fmt"
	"testing"
)

func TestImageFourVerifiedPictures(t *testing.T) {
	n := network(t)
	v := visit(t, n)
	v.connect(digests)
	const prompt = `a lighthouse at dusk <b> & "quotes" 🌊`
	v.fill("textbox", "Prompt", prompt)
	v.fill("spinbutton", "Pictures", "4")
	v.click("button", "Generate")
	for i := range 4 {
		v.find("image", fmt.Sprintf("%s (%d of 4)", prompt, i+1))
	}
	v.sees("verified")
	v.shot("image-done-1440")
}
