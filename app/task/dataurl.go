package task

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// signatures are the first bytes of the formats that the nodes' image library
// opens.
var signatures = [][]byte{
	[]byte("\x89PNG\r\n\x1a\n"),
	[]byte("\xff\xd8\xff"), // JPEG
	[]byte("GIF8"),
	[]byte("RIFF"), // WebP
	[]byte("BM"),
	[]byte("II*\x00"), []byte("MM\x00*"), // TIFF
}

// dataURLFault says why a node could not read the picture of a ControlNet, ""
// if nothing speaks against it. Nodes cut off data:image/…;base64, and decode
// the rest, dropping characters that are not of the alphabet (protocol.md D.1).
func dataURLFault(url string) string {
	rest, ok := strings.CutPrefix(url, "data:image/")
	_, payload, base := strings.Cut(rest, ";base64,")
	if !ok || !base {
		return "must begin with data:image/png;base64, or the like"
	}
	picture, err := base64.StdEncoding.DecodeString(strings.Map(base64Only, payload))
	if err != nil {
		return "is not proper base64"
	}
	for _, s := range signatures {
		if bytes.HasPrefix(picture, s) {
			return ""
		}
	}
	return "holds no picture in a known format"
}

func base64Only(r rune) rune {
	switch {
	case r >= 'A' && r <= 'Z', r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '+', r == '/', r == '=':
		return r
	}
	return -1
}
