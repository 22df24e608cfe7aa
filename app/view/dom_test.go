package view

import (
	"cmp"
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/maxence-charriere/go-app/v9/pkg/app"
)

// node is an element of the rendered page as assistive technology meets it.
type node struct {
	tag      string
	attr     map[string]string
	text     string // of a text node
	children []*node
}

// dom reads what go-app prints: attributes quoted as Go strings, true left out.
func (b *browser) dom() *node {
	b.t.Helper()
	root := &node{tag: "#root"}
	stack := []*node{root}
	rest := app.HTMLString(b.page)
	for rest != "" {
		top := stack[len(stack)-1]
		switch {
		case strings.HasPrefix(rest, "</"):
			stack = stack[:len(stack)-1]
			_, rest, _ = strings.Cut(rest, ">")
		case rest[0] == '<':
			var n *node
			n, rest = element(b.t, rest[1:])
			top.children = append(top.children, n)
			if !slices.Contains([]string{"img", "input"}, n.tag) {
				stack = append(stack, n)
			}
		default:
			i := strings.IndexByte(rest, '<')
			top.children = append(top.children, &node{text: html.UnescapeString(rest[:i])})
			rest = rest[i:]
		}
	}
	return root
}

func element(t *testing.T, s string) (*node, string) {
	i := strings.IndexAny(s, " >")
	n := &node{tag: s[:i], attr: map[string]string{}}
	s = s[i:]
	for s[0] == ' ' {
		i = strings.IndexAny(s[1:], " =>") + 1
		name, value := s[1:i], "true"
		if s = s[i:]; s[0] == '=' {
			quoted, err := strconv.QuotedPrefix(s[1:])
			if err != nil {
				t.Fatalf("%v: %.80s", err, s)
			}
			value, _ = strconv.Unquote(quoted)
			s = s[1+len(quoted):]
		}
		n.attr[name] = value
	}
	return n, s[1:]
}

func (n *node) walk(visit func(*node)) {
	visit(n)
	for _, c := range n.children {
		c.walk(visit)
	}
}

// words are all texts inside.
func (n *node) words() string {
	var b strings.Builder
	n.walk(func(c *node) {
		if strings.TrimSpace(c.text) != "" {
			b.WriteString(c.text)
			b.WriteByte(' ')
		}
	})
	return strings.Join(strings.Fields(b.String()), " ")
}

// role is what HTML says an element is, without attributes that name it.
func (n *node) role() string {
	if r := n.attr["role"]; r != "" {
		return r
	}
	switch n.tag {
	case "input":
		return map[string]string{"number": "spinbutton", "checkbox": "checkbox", "text": "textbox", "password": "password field"}[n.attr["type"]]
	case "section":
		return "region"
	}
	return map[string]string{"button": "button", "textarea": "textbox", "select": "combobox", "a": "link", "img": "image", "dialog": "dialog",
		"article": "article", "h1": "heading", "h2": "heading", "nav": "navigation", "form": "form", "ol": "list", "aside": "complementary", "meter": "meter"}[n.tag]
}

// name is the accessible name of an element of root.
func (n *node) name(root *node) string {
	text := func(match func(*node) bool) (words string) {
		root.walk(func(c *node) {
			if match(c) {
				words = c.words()
			}
		})
		return words
	}
	inside := ""
	if n.tag != "select" && n.tag != "dialog" {
		inside = n.words()
	}
	return cmp.Or(
		n.attr["aria-label"],
		text(func(c *node) bool {
			return n.attr["aria-labelledby"] != "" && c.attr["id"] == n.attr["aria-labelledby"]
		}),
		n.attr["alt"],
		text(func(c *node) bool { return c.tag == "label" && n.attr["id"] != "" && c.attr["for"] == n.attr["id"] }),
		text(func(c *node) bool { return c.tag == "label" && slices.Contains(c.children, n) }),
		inside,
	)
}

// find is the first element of a role and name, nil for none.
func (b *browser) find(role, name string) (found *node) {
	b.t.Helper()
	root := b.dom()
	root.walk(func(n *node) {
		if found == nil && n.role() == role && n.name(root) == name {
			found = n
		}
	})
	return found
}

// wants fails for every element "role: name" that is not on the page.
func (b *browser) wants(elements ...string) {
	b.t.Helper()
	for _, e := range elements {
		role, name, _ := strings.Cut(e, ": ")
		if b.find(role, name) == nil {
			b.t.Errorf("there is no %s %q", role, name)
		}
	}
}

// reads fails for every text that is not inside an element.
func (b *browser) reads(role, name string, texts ...string) {
	b.t.Helper()
	n := b.find(role, name)
	if n == nil {
		b.t.Fatalf("there is no %s %q", role, name)
	}
	for _, text := range texts {
		if words := n.words(); !strings.Contains(words, text) {
			b.t.Errorf("%s %q does not say %q:\n%s", role, name, text, words)
		}
	}
}

// off reports whether a button is there and cannot be pressed.
func (b *browser) off(name string) bool {
	b.t.Helper()
	n := b.find("button", name)
	if n == nil {
		b.t.Fatalf("there is no button %q", name)
	}
	return n.attr["disabled"] == "true"
}

// hides fails for a text that is anywhere on the page.
func (b *browser) hides(texts ...string) {
	b.t.Helper()
	words := b.dom().words()
	for _, text := range texts {
		if strings.Contains(words, text) {
			b.t.Errorf("the page says %q", text)
		}
	}
}

// everything that can be operated has a name, and every id is there once.
func (b *browser) isOrderly() {
	b.t.Helper()
	root := b.dom()
	seen := map[string]bool{}
	root.walk(func(n *node) {
		if id := n.attr["id"]; id != "" {
			if seen[id] {
				b.t.Errorf("id %q is there twice", id)
			}
			seen[id] = true
		}
	})
	root.walk(func(n *node) {
		what := fmt.Sprintf("%s %v", n.tag, n.attr)
		if slices.Contains([]string{"button", "input", "select", "textarea", "a", "dialog"}, n.tag) && n.name(root) == "" {
			b.t.Errorf("nameless: %s", what)
		}
		for _, reference := range []string{"for", "aria-describedby", "aria-labelledby", "aria-controls", "popovertarget"} {
			if id := n.attr[reference]; id != "" && !seen[id] {
				b.t.Errorf("%s leads nowhere: %s", reference, what)
			}
		}
		if n.attr["style"] != "" {
			b.t.Errorf("a style attribute is ignored under the page's policy: %s", what)
		}
	})
}
