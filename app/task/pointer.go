package task

import (
	"strconv"
	"strings"
)

var (
	escaper   = strings.NewReplacer("~", "~0", "/", "~1")
	unescaper = strings.NewReplacer("~1", "/", "~0", "~")
)

// join writes tokens as a JSON pointer (RFC 6901); none is the document root.
func join(tokens []string) string {
	var b strings.Builder
	for _, t := range tokens {
		b.WriteByte('/')
		b.WriteString(escaper.Replace(t))
	}
	return b.String()
}

// split is the opposite of join. A text that is no pointer is the root.
func split(pointer string) []string {
	if !strings.HasPrefix(pointer, "/") {
		return nil
	}
	tokens := strings.Split(pointer[1:], "/")
	for i, t := range tokens {
		tokens[i] = unescaper.Replace(t)
	}
	return tokens
}

// name returns what a person calls the value at pointer.
func name(pointer string) string {
	tokens := split(pointer)
	if len(tokens) == 0 {
		return "the document"
	}
	last := tokens[len(tokens)-1]
	if i, err := strconv.Atoi(last); err == nil && len(tokens) > 1 {
		return "item " + strconv.Itoa(i+1) + " of " + tokens[len(tokens)-2]
	}
	return last
}
