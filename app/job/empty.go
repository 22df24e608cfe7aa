package job

// Emptied tells that the bytes of the result files were removed from this browser,
// by the person's wish. It counts for a job that has ended and for an imported one.
type Emptied struct{}

func (Emptied) event() {}

// emptied notes which files are gone.
func (s State) emptied() State {
	if s.Phase != Done && s.Phase != Aborted && s.Imported == 0 {
		return s
	}
	for i := range s.Files {
		s.Files[i].Gone = s.Files[i].SHA256 != ""
	}
	return s
}

// Kept is the size of the result files that this browser keeps for a job, in bytes,
// and their number.
func (s State) Kept() (size int64, files int) {
	for i := range s.Files {
		if f := s.Files[i]; f.SHA256 != "" && !f.Gone {
			size += int64(f.Size)
			files++
		}
	}
	return size, files
}
