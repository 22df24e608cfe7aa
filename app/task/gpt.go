package task

import "strconv"

// GPTArgs are the arguments of a question to a language model. A member at its
// zero value is not sent and the network's default holds.
type GPTArgs struct {
	Model            string            `json:"model"`    // Hugging Face id
	Messages         []Message         `json:"messages"` // oldest first
	GenerationConfig *GenerationConfig `json:"generation_config,omitempty"`
	Seed             int64             `json:"seed,omitempty"`          // default 0
	DType            string            `json:"dtype,omitempty"`         // float16, bfloat16, float32 or auto; default auto
	QuantizeBits     int               `json:"quantize_bits,omitempty"` // 4 or 8; 0 = not quantized
}

// Message is one turn of a conversation.
type Message struct {
	Role    string `json:"role"` // system, user or assistant
	Content string `json:"content"`
}

// GenerationConfig steers how the answer is picked. nil = the model's own
// default, except 256 for MaxNewTokens and 1 for NumReturnSequences.
type GenerationConfig struct {
	MaxNewTokens       *int     `json:"max_new_tokens,omitempty"`
	DoSample           *bool    `json:"do_sample,omitempty"`
	NumBeams           *int     `json:"num_beams,omitempty"`
	Temperature        *float64 `json:"temperature,omitempty"`
	TypicalP           *float64 `json:"typical_p,omitempty"`
	TopK               *int     `json:"top_k,omitempty"`
	TopP               *float64 `json:"top_p,omitempty"`
	RepetitionPenalty  *float64 `json:"repetition_penalty,omitempty"`
	NumReturnSequences *int     `json:"num_return_sequences,omitempty"` // answers to choose from
}

// Encode returns the bytes to validate, hash, sign and send: compact JSON with
// no HTML escaping. The error is an [*InvalidError] for texts that are not
// UTF-8, and encoding/json's own for NaN and infinity; whether the network
// takes the arguments is for [Validate] to say.
func (a GPTArgs) Encode() ([]byte, error) {
	if a.Messages == nil {
		a.Messages = []Message{} // null is refused, an empty list is not
	}
	if g := a.GenerationConfig; g != nil && *g == (GenerationConfig{}) {
		a.GenerationConfig = nil
	}
	return encode(a, a.texts())
}

func (a GPTArgs) texts() []text {
	t := []text{{"/model", a.Model}, {"/dtype", a.DType}}
	for i, m := range a.Messages {
		at := "/messages/" + strconv.Itoa(i)
		t = append(t, text{at + "/role", m.Role}, text{at + "/content", m.Content})
	}
	return t
}
