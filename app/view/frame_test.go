package view

import "testing"

// TestFrameKnowsTheLanguageOfWhatIsTyped: of that field alone, for the page speaks English.
func TestFrameKnowsTheLanguageOfWhatIsTyped(t *testing.T) {
	b := open(t, ready())
	language := func() (lang string, said bool) {
		t.Helper()
		field := b.find("textbox", "Prompt")
		if field == nil {
			t.Fatal("there is no prompt")
		}
		lang, said = field.attr["lang"]
		return lang, said
	}
	if lang, said := language(); said {
		t.Errorf("at the top it is %q", lang)
	}
	b.become(func(s *State) { s.Frame = &Frame{Host: "https://shop.example", Ready: true} })
	if lang, said := language(); said {
		t.Errorf("where the host says nothing it is %q", lang)
	}
	b.become(func(s *State) { s.Frame.Lang = "pt-BR" })
	if lang, _ := language(); lang != "pt-BR" {
		t.Errorf("it is %q", lang)
	}
	b.isOrderly()
}
