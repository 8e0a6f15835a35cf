package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"strconv"
	"strings"

	"example.com/overlap/durable"
	"example.com/overlap/tasks/command"
)

// identity is what must be the same for a run to continue another, besides the inputs, by the names that messages use.
func (j *job) identity(flags runFlags, exec *execJob) map[string]string {
	is := map[string]string{"task": j.task.Name()}
	add := func(name, value string) {
		if value != "" {
			is[name] = value
		}
	}
	add("the version of the task", j.task.Version())
	add("--worker", flags.where.worker)
	if flags.fetch != nil {
		maps.Copy(is, flags.fetch.identity())
	}
	if exec == nil {
		return is
	}
	words := make([]string, len(exec.words))
	for i, word := range exec.words {
		words[i] = command.Quote(word)
	}
	add("command", strings.Join(words, " "))
	add("--placeholder", exec.placeholder)
	add("--shell", exec.shell)
	add("--workdir", exec.workdir)
	for _, variable := range exec.env {
		name, _, _ := strings.Cut(variable, "=")
		add("--env "+name, digest(variable))
	}
	if most := exec.most(exec.given); most != 1 {
		add("the number of inputs of a command", "at most "+strconv.Itoa(most))
	}
	if exec.stdin {
		add("--stdin", "given")
	}
	return is
}

// digest stands for a text that may be a secret, "" for none.
func digest(text string) string {
	if text == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(text))
	return "something with the hash " + hex.EncodeToString(sum[:6])
}

// The names of what a run chooses by itself and another that continues it must choose again.
const (
	chosenOrder   = "--shuf"
	chosenWorkers = "workers that chunks are for"
)

// choose chooses what the user has left to this program, as an unfinished run with the same results did, and says what
// it was. workers is how many chunks are for, as far as nothing else was chosen before.
func (f *runFlags) choose(workers int) (chosen map[string]string, atOnce int) {
	var before map[string]string
	if f.results.isKept && !f.results.fresh {
		before, _ = durable.Unfinished(f.results.output)
	}
	chosen = map[string]string{}
	if s := &f.inputs.shuffle; s.is {
		if seed, err := strconv.ParseUint(before[chosenOrder], 10, 64); s.isAny && err == nil {
			s.seed = seed
		}
		chosen[chosenOrder] = s.String()
	}
	if f.inputs.chunk.each > 0 {
		if n, err := strconv.Atoi(before[chosenWorkers]); err == nil && n > 0 {
			workers = n
		}
		chosen[chosenWorkers] = strconv.Itoa(workers)
	}
	return chosen, workers
}
