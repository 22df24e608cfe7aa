//go:build !js

package devrelay

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// answer composes one answer from what was said. It says plainly that nobody
// thought about it: this is the development network, there is no model.
func (c conversation) answer(index int) string {
	dice := c.dice(index)
	question := c.last("user")
	if question == "" {
		return pick(dice, "Nobody has asked anything yet.", "There is no question here yet.") + " " + disclaimer(dice)
	}
	parts := []string{c.opening(dice, question), disclaimer(dice)}
	parts = append(parts, c.memory(dice)...)
	parts = append(parts, observations(dice, question))
	if system := c.last("system"); system != "" {
		parts = append(parts, fmt.Sprintf("The instructions for this conversation begin with “%s”.", shorten(system, 80)))
	}
	parts = append(parts, closing(dice, question))
	return strings.Join(parts, "\n\n")
}

func (c conversation) opening(dice *rand.Rand, question string) string {
	quoted := "“" + shorten(question, 120) + "”"
	turn := c.count("user")
	if turn > 1 {
		return fmt.Sprintf(pick(dice, "Your %s message is %s.", "For the %s time you write: %s."), ordinal(turn), quoted)
	}
	if strings.HasSuffix(question, "?") {
		return fmt.Sprintf(pick(dice, "You ask %s.", "The question is %s."), quoted)
	}
	return fmt.Sprintf(pick(dice, "You write %s.", "What you say is %s."), quoted)
}

func disclaimer(dice *rand.Rand) string {
	return pick(dice,
		"This is the development network: no language model has read it, a small program composes this answer from your own words.",
		"No model runs on the development network, so this text is put together from what you wrote and from nothing else.",
	)
}

// memory shows that earlier turns came along.
func (c conversation) memory(dice *rand.Rand) []string {
	var said []string
	for _, m := range c.messages {
		if m.Role == "user" {
			said = append(said, m.Content)
		}
	}
	if len(said) < 2 {
		return nil
	}
	before := shorten(said[len(said)-2], 80)
	return []string{fmt.Sprintf(pick(dice,
		"Before that you said “%s”, and %d messages came along in all.",
		"The message before was “%s”; the whole conversation has %d messages.",
	), before, len(c.messages))}
}

// observations is a list of what can be counted in the question.
func observations(dice *rand.Rand, question string) string {
	list := strings.FieldsFunc(question, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' })
	facts := []string{
		plural(len(list), "word") + " in " + plural(utf8.RuneCountInString(question), "character"),
	}
	if longest := longestWord(list); longest != "" {
		facts = append(facts, fmt.Sprintf("the longest word: **%s**", longest))
	}
	if lines := strings.Count(question, "\n") + 1; lines > 1 {
		facts = append(facts, plural(lines, "line"))
	}
	if often, n := mostFrequent(list); n > 1 {
		facts = append(facts, fmt.Sprintf("“%s” comes %d times", often, n))
	}
	if numbers := digitsIn(list); len(numbers) > 0 {
		facts = append(facts, "numbers: "+strings.Join(numbers, ", "))
	}
	facts = append(facts, "the first letters: "+initials(list))
	return pick(dice, "What can be said for certain:", "What a program can see in it:") + "\n\n- " + strings.Join(facts, "\n- ")
}

func closing(dice *rand.Rand, question string) string {
	if strings.HasSuffix(question, "?") {
		return pick(dice,
			"On a network with models, this is where the answer to your question would be.",
			"A real model would know more; everything else on the way here was as it will be.")
	}
	return pick(dice,
		"Write on: the next answer will count this one in.",
		"On a network with models, this is where a real reply would be.")
}

func pick(dice *rand.Rand, choices ...string) string { return choices[dice.IntN(len(choices))] }

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func ordinal(n int) string {
	names := []string{"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"}
	if n <= len(names) {
		return names[n-1]
	}
	return fmt.Sprintf("%d.", n)
}

func longestWord(list []string) string {
	longest := ""
	for _, word := range list {
		if utf8.RuneCountInString(word) > utf8.RuneCountInString(longest) {
			longest = word
		}
	}
	return shorten(longest, 60)
}

// mostFrequent is the word that comes most often, the first in the alphabet of several.
func mostFrequent(list []string) (word string, times int) {
	count := map[string]int{}
	for _, word := range list {
		count[strings.ToLower(word)]++
	}
	all := make([]string, 0, len(count))
	for word := range count {
		all = append(all, word)
	}
	slices.Sort(all)
	for _, candidate := range all {
		if count[candidate] > times {
			word, times = candidate, count[candidate]
		}
	}
	return shorten(word, 60), times
}

func digitsIn(list []string) []string {
	var numbers []string
	for _, word := range list {
		if strings.IndexFunc(word, func(r rune) bool { return !unicode.IsDigit(r) }) < 0 && len(numbers) < 8 {
			numbers = append(numbers, shorten(word, 20))
		}
	}
	return numbers
}

func initials(list []string) string {
	var letters strings.Builder
	for i, word := range list {
		if i == 24 {
			letters.WriteString("…")
			break
		}
		r, _ := utf8.DecodeRuneInString(word)
		letters.WriteRune(unicode.ToUpper(r))
	}
	if letters.Len() == 0 {
		return "none"
	}
	return letters.String()
}
