package cli

import (
	"os"
	"strings"

	"github.com/spf13/cobra"

	"example.com/overlap/tasks/command"
)

// execFlags are about commands: how their line is made, what they are given, and where what they print goes.
type execFlags struct {
	placeholder, shell string
	maxArgs, nice      int
	fill, stdin        bool
	workdir            string
	env                []string

	json, tag, lineBuffer, ungroup bool
	results, tmpdir                string
}

func (f *execFlags) add(cmd *cobra.Command) {
	f.addLine(cmd)
	f.addOutput(cmd)
}

// addLine adds those about the command line, and what the command is given.
func (f *execFlags) addLine(cmd *cobra.Command) {
	set := cmd.Flags()
	set.StringVarP(&f.placeholder, "placeholder", "I", "{}", "what stands for the input in the command, as `text`")
	set.StringVar(&f.shell, "shell", "", "the command is code for this `shell`, sh unless said; an input is none of it")
	set.Lookup("shell").NoOptDefVal = "sh"
	set.IntVarP(&f.maxArgs, "max-args", "n", 1, "give one command up to this many inputs, and no more than fit into 128 KiB")
	set.BoolVarP(&f.fill, "fill", "X", false, "give one command as many inputs as fit into 128 KiB, or as -n allows")
	set.BoolVar(&f.stdin, "stdin", false, "give each command its input, with a newline, as standard input")
	set.StringVar(&f.workdir, "workdir", "", "run the commands in this `directory`")
	set.StringArrayVar(&f.env, "env", nil,
		"give the commands this variable, `NAME=VALUE` or one of yours by its NAME; may be given again")
	set.IntVar(&f.nice, "nice", 0, "add this to the niceness of the commands, so that others come first")
}

// addOutput adds those about what the commands print.
func (f *execFlags) addOutput(cmd *cobra.Command) {
	set := cmd.Flags()
	set.BoolVar(&f.json, "json", false, "write a line of JSON for each call instead of what its command printed")
	set.BoolVar(&f.tag, "tag", false, "begin each line that a command printed with its input and a tab")
	set.BoolVar(&f.lineBuffer, "line-buffer", false, "print whole lines as they come; those of several commands alternate, but "+
		"with -k those of one command are printed and those of the next ones kept until it is their turn")
	set.BoolVarP(&f.ungroup, "ungroup", "u", false, "have the commands print for themselves; what they print may mix")
	set.StringVar(&f.results, "results", "", "keep what each command prints in `folder`/NUMBER/stdout and stderr")
	set.StringVar(&f.tmpdir, "tmpdir", "", "keep what commands print in this `folder` until it is printed, "+
		"in files without names (default $TMPDIR, or /tmp)")
}

// check refuses flags that contradict each other. keepOrder and output are those of the results.
func (f *execFlags) check(given func(flag string) bool, results resultFlags) error {
	live := "--line-buffer"
	if f.ungroup {
		live = "--ungroup"
	}
	isLive, asJSON := f.ungroup || f.lineBuffer, f.json || results.output != ""
	switch {
	case f.maxArgs < 1:
		return usageErrorf("-n %d makes no sense: give a command at least 1 input", f.maxArgs)
	case f.placeholder == "":
		return usageErrorf("-I '' makes no sense: give the text that stands for the input")
	case f.ungroup && f.lineBuffer:
		return usageErrorf("--ungroup and --line-buffer exclude each other: give one of the two")
	case f.ungroup && f.tag:
		return usageErrorf("--tag needs to see the lines, and --ungroup has none pass: give --line-buffer instead")
	case isLive && asJSON:
		return usageErrorf("%s has the commands' output printed, and not written as JSON: leave it out", live)
	case f.ungroup && results.keepOrder:
		return usageErrorf("-k needs to see what the commands print, and --ungroup has them print for themselves: " +
			"give --line-buffer instead")
	case isLive && f.results != "":
		return usageErrorf("--results keeps the output in files, and %s prints it: leave one out", live)
	case asJSON && f.tag:
		return usageErrorf("--tag is for output that is printed, and the lines of JSON have each their input: leave it out")
	case given("max-args") && f.stdin && f.maxArgs > 1, f.fill && f.stdin:
		return usageErrorf("--stdin gives a command one input: leave -n and -X out")
	case f.tmpdir != "" && !isFolder(f.tmpdir):
		return usageErrorf("--tmpdir %s is no folder: give one that is there", f.tmpdir)
	case f.nice < 0 || f.nice > 19:
		return usageErrorf("--nice %d makes no sense: give 1 to 19", f.nice)
	}
	return nil
}

// checkInputs refuses what cannot be done with inputs.
func (f *execFlags) checkInputs(inputs *inputFlags) error {
	if inputs.divides() && (f.fill || f.maxArgs > 1) {
		return usageErrorf("a command is given one chunk as its standard input: leave -n and -X out")
	}
	return nil
}

// template makes the template of the command.
func (f *execFlags) template(
	words []string, given func(flag string) bool, columns []string,
) (*command.Template, error) {
	t, err := command.Parse(words, command.Syntax{
		Placeholder: f.placeholder, Columns: columns, MaxArgs: f.most(given), Fill: f.fill, Shell: f.shell, Literal: f.stdin,
	})
	if err != nil {
		return nil, usageErrorf("%w", err)
	}
	if t.Base.Env, err = variables(f.env); err != nil {
		return nil, err
	}
	t.Base.Dir, t.Base.Nice = command.Text(f.workdir), f.nice
	if f.results != "" {
		t.Base.Results = command.Text(absolute(f.results))
	}
	return t, nil
}

// most is how many inputs one command is given at most; 0 means that their length alone counts.
func (f *execFlags) most(given func(flag string) bool) int {
	if f.fill && !given("max-args") {
		return 0
	}
	return f.maxArgs
}

// variables reads those of --env.
func variables(list []string) (map[string]command.Text, error) {
	all := map[string]command.Text{}
	for _, text := range list {
		name, value, ok := strings.Cut(text, "=")
		if name == "" {
			return nil, usageErrorf("--env names no variable: give NAME=VALUE, or the NAME of one of yours")
		}
		if !ok {
			if value, ok = os.LookupEnv(name); !ok {
				return nil, usageErrorf("--env %s: there is no such variable here: set it, or give %s=VALUE", name, name)
			}
		}
		if strings.ContainsRune(name+value, 0) {
			return nil, usageErrorf("--env %s: a variable cannot hold a NUL", name)
		}
		all[name] = command.Text(value)
	}
	return all, nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
