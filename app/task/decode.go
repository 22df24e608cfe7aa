package task

import "encoding/json"

// defaultImages is how many pictures a node makes if num_images is absent.
const defaultImages = 6

// DecodeSD reads stored or typed arguments to show them or to fill a form. It
// is lenient: what it cannot use (unknown members, wrong types) is left out, so
// encoding the result may give other arguments. An absent num_images reads as
// the nodes take it, 6. The error is a [*SyntaxError], or an [*InvalidError] if
// args are no object.
func DecodeSD(args []byte) (SDArgs, error) {
	o, err := readObject(args)
	if err != nil {
		return SDArgs{}, err
	}
	c := o.object("task_config")
	a := SDArgs{
		BaseModel:      o.text("base_model"),
		Prompt:         o.text("prompt"),
		NegativePrompt: o.text("negative_prompt"),
		TaskConfig: TaskConfig{
			ImageWidth:    c.intOr("image_width", 0),
			ImageHeight:   c.intOr("image_height", 0),
			Steps:         c.intOr("steps", 0),
			Seed:          c.intOr("seed", 0),
			NumImages:     c.intOr("num_images", defaultImages),
			SafetyChecker: c.flag("safety_checker"),
			CFG:           c.intOr("cfg", 0),
		},
		VAE:              o.text("vae"),
		TextualInversion: o.text("textual_inversion"),
	}
	if l := o.object("lora"); l != nil {
		a.LoRA = &LoRA{Model: l.text("model"), Weight: l.intOr("weight", 0)}
	}
	if n := o.object("controlnet"); n != nil {
		a.ControlNet = &ControlNet{
			Model:        n.text("model"),
			ImageDataURL: n.text("image_dataurl"),
			Weight:       n.intOr("weight", 0),
			Preprocess:   decodePreprocess(n.object("preprocess")),
		}
	}
	if r := o.object("refiner"); r != nil {
		a.Refiner = &Refiner{
			Model:           r.text("model"),
			DenoisingCutoff: r.intOr("denoising_cutoff", 0),
			Steps:           r.intOr("steps", 0),
		}
	}
	return a, nil
}

func decodePreprocess(o object) *Preprocess {
	if o == nil {
		return nil
	}
	p := Preprocess{Method: o.text("method")}
	if a := o.object("args"); a != nil {
		is := func(flag *bool) bool { return flag != nil && *flag }
		p.Args = &PreprocessArgs{
			LowThreshold:   a.wholeInt("low_threshold"),
			HighThreshold:  a.wholeInt("high_threshold"),
			ThrV:           a.intOr("thr_v", 0),
			ThrD:           a.intOr("thr_d", 0),
			ApplyFilter:    is(a.flag("apply_filter")),
			GammaCorrected: is(a.flag("gamma_corrected")),
			ThrA:           a.intOr("thr_a", 0),
			ThrB:           a.intOr("thr_b", 0),
			H:              a.wholeInt("h"),
			W:              a.wholeInt("w"),
			F:              a.wholeInt("f"),
			MaxFaces:       a.wholeInt("max_faces"),
			MinConfidence:  a.intOr("min_confidence", 0),
		}
	}
	p = p.ownArgs()
	return &p
}

// DecodeGPT reads stored or typed arguments as leniently as [DecodeSD]. A seed
// outside int64 reads as 0.
func DecodeGPT(args []byte) (GPTArgs, error) {
	o, err := readObject(args)
	if err != nil {
		return GPTArgs{}, err
	}
	a := GPTArgs{
		Model:        o.text("model"),
		DType:        o.text("dtype"),
		QuantizeBits: o.intOr("quantize_bits", 0),
	}
	if seed := o.whole("seed"); seed != nil {
		a.Seed = *seed
	}
	for _, item := range o.list("messages") {
		var m object
		if json.Unmarshal(item, &m) != nil || m == nil {
			continue
		}
		a.Messages = append(a.Messages, Message{Role: m.text("role"), Content: m.text("content")})
	}
	if g := o.object("generation_config"); g != nil {
		a.GenerationConfig = &GenerationConfig{
			MaxNewTokens:       g.wholeInt("max_new_tokens"),
			DoSample:           g.flag("do_sample"),
			NumBeams:           g.wholeInt("num_beams"),
			Temperature:        g.number("temperature"),
			TypicalP:           g.number("typical_p"),
			TopK:               g.wholeInt("top_k"),
			TopP:               g.number("top_p"),
			RepetitionPenalty:  g.number("repetition_penalty"),
			NumReturnSequences: g.wholeInt("num_return_sequences"),
		}
	}
	return a, nil
}
