package imagehash_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"os"
	"testing"

	"github.com/ethereum/go-ethereum/common/hexutil"

	"crynux-dapp/app/proof/imagehash"
)

// task is one recorded task.
type task struct {
	Task   int
	Result hexutil.Bytes
	Images [][]byte
}

func tasks(t testing.TB) (all []task) {
	t.Helper()
	text, err := os.ReadFile("testdata/results.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	if len(all) != 5 {
		t.Fatalf("%d tasks instead of 5", len(all))
	}
	return all
}

func encode(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestOf_is_what_the_chain_held(t *testing.T) {
	for _, task := range tasks(t) {
		t.Run(fmt.Sprint(task.Task), func(t *testing.T) {
			var result []byte
			for i, picture := range task.Images {
				hash, err := imagehash.Of(picture)
				if err != nil {
					t.Fatalf("image %d: %v", i, err)
				}
				result = binary.BigEndian.AppendUint64(result, hash)
			}
			if !bytes.Equal(result, task.Result) {
				t.Errorf("%x instead of %x", result, []byte(task.Result))
			}
		})
	}
}

func TestOf_refuses_every_truncation(t *testing.T) {
	picture := tasks(t)[0].Images[0]
	for n := range len(picture) {
		if hash, err := imagehash.Of(picture[:n]); !errors.Is(err, imagehash.ErrUnreadable) || hash != 0 {
			t.Fatalf("%d of %d bytes: %x, %v", n, len(picture), hash, err)
		}
	}
}

func TestOf_refuses_what_is_no_PNG(t *testing.T) {
	damaged := bytes.Clone(tasks(t)[0].Images[0])
	damaged[len(damaged)/2] ^= 1
	for name, data := range map[string][]byte{
		"nothing": nil,
		"HTML":    []byte("<!DOCTYPE html><html></html>"),
		"JSON":    []byte(`{"choices":[]}`),
		"JPEG":    {0xff, 0xd8, 0xff, 0xe0},
		"damaged": damaged,
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := imagehash.Of(data); !errors.Is(err, imagehash.ErrUnreadable) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestOf_refuses_large_pictures_before_decoding(t *testing.T) {
	claim := func(width, height uint32) []byte { // a header and nothing else
		head := []byte("IHDR\x00\x00\x00\x00\x00\x00\x00\x00\x08\x06\x00\x00\x00")
		binary.BigEndian.PutUint32(head[4:], width)
		binary.BigEndian.PutUint32(head[8:], height)
		out := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), head...)
		return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(head))
	}
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"too wide":          {claim(imagehash.MaxSide+1, 1), imagehash.ErrTooLarge},
		"too high":          {claim(1, imagehash.MaxSide+1), imagehash.ErrTooLarge},
		"largest side":      {claim(imagehash.MaxSide, imagehash.MaxSide), imagehash.ErrUnreadable}, // there are no pixels
		"beyond all memory": {claim(1<<31-1, 1<<31-1), imagehash.ErrUnreadable},                     // the decoder itself refuses
		"too many bytes":    {make([]byte, imagehash.MaxBytes+1), imagehash.ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := imagehash.Of(c.data); !errors.Is(err, c.want) {
				t.Errorf("error %v instead of %v", err, c.want)
			}
		})
	}
}

// TestOf_takes_every_kind_of_PNG covers the ways in which a decoded picture is
// held; none may panic in resizing or depend on the size alone.
func TestOf_takes_every_kind_of_PNG(t *testing.T) {
	bounds := image.Rect(0, 0, 96, 80)
	for name, m := range map[string]interface {
		image.Image
		Set(x, y int, c color.Color)
	}{
		"gray":        image.NewGray(bounds),
		"gray 16":     image.NewGray16(bounds),
		"colour":      image.NewRGBA(bounds),
		"transparent": image.NewNRGBA(bounds),
		"colour 16":   image.NewNRGBA64(bounds),
		"palette":     image.NewPaletted(bounds, color.Palette{color.Black, color.White}),
		"one pixel":   image.NewRGBA(image.Rect(0, 0, 1, 1)),
		"a line":      image.NewRGBA(image.Rect(0, 0, 4096, 1)),
		"64 × 64":     image.NewNRGBA(image.Rect(0, 0, 64, 64)), // not resized
	} {
		t.Run(name, func(t *testing.T) {
			for y := range m.Bounds().Dy() {
				for x := range m.Bounds().Dx() {
					if (x/16+y/16)%2 == 0 {
						m.Set(x, y, color.White)
					}
				}
			}
			data := encode(t, m)
			first, err := imagehash.Of(data)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := imagehash.Of(data); err != nil || again != first {
				t.Errorf("%x, %v and before %x", again, err, first)
			}
		})
	}
}

func FuzzOf(f *testing.F) {
	for _, task := range tasks(f)[:2] {
		f.Add(task.Images[0])
	}
	f.Add(encode(f, image.NewGray16(image.Rect(0, 0, 3, 3))))
	f.Fuzz(func(t *testing.T, data []byte) {
		if hash, err := imagehash.Of(data); err != nil && (hash != 0 ||
			!errors.Is(err, imagehash.ErrUnreadable) && !errors.Is(err, imagehash.ErrTooLarge)) {
			t.Fatalf("%x, %v", hash, err)
		}
	})
}

func Example() {
	m := image.NewGray(image.Rect(0, 0, 512, 512))
	for x := range 512 {
		for y := range 512 {
			m.SetGray(x, y, color.Gray{uint8(x/64*97 + y/64*59 + (x/64)*(y/64)*31)})
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, m) // a buffer never fails to write

	hash, err := imagehash.Of(b.Bytes())
	fmt.Printf("%016x %v\n", hash, err)
	_, err = imagehash.Of(b.Bytes()[:1000])
	fmt.Println(errors.Is(err, imagehash.ErrUnreadable))
	// Output:
	// 9a8a9042fd9b37c3 <nil>
	// true
}
