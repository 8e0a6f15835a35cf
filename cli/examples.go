package cli

import (
	"fmt"
	"strings"

	"example.com/overlap/source"
)

// named puts the program's own name into a text.
func (p *program) named(text string) string { return strings.ReplaceAll(text, "overlap ", p.name+" ") }

// examples makes the examples of a help text those of this program. They are written for fetch and primes; in a program
// without these, tasks of its own stand in their place, and lines that make sense for no task of it are left out.
func (p *program) examples(text string) string {
	var kept []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = p.example(line); line != "" {
			kept = append(kept, p.named(line))
		}
	}
	return strings.Join(kept, "\n")
}

// example is one line of examples, "" where there is none.
func (p *program) example(line string) string {
	command, _, _ := strings.Cut(line, "#")
	switch {
	case strings.Contains(line, " "+primesTask+" ") && !p.has(primesTask):
		own := p.ownTask(true)
		if own == "" {
			return ""
		}
		return strings.NewReplacer(primesTask, own).Replace(line)
	case strings.Contains(line, " "+fetchTask+" ") && !p.has(fetchTask):
		if strings.Contains(line, "http://") {
			return ""
		}
		return strings.NewReplacer(" "+fetchTask+" ", " "+p.ownTask(false)+" ",
			"urls", "inputs", "pages", "results").Replace(line)
	case strings.TrimSpace(command) == "overlap compare" && !p.hasArticle():
		return ""
	}
	return line
}

// tasksSentence names the tasks of the program.
func (p *program) tasksSentence() string {
	if len(p.tasks) == 0 {
		return "This program has no tasks of its own: run --worker COMMAND takes those of another."
	}
	return fmt.Sprintf("Tasks of this program: %s. What one takes and gives is told by: %s tasks TASK",
		strings.Join(p.taskNames(), ", "), p.name)
}

// has reports whether the program has a task of that name.
func (p *program) has(name string) bool {
	for _, t := range p.tasks {
		if t.Name() == name {
			return true
		}
	}
	return false
}

// hasArticle reports whether compare has something to measure without a task.
func (p *program) hasArticle() bool { return p.has(fetchTask) || p.has(primesTask) }

// ownTask names a task of the program for an example: one that takes ranges of numbers, or one that need not. "" means
// that there is none of those that take ranges, and TASK that there is none at all.
func (p *program) ownTask(ranges bool) string {
	for _, t := range p.tasks {
		if source.TakesRanges(t) == ranges {
			return t.Name()
		}
	}
	switch {
	case ranges:
		return ""
	case len(p.tasks) > 0:
		return p.tasks[0].Name()
	}
	return "TASK"
}
