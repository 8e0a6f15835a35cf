//go:build !nocluster

package cli

import (
	"os"
	"strings"

	"github.com/spf13/pflag"
)

// joinVariable is where a worker finds its join string if no flag has it.
const joinVariable = "OVERLAP_JOIN"

// engineString is how a command is given the string of an engine, or its URL. It is a key: on a command line other users of
// the machine see it, in a file or a variable they do not.
type engineString struct{ flag, variable, text, file string }

// joining is the string of a worker, submitting that of jobs.
func joining() engineString    { return engineString{flag: "join", variable: joinVariable} }
func submitting() engineString { return engineString{flag: "cluster", variable: clusterVariable} }

// add adds the flags.
func (s *engineString) add(set *pflag.FlagSet, help string) {
	set.StringVar(&s.text, s.flag, "", help)
	set.StringVar(&s.file, s.flag+"-file", "", "read what --"+s.flag+" takes from this `file`, so that other users of this machine do "+
		"not see it; or give it in the variable "+s.variable)
}

// find returns the string, "" where there is none. A flag wins over the variable, which calls must not see.
func (s *engineString) find(given func(flag string) bool) (string, error) {
	inVariable := os.Getenv(s.variable)
	_ = os.Unsetenv(s.variable)
	switch text, file := given(s.flag), given(s.flag+"-file"); {
	case text && s.text == "":
		return "", usageErrorf("--%s '' names no engine: give the string that it printed, or its URL", s.flag)
	case file && s.file == "":
		return "", usageErrorf("--%s-file '' names no engine: give a file that has the string that it printed, or its URL", s.flag)
	case text && file:
		return "", usageErrorf("--%s and --%[1]s-file say the same: give one of the two", s.flag)
	case text:
		return s.text, nil
	case file:
		return s.read()
	}
	return inVariable, nil
}

func (s *engineString) read() (string, error) {
	text, err := os.ReadFile(s.file)
	if err != nil {
		return "", usageErrorf("--%s-file: %w", s.flag, err)
	}
	found := strings.TrimSpace(string(text))
	if found == "" {
		return "", usageErrorf("--%s-file: %s is empty: write the string into it that the engine printed, or its URL", s.flag, s.file)
	}
	return found, nil
}

// needed is find where a command cannot do without. where says where there is one.
func (s *engineString) needed(given func(flag string) bool, where string) (string, error) {
	text, err := s.find(given)
	if err == nil && text == "" {
		err = usageErrorf("the string of an engine is missing: %s; give it by --%s, by --%[2]s-file, or in the variable %s",
			where, s.flag, s.variable)
	}
	return text, err
}
