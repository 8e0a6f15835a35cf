package target

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"example.com/overlap/internal/timespan"
)

// later is what a server changes into.
type later struct {
	after time.Duration // the start
	be    Config
}

// readLater reads what Config.Then says of a server that is c until then; nil if nothing.
func readLater(c Config) (*later, error) {
	if c.Then == "" {
		return nil, nil
	}
	words := strings.Fields(c.Then)
	bad := func(err error) error {
		return fmt.Errorf("then %q cannot be read: give a time and flags, such as '30s --latency 300ms --capacity 4': %w",
			c.Then, err)
	}
	if len(words) == 0 {
		return nil, bad(errors.New("it is blank"))
	}
	var after timespan.Span
	if err := after.Set(words[0]); err != nil {
		return nil, bad(err)
	}
	if after < 0 {
		return nil, bad(fmt.Errorf("%s is before the start", words[0]))
	}
	be := c
	be.Then = ""
	set := pflag.NewFlagSet("then", pflag.ContinueOnError)
	set.Usage = func() {}
	be.Flags(set)
	if err := set.Parse(words[1:]); err != nil {
		return nil, bad(err)
	}
	switch {
	case set.NArg() > 0:
		return nil, bad(fmt.Errorf("%s is no flag", set.Arg(0)))
	case set.NFlag() == 0:
		return nil, bad(errors.New("without flags nothing changes"))
	}
	if err := be.Validate(); err != nil {
		return nil, bad(err)
	}
	return &later{time.Duration(after), be}, nil
}
