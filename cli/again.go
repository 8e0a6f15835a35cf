package cli

import (
	"strings"
	"time"

	"example.com/overlap/compare"
	"example.com/overlap/internal/figures"
)

// sayHowLong says how long a comparison takes at most, but for single runs that are longer.
func (p *program) sayHowLong(plan compare.Plan, jobs int) {
	if plan.Budget > time.Hour {
		return // whoever says that knows
	}
	p.messages.sayf("measuring %s under %s takes at most about %v, mostly less than half of that; Ctrl-C shows what is "+
		"known by then", figures.Count(jobs, "job"), figures.Counted(len(plan.Strategies), "strategy", "strategies"),
		atMost(plan, jobs).Round(time.Second))
}

// atMost is how long a plan takes at most for so many jobs, each of which is measured by itself.
func atMost(plan compare.Plan, jobs int) time.Duration {
	plan.Jobs = make([]compare.Job, jobs)
	return plan.Longest()
}

// againWithin is the command line of this comparison with as many runs as it takes, within another budget. The last
// words, of a command that is compared, are no flags.
func (p *program) againWithin(budget time.Duration, command []string) string {
	before, _ := splitLists(p.args)
	flags := before[:len(before)-len(command)]
	heads := 1 // compare, or compare exec
	if len(command) > 0 {
		heads = 2
	}
	words := append([]string{p.name}, flags[:heads]...)
	words = append(words, "--budget", budget.String())
	for i := heads; i < len(flags); i++ {
		switch word := flags[i]; {
		case word == "--":
			words, i = append(words, flags[i:]...), len(flags)
		case word == "--runs" || word == "-r" || word == "--budget":
			i++
		case strings.HasPrefix(word, "--runs=") || strings.HasPrefix(word, "--budget=") || strings.HasPrefix(word, "-r"):
		default:
			words = append(words, word)
		}
	}
	return shellWords(append(words, p.args[len(flags):]...))
}

// commandLine is the one of this program.
func (p *program) commandLine() string { return shellWords(append([]string{p.name}, p.args...)) }

// shellWords are those that a shell reads as the given ones.
func shellWords(words []string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = shellWord(word)
	}
	return strings.Join(quoted, " ")
}
