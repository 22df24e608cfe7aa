package task

import "testing"

func TestPosition_finds_the_value(t *testing.T) {
	const args = "{\r\n" +
		"  \"prompt\" : \"日本 🐈\",  \"vae\": \"v\",\n" +
		"  \"a/b~c\": {\"\": [1, [true, {\"x\": null}]]},\n" +
		"  \"twice\": {\"x\": 1},\n" +
		"\t\"twice\": 2\n" +
		"}\n"
	for _, c := range []struct {
		pointer      string
		line, column int
	}{
		{"", 1, 1},
		{"/prompt", 2, 14},
		{"/vae", 2, 30}, // columns are characters, not bytes
		{"/a~1b~0c", 3, 12},
		{"/a~1b~0c/", 3, 17},
		{"/a~1b~0c//0", 3, 18},
		{"/a~1b~0c//1/1/x", 3, 34},
		{"/twice", 5, 11},
		{"/twice/x", 5, 11},        // the first "twice" does not count
		{"/a~1b~0c//7", 3, 17},     // the list that lacks the item
		{"/a~1b~0c//-", 3, 17},     // not an index
		{"/prompt/deeper", 2, 14},  // a text has no members
		{"/missing/member", 1, 1},  // the document
		{"no pointer", 1, 1},       // taken for the document
		{"/a~1b~0c//1/0x0", 3, 21}, // only decimal digits are an index
	} {
		if l, col := Position([]byte(args), c.pointer); l != c.line || col != c.column {
			t.Errorf("%q: got %d:%d, want %d:%d", c.pointer, l, col, c.line, c.column)
		}
	}
}

func TestPosition_in_broken_text_knows_what_comes_before(t *testing.T) {
	const args = "{\"task_config\": {\n \"steps\": 7,\n \"cfg\": oops, \"seed\": 1}"
	for _, c := range []struct {
		pointer      string
		line, column int
	}{
		{"/task_config/steps", 2, 11},
		{"/task_config/cfg", 1, 17},
		{"/task_config/seed", 1, 17},
		{"/prompt", 1, 1},
	} {
		if l, col := Position([]byte(args), c.pointer); l != c.line || col != c.column {
			t.Errorf("%q: got %d:%d, want %d:%d", c.pointer, l, col, c.line, c.column)
		}
	}
	for _, empty := range []string{"", "  ", "oops", "]"} {
		if l, col := Position([]byte(empty), "/prompt"); l != 1 || col != 1 {
			t.Errorf("%q: got %d:%d, want 1:1", empty, l, col)
		}
	}
}

func TestPosition_agrees_with_every_fault_of_the_corpus(t *testing.T) {
	for _, c := range schemaCases(t, "schema_sd.json", 251) {
		o := newOutline(c.Args)
		if c.Path == nil {
			continue
		}
		i, exact := o.nearest(split(*c.Path))
		if !exact || o.pointer(i) != *c.Path {
			t.Errorf("%s: %q is not found in the text", c.Name, *c.Path)
		}
	}
}
