//go:build unix

package command_test

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.com/overlap/tasks/command"
)

// places are templates that print their input, and nothing else, but for what is around the %.
var places = []string{
	`printf %s {}`,
	`printf %s "{}"`,
	`printf %s '{}'`,
	`printf %s a'b'{}"c" # don't {}`,
	`printf %s "$(printf %s {})"`,
	`printf %s "$(printf %s "{}")"`,
	`printf %s "a $(printf %s '{}') b"`,
	`printf %s "$(printf '%s' "$(printf "%s" {})")"`,
	"cat <<END\n{}\nEND",
	"cat <<-END\n\t{}\n\tEND\nprintf %s \"{}\"",
	"cat <<A; cat <<'B'\nx {} \"\nA\nno placeholder's here\nB\nprintf %s {}",
	`f() { printf %s {} "$1"; }; f x`,
	`x={}; printf %s "$x"`,
	`case {} in {}) printf %s {} ;; esac`,
	`case x in (x) printf %s {} ;; y) printf %s no ;; esac`,
	`printf %s "$(case x in x) printf %s {};; esac)"`,
	`printf %s \"{}\'`,
	`if [ {} = {} ]; then printf %s {}; fi`,
	`printf %s "${nothing:-"it's"}" {}`,
	`printf %s "$((1+2))" {}`,
	"printf %s `echo x` {}",
	`set -- a b; shift; printf %s "$1" {}`,
	`(printf %s {}) | cat`,
	`for i in {}; do printf %s "$i"; done`,
	`printf %s "$#" {}`,
	`{ printf %s {}; }`,
	"printf %s x \\\n {}",
	`printf %s it\'s {} "it's {}" 'say "{}"'`,
}

func shells(t testing.TB) (found []string) {
	known := map[string]bool{}
	for _, shell := range []string{"sh", "dash", "bash", "zsh", "ksh"} {
		path, err := exec.LookPath(shell)
		if err == nil {
			path, err = filepath.EvalSymlinks(path)
		}
		if err == nil && !known[path] {
			known[path] = true
			found = append(found, shell)
		}
	}
	if len(found) == 0 {
		t.Skip("there is no shell")
	}
	return found
}

// printed runs a template with an input, and returns what it printed.
func printed(t *testing.T, shell, template, input string) string {
	parsed, err := command.Parse([]string{template}, command.Syntax{Shell: shell})
	if err != nil {
		t.Fatalf("%q: %v", template, err)
	}
	in, err := parsed.Input(input)
	if err != nil {
		t.Fatalf("%q: %v", template, err)
	}
	all := words(in)
	cmd := exec.Command(all[0], all[1:]...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Errorf("%s: %q with %q: %v %s", shell, template, input, err, stderr.String())
	}
	return string(stdout)
}

var inputs = []string{
	`$(touch injected)`, "`touch injected`", `x; touch injected`, `"; touch injected; "`, `'; touch injected; '`,
	`\`, `a\`, `\\"`, `'`, `"`,
	"a\nEND\nb", "a\n# b", `My brother's 12" *** record  (costs $$$).jpg`,
	`${x}`, `$x`, `~`, `*`, `-n`, ``, " ", "\xff\xfe", "{}", "${_overlap_1}",
	`a[$(touch injected)]`, "!x", "\n\t",
}

// all is one template with all places in it.
var all = strings.Join(places, "\nprintf '\\n====\\n'\n")

// An input comes out as it went in, wherever its placeholder stands, and is never code.
func TestShellTakesInputsAsTheyAre(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long")
	}
	t.Chdir(t.TempDir())
	for _, shell := range shells(t) {
		plain := printed(t, shell, all, "PLAIN")
		if strings.Count(plain, "PLAIN") < len(places) {
			t.Fatalf("%s prints %q", shell, plain)
		}
		for _, input := range inputs {
			if want, got := strings.ReplaceAll(plain, "PLAIN", input), printed(t, shell, all, input); got != want {
				t.Errorf("%s: %q printed %q, want %q", shell, input, got, want)
			}
		}
	}
	if _, err := exec.Command("ls", "injected").Output(); err == nil {
		t.Error("an input was executed")
	}
}

