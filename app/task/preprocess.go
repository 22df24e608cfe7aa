package task

// Preprocess turns the picture given to a ControlNet into what its model
// reads: edges, lines, depth, a pose.
type Preprocess struct {
	Method string          `json:"method"` // one of Methods
	Args   *PreprocessArgs `json:"args,omitempty"`
}

// Methods are the preprocess methods that the network takes, by family.
// softedge_hed and dwpose are documented upstream but refused (protocol.md D.2).
var Methods = []string{
	"canny", "mlsd",
	"scribble_hed", "scribble_hedsafe", "scribble_pidinet", "scribble_pidisafe",
	"softedge_hedsafe", "softedge_pidinet", "softedge_pidisafe",
	"depth_midas", "depth_zoe", "depth_leres", "depth_leres++",
	"normal_bae",
	"lineart_anime", "lineart_coarse", "lineart_realistic",
	"openpose", "openpose_face", "openpose_faceonly", "openpose_full", "openpose_hand",
	"mediapipe_face",
	"shuffle",
}

// PreprocessArgs are the arguments of all methods together. A nil or zero
// member is not sent; neither is one that belongs to another method.
type PreprocessArgs struct {
	// canny
	LowThreshold  *int `json:"low_threshold,omitempty"`  // default 100
	HighThreshold *int `json:"high_threshold,omitempty"` // default 200

	// mlsd
	ThrV int `json:"thr_v,omitempty"` // 1 to 100; default 10
	ThrD int `json:"thr_d,omitempty"` // 1 to 100; default 10

	// scribble_pidinet, scribble_pidisafe, softedge_pidinet, softedge_pidisafe
	ApplyFilter bool `json:"apply_filter,omitempty"`

	// depth_zoe
	GammaCorrected bool `json:"gamma_corrected,omitempty"`

	// depth_leres, depth_leres++
	ThrA int `json:"thr_a,omitempty"` // default 0
	ThrB int `json:"thr_b,omitempty"` // default 0

	// shuffle
	H *int `json:"h,omitempty"`
	W *int `json:"w,omitempty"`
	F *int `json:"f,omitempty"`

	// mediapipe_face
	MaxFaces      *int `json:"max_faces,omitempty"`      // default 1
	MinConfidence int  `json:"min_confidence,omitempty"` // percent, 1 to 100; default 50
}

// ownArgs returns p with those arguments only that its method takes, so that a
// form may keep what was typed for another method without sending it.
func (p Preprocess) ownArgs() Preprocess {
	if p.Args == nil {
		return p
	}
	a, own := *p.Args, PreprocessArgs{}
	switch p.Method {
	case "canny":
		own.LowThreshold, own.HighThreshold = a.LowThreshold, a.HighThreshold
	case "mlsd":
		own.ThrV, own.ThrD = a.ThrV, a.ThrD
	case "scribble_pidinet", "scribble_pidisafe", "softedge_pidinet", "softedge_pidisafe":
		own.ApplyFilter = a.ApplyFilter
	case "depth_zoe":
		own.GammaCorrected = a.GammaCorrected
	case "depth_leres", "depth_leres++":
		own.ThrA, own.ThrB = a.ThrA, a.ThrB
	case "shuffle":
		own.H, own.W, own.F = a.H, a.W, a.F
	case "mediapipe_face":
		own.MaxFaces, own.MinConfidence = a.MaxFaces, a.MinConfidence
	}
	p.Args = &own
	if own == (PreprocessArgs{}) {
		p.Args = nil
	}
	return p
}
