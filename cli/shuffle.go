package cli

import (
	"errors"
	"math/rand/v2"
	"strconv"
)

// shuffle is a flag for a random order, with what it follows from.
type shuffle struct {
	is    bool
	isAny bool // the user has left the choice
	seed  uint64
}

// anyOrder is the flag's value where the user gives none.
const anyOrder = "any"

// Set implements pflag.Value.
func (s *shuffle) Set(text string) error {
	seed, err := strconv.ParseUint(text, 10, 64)
	if text == anyOrder {
		seed, err = rand.Uint64(), nil
	}
	if err != nil {
		return errors.New("give --shuf alone, or a whole number with it, such as --shuf=7")
	}
	*s = shuffle{true, text == anyOrder, seed}
	return nil
}

// Type implements pflag.Value.
func (*shuffle) Type() string { return "number" }

// String implements pflag.Value.
func (s *shuffle) String() string {
	if !s.is {
		return ""
	}
	return strconv.FormatUint(s.seed, 10)
}