// Where a shell would do something else with an input, the template is refused.
func TestShellRefuses(t *testing.T) {
	for template, want := range map[string]string{
		"echo `echo {}`":           "$( )",
		`echo "$((1+{}))"`:         "calculates",
		`(( x = {} ))`:             "calculates",
		`a[{}]=1`:                  "calculates",
		`[[ {} -eq 1 ]]`:           "calculates",
		`[[ 1 -eq {} ]]`:           "calculates",
		`echo ${x:-{}}`:            "variable",
		`echo "${x%{}}"`:           "variable",
		`echo $'{}'`:               "other quotes",
		`echo \{}`:                 "backslash",
		`echo "\{}"`:               "backslash",
		"cat <<'END'\n{}\nEND":     "without the quotes|quotes out",
		"cat <<{}\nx\n":            "another word",
		`echo $[{}]`:               "calculates",
		`echo ${}`:                 "variable",
		`echo "{}`:                 "without the second",
		`echo '{}`:                 "without the second",
		`echo $(echo {}`:           "without its )",
		"cat <<END\n{}\n":          "does not end",
		`echo "$(echo "$((1+{}))"`: "calculates",

		`a=([{}]=1)`:                      "between the [ ]",
		`a=(x ["{}"]=1)`:                  "between the [ ]",
		`a[$(echo {})]=1`:                 "between the [ ]",
		`echo "${a[$(echo {})]}"`:         "between ${ }",
		`let x={}`:                        "arguments of let",
		`if x=1 let "x={}"; then :; fi`:   "arguments of let",
		`let x=$(echo {})`:                "arguments of let",
		`builtin let x={}`:                "arguments of let",
		`declare -i x={}`:                 "options of declare",
		`declare -i x; x={}`:              "declare -i",
		`declare -n r={}; echo $r`:        "options of declare",
		`declare {}=1`:                    "name behind declare",
		`typeset "x={}"`:                  "name behind typeset",
		`unset {}`:                        "arguments of unset",
		`true && read {} <x`:              "arguments of read",
		`printf -v {} x`:                  "printf -v",
		`printf {} x`:                     "format",
		`printf "{}" x`:                   "format",
		`[ -v {} ]`:                       "[ -v",
		`[ {1} "{2}" ]`:                   "behind another one",
		`! test -v "{}"`:                  "test -v",
		`[[ -v {} ]]`:                     "name the variable",
		`trap 'rm -f {}.tmp' EXIT`:        "trap 'rm -f \"$f\"' EXIT",
		`(trap "echo {}" EXIT)`:           "arguments of trap",
		`echo x 2>&1; mapfile -C {} x`:    "arguments of mapfile",
		`read x >&2 {}`:                   "arguments of read",
		`echo $(printf '%s' x | read {})`: "arguments of read",
	} {
		_, err := command.Parse([]string{template}, command.Syntax{Shell: "sh"})
		found := false
		for text := range strings.SplitSeq(want, "|") {
			found = found || err != nil && strings.Contains(err.Error(), text)
		}
		if !found {
			t.Errorf("%q: %v, want an error with %q", template, err, want)
		}
	}
	for _, harmless := range []string{
		`[ -f {} ] && test {} = x`, `[ {1} = {2} ]`, `[ {} ] && [ {} ]`, `read x <{}`, `read x <<<{}`, `while read l; do echo {} $l; done`, `export X={} Y="{}"`,
		`local x={}`, `f={}; trap 'rm -f "$f"' EXIT`, `for f in {}; do :; done`, `case {} in x) :;; esac`, `printf '%s\n' {}`, `printf "Name: {}\n"`,
		`read x < <(cat {})`, `x=$(basename {})`, `declare x={}; echo {} >&2`, `echo "let {}"`, `echo 2>&1 let {}`, `read x; echo {}`,
	} {
		if _, err := command.Parse([]string{harmless}, command.Syntax{Shell: "bash"}); err != nil {
			t.Errorf("%q is refused: %v", harmless, err)
		}
	}
	if _, err := command.Parse([]string{"echo"}, command.Syntax{Shell: "fish"}); err == nil {
		t.Error("fish is taken for a shell like sh")
	}
}

func TestShellTakesSeveral(t *testing.T) {
	code := `printf '<%s>' {} "{}" {/}; printf {#}`
	template, err := command.Parse([]string{code}, command.Syntax{Shell: "sh", MaxArgs: 2})
	if err != nil {
		t.Fatal(err)
	}
	in, err := template.Batch([][]string{{"d/a b"}, {"c"}})
	if err != nil {
		t.Fatal(err)
	}
	in.Number = 7
	v, err := command.New(command.Options{}).Run(t.Context(), in)
	got, _ := v.Stdout.Bytes()
	if want := "<d/a b><c><d/a b c><a b><c>7"; err != nil || string(got) != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

func FuzzShell(f *testing.F) {
	if testing.Short() {
		f.Skip("it takes long")
	}
	for _, input := range inputs {
		f.Add(input)
	}
	found := shells(f)
	f.Fuzz(func(t *testing.T, input string) {
		if strings.ContainsRune(input, 0) || len(input) > 10_000 || strings.HasSuffix(input, "\n") { // which $( ) takes away
			return
		}
		for _, shell := range found {
			want := strings.ReplaceAll(printed(t, shell, all, "PLAIN"), "PLAIN", input)
			if got := printed(t, shell, all, input); got != want {
				t.Errorf("%s: %q printed %q, want %q", shell, input, got, want)
			}
		}
	})
}

// FuzzShellTemplate looks for a template in which an input becomes code.
func FuzzShellTemplate(f *testing.F) {
	for _, place := range places {
		f.Add(place)
	}
	shell := shells(f)[0]
	f.Fuzz(func(t *testing.T, template string) {
		if strings.ContainsRune(template, 0) {
			return
		}
		parsed, err := command.Parse([]string{template}, command.Syntax{Shell: shell})
		if err != nil {
			return
		}
		in, err := parsed.Input("$(id)\"'`id`")
		if err == nil && strings.Contains(string(in.Words[2]), "id") && !strings.Contains(template, "id") {
			t.Errorf("%q puts its input into the code: %q", template, in.Words[2])
		}
	})
}
