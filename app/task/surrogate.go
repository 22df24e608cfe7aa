package task

import (
	"strconv"
	"unicode/utf16"
)

// loneSurrogate reports whether a JSON string, in its quotes, escapes one half
// of a surrogate pair without the other.
func loneSurrogate(text []byte) bool {
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		r, ok := unit(text, i)
		if !ok {
			i++ // \n, \\ and the like
			continue
		}
		i += 5
		if !utf16.IsSurrogate(r) {
			continue
		}
		low, ok := unit(text, i+1)
		if !ok || utf16.DecodeRune(r, low) == '\uFFFD' {
			return true
		}
		i += 6
	}
	return false
}

// unit reads the UTF-16 unit escaped at text[i:] as \uXXXX.
func unit(text []byte, i int) (rune, bool) {
	if i+6 > len(text) || text[i] != '\\' || text[i+1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(text[i+2:i+6]), 16, 16)
	return rune(n), err == nil
}
