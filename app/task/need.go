package task

// Files returns how many result files a task gives: SD the number of pictures,
// 6 if num_images is absent, and never more than the schema's 10; GPT 1.
// Arguments that are not valid count like absent ones.
func Files(kind Kind, args []byte) int {
	if kind != SD {
		return 1
	}
	a, err := DecodeSD(args)
	if err != nil {
		return defaultImages
	}
	return min(max(a.TaskConfig.NumImages, 1), 10)
}

// sd15 is the one base model that the reference bridge asks 8 GB for.
const sd15 = "runwayml/stable-diffusion-v1-5"

// VRAM returns the least graphics memory of a node, in GB, to put into
// createTask as vramLimit. It is what the reference bridge chooses (protocol.md
// part C): 8 for Stable Diffusion 1.5 and for GPT, 12 for any other picture.
func VRAM(kind Kind, args []byte) uint64 {
	if kind != SD {
		return 8
	}
	if a, err := DecodeSD(args); err == nil && a.BaseModel == sd15 {
		return 8
	}
	return 12
}
