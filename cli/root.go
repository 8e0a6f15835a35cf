package cli

import (
	"fmt"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/overlap/internal/plain"
)

// newRoot makes the command with all its sub-commands.
func newRoot(p *program) *cobra.Command {
	root := &cobra.Command{
		Use:   p.name,
		Short: "Run a job under any strategy, and measure which one wins",
		Long: p.named(`Run one task over many inputs: in order, on threads, in a pool, as coroutines. Measure which
strategy wins, and why. Then run the real job with it.

` + p.tasksSentence() + `

Exit status: 0 all calls succeeded, 1 some failed or the results could not be written, 2 the command cannot be
carried out as it was given, 130 interrupted, 141 nobody read the results to their end.`),
		Example: p.examples(`  overlap compare                                         # two jobs, one waits, one computes
  overlap compare fetch --from urls.txt --on sync,async   # your own inputs
  overlap run primes 1..1000 -o primes.jsonl
  overlap run fetch --from urls.txt --on async -j 64 -o pages.jsonl`),
		Version:           version(),
		SilenceUsage:      true,
		SilenceErrors:     true,
		Args:              p.noSuchCommand,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return p.refuseLists(cmd) },
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(p.stdin)
	root.SetOut(plain.Writer(p.stdout))
	root.SetErr(plain.Writer(p.messages))
	root.SetVersionTemplate("{{.Name}} {{.Version}}\n")
	root.SetFlagErrorFunc(p.badFlag)
	root.AddCommand(p.runCommand(), p.compareCommand(), p.reportCommand(), p.tasksCommand(), p.strategiesCommand(), p.targetCommand(),
		p.measureCommand(), p.manCommand())
	root.AddCommand(p.clusterCommands()...)
	if p.hasExec() {
		root.AddCommand(p.execCommand(p.name + " exec"))
	}
	return root
}

// noSuchCommand refuses what is no sub-command.
func (p *program) noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, sub := range cmd.Commands() {
		if !sub.Hidden {
			names = append(names, sub.Name())
		}
	}
	err := usageErrorf("there is no command %q: %s --help lists them", args[0], p.name)
	if near, ok := closest(args[0], names); ok {
		return err.withHint("did you mean: " + p.corrected(args[0], near))
	}
	if _, isTask := p.task(args[0]); isTask == nil {
		return err.withHint("did you mean: " + p.name + " run " + strings.TrimPrefix(p.corrected("", ""), p.name+" "))
	}
	return err
}

// wholeTime is a time that is only too long.
var wholeTime = regexp.MustCompile(`^"[0-9]+(ns|us|µs|ms|s|m|h)?"$`)

var flagValue = regexp.MustCompile(`^invalid argument (".*") for "(.*)" flag: (?s:(.*))$`)

// badFlag makes an error about flags say what to do.
func (p *program) badFlag(cmd *cobra.Command, err error) error {
	if !cmd.HasParent() && len(p.args) > 0 && !strings.HasPrefix(p.args[0], "-") { // of a command that there is not
		return p.noSuchCommand(cmd, p.args[:1])
	}
	text := err.Error()
	if found := flagValue.FindStringSubmatch(text); found != nil {
		names := strings.Split(found[2], ", ") // -j, --jobs
		name := names[len(names)-1]
		return usageErrorf("%s cannot be %s: %s", name, found[1], wantedValue(cmd, name, found[1], found[3]))
	}
	name, ok := strings.CutPrefix(text, "unknown flag: ")
	if !ok {
		return usageErrorf("%s; %s --help lists the flags", text, cmd.CommandPath())
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, "--"+f.Name)
		}
	})
	usage := usageErrorf("there is no flag %s: %s --help lists them", name, cmd.CommandPath())
	has := func(flag string) bool { return slices.Contains(names, flag) }
	near, ok := closest(name, names)
	switch {
	case name == "--json" && has("--export-json"):
		near = "--export-json"
	case name == "--json" && has("--jsonl"): // which is about inputs
		return usage.withHint("each result is a line of JSON without it: leave it out")
	case !ok:
		return usage
	}
	return usage.withHint("did you mean: " + p.corrected(name, near))
}

// wantedValue says what a flag takes, by the type of its value.
func wantedValue(cmd *cobra.Command, name, given, otherwise string) string {
	flag := cmd.Flags().Lookup(strings.TrimPrefix(name, "--"))
	if flag == nil {
		return otherwise
	}
	switch flag.Value.Type() {
	case "int", "uint64":
		if strings.Contains(otherwise, "value out of range") {
			return "that is beyond what there can be"
		}
		return "give a whole number"
	case "duration":
		if _, shares := flag.Value.(*timeoutFlag); shares && strings.HasSuffix(given, `%"`) {
			return otherwise
		}
		if wholeTime.MatchString(given) {
			return "give a time of at most 2562047h"
		}
		return "give a time, such as 250ms, 1m30s or 10 for seconds"
	case "float64":
		return "give a number"
	case "bool":
		return "give true or false"
	}
	return otherwise
}

// version is that of the module the program was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "of an unknown version, built by " + runtime.Version()
	}
	text := info.Main.Version
	if text == "" {
		text = "(devel)"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && !strings.Contains(text, s.Value[:min(12, len(s.Value))]) {
			text += fmt.Sprintf(" at %s", s.Value[:min(12, len(s.Value))])
		}
	}
	return fmt.Sprintf("%s, built by %s for %s/%s", text, info.GoVersion, runtime.GOOS, runtime.GOARCH)
}
