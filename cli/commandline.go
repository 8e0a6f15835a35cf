package cli

import (
	"errors"
	"fmt"
	"strings"
)

// splitCommand splits the text of a command into its words as a shell does, and does nothing else that a shell does: no
// variable, pattern, tilde or operator means anything. Between single quotes all characters are themselves. Between
// double quotes a backslash makes ", \, $ and ` themselves, elsewhere any character. It removes the end of a line.
func splitCommand(text string) (words []string, err error) {
	var word []byte
	var quote byte // 0 outside quotes
	opened := 0    // where the quote is
	begun, escaped := false, false
	for at := range len(text) { // what matters is ASCII, so bytes do
		c := text[at]
		switch {
		case escaped:
			escaped = false
			if quote == '"' && !strings.ContainsRune("\"\\$`\n", rune(c)) {
				word = append(word, '\\')
			}
			if c != '\n' {
				word, begun = append(word, c), true
			}
		case c == '\\' && quote != '\'':
			escaped = true
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote, opened, begun = c, at, true
		case quote == 0 && strings.ContainsRune(" \t\r\n", rune(c)):
			if begun {
				words = append(words, string(word))
			}
			word, begun = word[:0], false
		default:
			word, begun = append(word, c), true
		}
	}
	switch {
	case quote != 0:
		return nil, fmt.Errorf("the quote before %q is not closed", text[opened+1:])
	case escaped:
		return nil, errors.New("nothing follows the backslash at its end")
	case begun:
		words = append(words, string(word))
	}
	return words, nil
}
