//go:build !js

package e2e

import (
	"bytes"
	"fmt"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp/kb"
)

// readmeShot is where the picture of the README is, from this folder.
const readmeShot = "../../docs/verified-task.png"

func TestImageFourVerifiedPictures(t *testing.T) {
	t.Parallel()
	n := network(t)
	v := visit(t, n)
	v.connect(digests)
	account := v.wallet(digests).Address()
	before := v.cnx(account)

	const prompt = "old sailing boats in a quiet harbour at dusk, warm light"
	v.fill("textbox", "Prompt", prompt)
	v.fill("spinbutton", "Pictures", "4")
	v.click("checkbox", "New random seed for every task")
	v.fill("spinbutton", "Seed", "20240117")
	v.click("button", "Generate")
	for i := range 4 {
		v.find("image", ofFour(prompt, i))
	}
	v.find("button", "verified")

	v.part("asks_the_wallet_no_more_than_it_must", func(t *testing.T) {
		want := map[string]int{"eth_requestAccounts": 1, "eth_sendTransaction": 2, "eth_sign": 1 + 4}
		if got := v.prompts(digests); !maps.Equal(got, want) {
			t.Errorf("the wallet was asked %v, want %v", got, want)
		}
	})
	v.part("costs_one_fee", func(t *testing.T) {
		if paid := before - v.cnx(account); paid != 30 {
			t.Errorf("the account paid %d CNX", paid)
		}
		v.until("the new balance in the header", func() bool { return strings.Contains(v.text("group", "Balances"), "270 CNX") })
	})
	v.part("says_what_it_is", func(t *testing.T) {
		card := v.text("article", "Task: "+prompt)
		for _, part := range []string{"seed 20240117", "task 1", "30 CNX", "development network"} {
			if !strings.Contains(card, part) {
				t.Errorf("the task does not say %q:\n%s", part, card)
			}
		}
		if args := v.arguments(1); !strings.Contains(args, `"seed":20240117`) {
			t.Errorf("the nodes got another seed: %s", args)
		}
	})
	v.part("proves_it", func(t *testing.T) {
		v.click("button", "verified")
		why := v.text("dialog", "Why this is verified")
		for _, part := range []string{v.paidFor(1).Hex(), "development network"} {
			if !strings.Contains(why, part) {
				t.Errorf("the badge does not name %s:\n%s", part, why)
			}
		}
		v.press(kb.Escape)
		v.gone("dialog", "Why this is verified")
	})
	v.part("opens_in_full_size", func(t *testing.T) {
		v.click("button", "Open "+ofFour(prompt, 1))
		v.find("dialog", ofFour(prompt, 1))
		v.press(kb.ArrowRight)
		v.find("dialog", ofFour(prompt, 2))
		v.press(kb.ArrowLeft)
		v.press(kb.ArrowLeft)
		v.find("dialog", ofFour(prompt, 0))
		v.press(kb.ArrowLeft) // round to the other end
		v.find("dialog", ofFour(prompt, 3))
		v.find("image", ofFour(prompt, 3))
		v.shot("image-full-1440")
		v.press(kb.Escape)
		v.gone("dialog", ofFour(prompt, 3))
	})
	v.part("saves_the_file_as_it_came", func(t *testing.T) {
		dir := t.TempDir()
		v.run(browser.SetDownloadBehavior(browser.SetDownloadBehaviorBehaviorAllow).WithBrowserContextID(v.inside()).WithDownloadPath(dir))
		v.click("button", "Download "+ofFour(prompt, 2))
		path := filepath.Join(dir, "old-sailing-boats-in-a-quiet-harbour-at-task1-3.png")
		var file []byte
		v.until("the file", func() bool {
			file, _ = os.ReadFile(path)
			return len(file) > 0
		})
		if !bytes.Equal(file, v.result(1, 2)) {
			t.Error("the file is not the one at the Relay")
		}
		if config, err := png.DecodeConfig(bytes.NewReader(file)); err != nil || config.Width != 512 || config.Height != 512 {
			t.Errorf("no picture of 512×512: %+v, %v", config, err)
		}
	})
	v.whole()

	for _, dark := range []bool{true, false} {
		for _, width := range []int64{390, 1440} {
			height, scheme := int64(900), "light"
			if width == 390 {
				height = 844
			}
			if dark {
				scheme = "dark"
			}
			v.size(width, height, width == 390)
			v.dark(dark)
			v.top()
			v.fits()
			v.shot(fmt.Sprintf("image-done-%d-%s", width, scheme))
		}
	}
	if os.Getenv("README_SHOT") == "1" {
		v.shotTo(readmeShot)
	}
}

// ofFour is the name of one of four pictures.
func ofFour(prompt string, i int) string { return fmt.Sprintf("%s (%d of 4)", prompt, i+1) }
