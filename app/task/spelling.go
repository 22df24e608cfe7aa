package task

import "strings"

// nearestName returns the member of s that name was probably meant to be,
// "" if none is within two typing errors.
func (s *schema) nearestName(name string) string {
	const reach = 2
	if len(name) > 40 {
		return ""
	}
	best, found := reach+1, ""
	for known := range s.properties {
		d := distance(strings.ToLower(name), known)
		if d < best && d < len(known) || d == best && known < found {
			best, found = d, known
		}
	}
	return found
}

// distance is Levenshtein's: how many bytes to insert, delete or replace.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		left := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := left
			if a[i] != b[j] {
				cost = 1 + min(left, row[j], row[j+1])
			}
			left, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
