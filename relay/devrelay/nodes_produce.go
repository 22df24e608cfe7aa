//go:build !js

package devrelay

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"regexp"
	"strings"

	"github.com/corona10/goimagehash"
)

// product is what a node makes of a task's arguments.
type product struct {
	files     [][]byte
	extension string
	digest    []byte // the result bytes of protocol.md A.4
}

// maxArguments is the most that the runner of a real node can take: its
// arguments travel as one process argument of Linux.
const maxArguments = 128<<10 - 1

// produce draws or writes. Its errors are those that a real node meets with
// arguments that the Relay has let through (protocol.md D.1, D.5).
func produce(kind uint64, args string) (*product, error) {
	if len(args) > maxArguments {
		return nil, fmt.Errorf("%d bytes of arguments are too many for a process", len(args))
	}
	if kind == 0 {
		return produceImages(args)
	}
	return produceText(args)
}

func produceImages(args string) (*product, error) {
	var in struct {
		Prompt     string `json:"prompt"`
		TaskConfig struct {
			Width  float64 `json:"image_width"`
			Height float64 `json:"image_height"`
			Seed   float64 `json:"seed"`
			Images float64 `json:"num_images"`
		} `json:"task_config"`
		Controlnet *struct {
			DataURL string `json:"image_dataurl"`
		} `json:"controlnet"`
	}
	config := &in.TaskConfig
	config.Width, config.Height, config.Images = 512, 512, 6 // the runner's defaults
	if err := json.Unmarshal([]byte(args), &in); err != nil {
		return nil, err
	}
	if err := checkText(args, in.Prompt); err != nil {
		return nil, err
	}
	if in.Controlnet != nil {
		if err := checkDataURL(in.Controlnet.DataURL); err != nil {
			return nil, err
		}
	}
	if int(config.Width)%8 != 0 || int(config.Height)%8 != 0 {
		return nil, fmt.Errorf("%v×%v: sides must be divisible by 8", config.Width, config.Height)
	}
	made := &product{extension: ".png"}
	for i := range int(config.Images) {
		p := picture{prompt: in.Prompt, seed: uint64(config.Seed), index: i, width: int(config.Width), height: int(config.Height)}
		file, err := p.png()
		if err != nil {
			return nil, err
		}
		hash, err := perceptualHash(file)
		if err != nil {
			return nil, err
		}
		made.files = append(made.files, file)
		made.digest = append(made.digest, hash...)
	}
	return made, nil
}

func perceptualHash(file []byte) ([]byte, error) {
	image, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	hash, err := goimagehash.PerceptionHash(image)
	if err != nil {
		return nil, err
	}
	return binary.BigEndian.AppendUint64(nil, hash.GetHash()), nil
}

// maxAnswers is where a real node would run out of memory at last.
const maxAnswers = 64

func produceText(args string) (*product, error) {
	type generation struct {
		MaxNewTokens float64 `json:"max_new_tokens"`
		Answers      float64 `json:"num_return_sequences"`
	}
	var in struct {
		Model      string        `json:"model"`
		Messages   []chatMessage `json:"messages"`
		Seed       float64       `json:"seed"`
		Generation *generation   `json:"generation_config"`
	}
	in.Generation = &generation{256, 1} // the runner's defaults
	if err := json.Unmarshal([]byte(args), &in); err != nil {
		return nil, err
	}
	if in.Generation == nil {
		in.Generation = &generation{256, 1} // it was null
	}
	for _, m := range in.Messages {
		if err := checkText(args, m.Content); err != nil {
			return nil, err
		}
	}
	if in.Seed >= 1<<63 || in.Seed < -1<<63 {
		return nil, fmt.Errorf("seed %v has more than 64 bits", in.Seed)
	}
	if in.Generation.Answers > maxAnswers {
		return nil, fmt.Errorf("%v answers at once", in.Generation.Answers)
	}
	c := conversation{
		model: in.Model, messages: in.Messages, seed: uint64(int64(in.Seed)),
		maxTokens: int(min(in.Generation.MaxNewTokens, 1e9)), answers: int(in.Generation.Answers),
	}
	file, err := c.json()
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(file)
	return &product{files: [][]byte{file}, extension: ".json", digest: digest[:]}, nil
}

var surrogate = regexp.MustCompile(`\\u[dD][89a-fA-F]`)

// checkText refuses half a surrogate pair, which decoding has made U+FFFD.
func checkText(args, text string) error {
	if strings.ContainsRune(text, '\uFFFD') && surrogate.MatchString(args) {
		return errors.New("the text has half a surrogate pair")
	}
	return nil
}

func checkDataURL(text string) error {
	rest, ok := strings.CutPrefix(text, "data:image/")
	_, payload, found := strings.Cut(rest, ";base64,")
	if !ok || !found {
		return errors.New("the control image is no data URL")
	}
	_, err := base64.StdEncoding.DecodeString(payload)
	return err
}
