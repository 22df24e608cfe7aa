package task

// SDArgs are the arguments of a picture task. A member at its zero value is
// not sent and the network's default holds, except those that are required
// and num_images.
type SDArgs struct {
	BaseModel        string      `json:"base_model"` // Hugging Face id
	Prompt           string      `json:"prompt"`     // Compel syntax: word+ raises, word- lowers
	NegativePrompt   string      `json:"negative_prompt,omitempty"`
	TaskConfig       TaskConfig  `json:"task_config"`
	LoRA             *LoRA       `json:"lora,omitempty"`
	ControlNet       *ControlNet `json:"controlnet,omitempty"`
	VAE              string      `json:"vae,omitempty"` // Hugging Face id or URL
	Refiner          *Refiner    `json:"refiner,omitempty"`
	TextualInversion string      `json:"textual_inversion,omitempty"` // Hugging Face id or URL
}

// TaskConfig says how many pictures, how large, and how they are computed.
type TaskConfig struct {
	ImageWidth    int   `json:"image_width,omitempty"`    // pixels, a multiple of 8; default 512
	ImageHeight   int   `json:"image_height,omitempty"`   // pixels, a multiple of 8; default 512
	Steps         int   `json:"steps,omitempty"`          // 1 to 100; default 25
	Seed          int   `json:"seed,omitempty"`           // 0 to 2147483647; default 0
	NumImages     int   `json:"num_images"`               // 1 to 10; always written, software disagrees about the default (protocol.md G.37)
	SafetyChecker *bool `json:"safety_checker,omitempty"` // nil = default, true
	CFG           int   `json:"cfg,omitempty"`            // 1 to 20; default 5
}

// LoRA is a small model that bends the base model.
type LoRA struct {
	Model  string `json:"model"`            // Hugging Face id, or URL of a safetensors file
	Weight int    `json:"weight,omitempty"` // percent, 1 to 100, but 1 means 100 (protocol.md G.38); default 100
}

// ControlNet makes the pictures follow the lines, depth or pose of another.
type ControlNet struct {
	Model        string      `json:"model"`            // Hugging Face id or URL
	ImageDataURL string      `json:"image_dataurl"`    // data:image/…;base64,…
	Weight       int         `json:"weight,omitempty"` // percent, 1 to 100, but 1 means 100; default 70
	Preprocess   *Preprocess `json:"preprocess,omitempty"`
}

// Refiner is a second model for the last steps of Stable Diffusion XL.
type Refiner struct {
	Model           string `json:"model"`                      // Hugging Face id or URL
	DenoisingCutoff int    `json:"denoising_cutoff,omitempty"` // percent, 1 to 100, but 1 means 100; default 80; ignored beside a ControlNet
	Steps           int    `json:"steps,omitempty"`            // 1 to 100; default 20
}

// Encode returns the bytes to validate, hash, sign and send: compact JSON with
// no HTML escaping. Arguments of a preprocess method that the method does not
// take are left out. The error is an [*InvalidError] for texts that are not
// UTF-8; whether the network takes the arguments is for [Validate] to say.
func (a SDArgs) Encode() ([]byte, error) {
	if a.ControlNet != nil && a.ControlNet.Preprocess != nil {
		net := *a.ControlNet
		p := net.Preprocess.ownArgs()
		net.Preprocess = &p
		a.ControlNet = &net
	}
	return encode(a, a.texts())
}

func (a SDArgs) texts() []text {
	t := []text{
		{"/base_model", a.BaseModel},
		{"/prompt", a.Prompt},
		{"/negative_prompt", a.NegativePrompt},
		{"/vae", a.VAE},
		{"/textual_inversion", a.TextualInversion},
	}
	if a.LoRA != nil {
		t = append(t, text{"/lora/model", a.LoRA.Model})
	}
	if a.ControlNet != nil {
		t = append(t,
			text{"/controlnet/model", a.ControlNet.Model},
			text{"/controlnet/image_dataurl", a.ControlNet.ImageDataURL})
		if p := a.ControlNet.Preprocess; p != nil {
			t = append(t, text{"/controlnet/preprocess/method", p.Method})
		}
	}
	if a.Refiner != nil {
		t = append(t, text{"/refiner/model", a.Refiner.Model})
	}
	return t
}
