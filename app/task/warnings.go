package task

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// MaxRunnable is the size in bytes above which nodes may be unable to start the
// task: they hand the arguments to a worker as one process argument, and Linux
// limits that to 128 KiB (protocol.md D.1).
const MaxRunnable = 120_000

const (
	maxWarnings = 50

	// largestSide is above every picture that the network's models are made for.
	largestSide = 2048

	// largestSeed is what the random generators of the Python libraries take.
	largestSeed = math.MaxUint32
)

// Warning is about arguments that the Relay takes, and that cost money, without
// giving what was meant.
type Warning struct {
	Pointer string // JSON pointer of the value
	Text    string // for the person, without capital and full stop
	Fails   bool   // nodes will probably fail on it; false: they do something else
}

// Warnings returns what to check before paying, in the order of the text, at
// most 50. It does not repeat what [Validate] refuses, and has nothing to say
// about arguments that are not JSON.
func Warnings(kind Kind, args []byte) []Warning {
	if len(args) > MaxBytes || schemaOf(kind) == nil {
		return nil
	}
	o, err := readObject(args)
	if err != nil {
		return nil
	}
	w := warner{outline: newOutline(args)}
	if len(args) > MaxRunnable {
		w.fails("", "the arguments take %d KB; nodes cannot run more than %d KB", len(args)/1000, MaxRunnable/1000)
	}
	switch kind {
	case SD:
		w.sd(o)
	case GPT:
		w.gpt(o)
	}
	w.members(schemaOf(kind), 0)
	w.surrogates()
	return w.sorted()
}

type warner struct {
	outline outline
	found   []Warning
}

func (w *warner) add(warning Warning) {
	if len(w.found) < maxWarnings {
		w.found = append(w.found, warning)
	}
}

func (w *warner) fails(pointer, format string, a ...any) {
	w.add(Warning{Pointer: pointer, Text: fmt.Sprintf(format, a...), Fails: true})
}

func (w *warner) differs(pointer, format string, a ...any) {
	w.add(Warning{Pointer: pointer, Text: fmt.Sprintf(format, a...)})
}

func (w *warner) sorted() []Warning {
	at := func(x Warning) int32 {
		i, _ := w.outline.nearest(split(x.Pointer))
		return w.outline.places[max(i, 0)].start
	}
	slices.SortStableFunc(w.found, func(a, b Warning) int { return cmp.Compare(at(a), at(b)) })
	return w.found
}

func (w *warner) sd(o object) {
	if m := o.text("base_model"); strings.HasPrefix(m, "https://") || strings.HasPrefix(m, "http://") {
		w.fails("/base_model", "nodes load base models from Hugging Face only, not from an address")
	}
	c := o.object("task_config")
	for _, side := range []string{"image_width", "image_height"} {
		n := c.number(side)
		switch {
		case n == nil:
		case *n <= 0:
			w.fails("/task_config/"+side, "%s must be above zero for a node to draw it", side)
		case math.Mod(*n, 8) != 0:
			w.fails("/task_config/"+side, "%s must be a multiple of 8 for a node to draw it", side)
		case *n > largestSide:
			w.fails("/task_config/"+side, "%s above %d needs more memory than nodes have", side, largestSide)
		}
	}
	if _, present := c["num_images"]; c != nil && !present {
		w.differs("/task_config/num_images", "num_images is missing: nodes make %d pictures, other software may expect none", defaultImages)
	}
	for _, part := range []struct{ name, weight string }{
		{"lora", "weight"}, {"controlnet", "weight"}, {"refiner", "denoising_cutoff"},
	} {
		if n := o.object(part.name).number(part.weight); n != nil && *n == 1 {
			w.differs("/"+part.name+"/"+part.weight, "%s 1 counts as 100 %%, not as 1 %%", part.weight)
		}
	}
	net := o.object("controlnet")
	if url := net.text("image_dataurl"); url != "" {
		if why := dataURLFault(url); why != "" {
			w.fails("/controlnet/image_dataurl", "image_dataurl %s", why)
		}
	}
	if _, set := o.object("refiner")["denoising_cutoff"]; set && net != nil {
		w.differs("/refiner/denoising_cutoff", "denoising_cutoff is ignored beside a ControlNet")
	}
}

func (w *warner) gpt(o object) {
	if n := o.number("seed"); n != nil && (*n < 0 || *n > largestSeed) {
		w.fails("/seed", "nodes may fail on a seed below 0 or above %d", uint32(largestSeed))
	}
	if messages := o.list("messages"); messages != nil && len(messages) == 0 {
		w.fails("/messages", "there is no message to answer")
	}
	g := o.object("generation_config")
	for _, count := range []string{"max_new_tokens", "num_beams", "num_return_sequences"} {
		if n := g.number(count); n != nil && *n < 1 {
			w.fails("/generation_config/"+count, "%s must be at least 1 for a model to answer", count)
		}
	}
}

// members warns of names that the network ignores in silence, typing errors
// above all, and of names that stand twice.
func (w *warner) members(s *schema, at int32) {
	switch w.outline.opens(at) {
	case '[':
		if s.items != nil {
			w.outline.children(at, func(c int32) bool {
				w.members(s.items, c)
				return len(w.found) < maxWarnings
			})
		}
	case '{':
		if s.oneOf != nil {
			m := w.outline.child(at, "method")
			if m < 0 {
				return
			}
			b := s.branch(w.outline.textAt(m))
			if b < 0 {
				return
			}
			s = s.oneOf[b]
		}
		seen := map[string]bool{}
		w.outline.children(at, func(c int32) bool {
			name := w.outline.places[c].name
			known := s.properties[name]
			switch {
			case known == nil:
				w.differs(w.outline.pointer(c), "%s", s.unknown(name))
			case seen[name]:
				w.differs(w.outline.pointer(c), "%s stands twice; the last one counts", name)
			default:
				w.members(known, w.outline.child(at, name))
			}
			seen[name] = true
			return len(w.found) < maxWarnings
		})
	}
}

func (s *schema) unknown(name string) string {
	text := fmt.Sprintf("the network does not know %.40q here and ignores it", name)
	if near := s.nearestName(name); near != "" {
		text += fmt.Sprintf("; did you mean %s?", near)
	}
	return text
}

// surrogates warns of half a pair, which is no character: the Relay replaces
// it, the nodes refuse it (protocol.md D.5).
func (w *warner) surrogates() {
	for i := range w.outline.places {
		if len(w.found) >= maxWarnings {
			return
		}
		if w.outline.opens(int32(i)) == '"' && loneSurrogate(w.outline.raw(int32(i))) {
			p := w.outline.pointer(int32(i))
			w.fails(p, `%s holds half a character (a lone \ud800 to \udfff)`, name(p))
		}
	}
}
