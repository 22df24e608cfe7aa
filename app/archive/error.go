package archive

import "fmt"

// Reason is why a file is refused.
type Reason string

// The reasons.
const (
	NotOurs Reason = "not-ours" // another kind of file
	Damaged Reason = "damaged"  // cut off or changed
	Newer   Reason = "newer"    // written by a newer version of this page
	Invalid Reason = "invalid"  // what is in it is not what this page writes
	TooBig  Reason = "too-big"
)

// Error is a file that is refused. Detail says where, for the console.
type Error struct {
	Reason Reason
	Detail string
}

func (e *Error) Error() string { return "archive: " + string(e.Reason) + ": " + e.Detail }

func (r Reason) because(format string, a ...any) error {
	return &Error{r, fmt.Sprintf(format, a...)}
}
