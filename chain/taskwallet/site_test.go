package taskwallet

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func FuzzCheckSite(f *testing.F) {
	for _, s := range []string{"", "a", "-a", "a.", "crynux.example.org", "ipfs copy", "Crynux", "a:80", "a/b", "xn--bcher-kva.example", "bücher.example", "a\n", strings.Repeat("a", 80), strings.Repeat("a", 81), " a", "a\x00b"} {
		f.Add(s)
	}
	form := regexp.MustCompile(`^[a-z0-9](?:[a-z0-9 .-]{0,78}[a-z0-9])?$`)
	f.Fuzz(func(t *testing.T, name string) {
		err := CheckSite(name)
		if (err == nil) != form.MatchString(name) {
			t.Errorf("%q: %v", name, err)
		}
		if err != nil && !errors.Is(err, BadSite) {
			t.Errorf("%q: %v is not BadSite", name, err)
		}
	})
}

func TestCandidatesAreTheSiteItsFormerNamesAndTheCopy(t *testing.T) {
	got, err := Candidates("new.example", []string{"old.example", "new.example", "older.example"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"new.example", "old.example", "older.example", "ipfs copy"}, got); diff != "" {
		t.Error(diff)
	}
	if _, err := Candidates("a", []string{"b", "c", "d", "e", "f", "g"}); !errors.Is(err, BadSite) {
		t.Errorf("six former sites: %v", err)
	}
	if _, err := Candidates("a", []string{"https://b"}); !errors.Is(err, BadSite) {
		t.Errorf("an address as former site: %v", err)
	}
}
