package cli

import (
	"slices"
	"strings"
	"testing"
)

func TestSplitCommand(t *testing.T) {
	for _, test := range []struct {
		text string
		want []string
	}{
		{``, nil},
		{" \t\n", nil},
		{`python3 my_task.py`, []string{"python3", "my_task.py"}},
		{"  python3 \t my_task.py\n", []string{"python3", "my_task.py"}},
		{`'my python' "my task.py"`, []string{"my python", "my task.py"}},
		{`my\ python my\'task`, []string{"my python", "my'task"}},
		{`a'b c'd"e f"g`, []string{"ab cde fg"}},
		{`'' a ""`, []string{"", "a", ""}},
		{`'a\' b`, []string{`a\`, "b"}},
		{`'it'\''s' "it's"`, []string{"it's", "it's"}},
		{`"a \"b\" \\ \$c \d"`, []string{`a "b" \ $c \d`}},
		{`$HOME ~ *.py a|b "$HOME" # no`, []string{"$HOME", "~", "*.py", "a|b", "$HOME", "#", "no"}},
		{"a\\\nb 'c\nd' \"e\\\nf\"", []string{"ab", "c\nd", "ef"}},
		{`café '日 本' \é`, []string{"café", "日 本", "é"}},
		{"\xff '\xfe '", []string{"\xff", "\xfe "}},
	} {
		if got, err := splitCommand(test.text); err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%q is %q, %v, want %q", test.text, got, err, test.want)
		}
	}
	for text, says := range map[string]string{
		`python3 'my task.py`: `the quote before "my task.py" is not closed`,
		`python3 "it's`:       `the quote before "it's" is not closed`,
		`"a\"`:                `is not closed`,
		`python3 \`:           `nothing follows the backslash`,
	} {
		if got, err := splitCommand(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q is %q, %v, want to be told that %s", text, got, err, says)
		}
	}
}

// FuzzSplitCommand quotes words in each way, which must come back, and splits what is no command at all.
func FuzzSplitCommand(f *testing.F) {
	f.Add("python3", "my task.py", `it's "quoted" \ `)
	f.Add("", "\n", "\xff$`")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		words := []string{a, b, c}
		for name, quote := range map[string]func(string) string{
			"single quotes": func(w string) string { return "'" + strings.ReplaceAll(w, "'", `'\''`) + "'" },
			"double quotes": func(w string) string { return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(w) + `"` },
			"backslashes": func(w string) string {
				var text strings.Builder
				text.WriteString("''") // for a word that is empty
				for i := range len(w) {
					if w[i] == '\n' {
						text.WriteString("'\n'")
					} else {
						text.WriteString(`\` + w[i:i+1])
					}
				}
				return text.String()
			},
		} {
			text := quote(a) + " " + quote(b) + "\t\n" + quote(c)
			if got, err := splitCommand(text); err != nil || !slices.Equal(got, words) {
				t.Errorf("%q in %s, %s, are %q, %v", words, name, text, got, err)
			}
		}
		got, err := splitCommand(a)
		if err == nil && !strings.ContainsAny(a, `'"\`) && !slices.Equal(got, strings.FieldsFunc(a, func(r rune) bool { return strings.ContainsRune(" \t\r\n", r) })) {
			t.Errorf("%q, without quotes, is %q", a, got)
		}
	})
}
