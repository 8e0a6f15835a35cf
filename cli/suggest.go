package cli

import (
	"slices"
	"strings"
)

// closest finds the candidate that word was most likely meant to be: at most a third of its letters differ.
func closest(word string, candidates []string) (string, bool) {
	best, least := "", max(1, len([]rune(word))/3)+1
	for _, c := range candidates {
		if d := distance(word, c); d < least {
			best, least = c, d
		}
	}
	return best, best != ""
}

// distance is how many letters must be put in, left out, replaced or swapped with the next to make b of a: the optimal
// string alignment distance.
func distance(a, b string) int {
	from, to := []rune(strings.ToLower(a)), []rune(strings.ToLower(b))
	var before, last []int
	current := make([]int, len(to)+1)
	for j := range current {
		current[j] = j
	}
	for i, letter := range from {
		before, last, current = last, current, make([]int, len(to)+1)
		current[0] = i + 1
		for j, other := range to {
			replaced := last[j]
			if letter != other {
				replaced++
			}
			current[j+1] = min(last[j+1]+1, current[j]+1, replaced)
			if i > 0 && j > 0 && letter == to[j-1] && from[i-1] == other {
				current[j+1] = min(current[j+1], before[j-1]+1)
			}
		}
	}
	return current[len(to)]
}

// corrected is the command line with the first bad word replaced, ready to be copied into a shell. The word is an
// argument, the value in --flag=bad, the flag in --bad=value, or an item in a list that commas separate.
func (p *program) corrected(bad, good string) string {
	words, done := []string{p.name}, false
	for _, word := range p.args {
		if fixed, ok := replaceWord(word, bad, good); ok && !done {
			word, done = fixed, true
		}
		words = append(words, shellWord(word))
	}
	return strings.Join(words, " ")
}

func replaceWord(word, bad, good string) (string, bool) {
	if word == bad {
		return good, true
	}
	if flag, value, ok := strings.Cut(word, "="); ok && strings.HasPrefix(flag, "-") {
		if flag == bad {
			return good + "=" + value, true
		}
		if fixed, ok := replaceWord(value, bad, good); ok {
			return flag + "=" + fixed, true
		}
		return "", false
	}
	items := strings.Split(word, ",")
	if i := slices.Index(items, bad); i >= 0 {
		items[i] = good
		return strings.Join(items, ","), true
	}
	return "", false
}

// shellWord quotes a word for a POSIX shell where it must be.
func shellWord(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' ||
			strings.ContainsRune("-_./:,=@%+", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
