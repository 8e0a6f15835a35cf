package cli

import (
	"errors"

	"example.com/overlap/internal/figures"
)

// byteSize is a flag's number of bytes: 512MB, 1GiB.
type byteSize int64

// Set implements pflag.Value. Upper and lower case are the same.
func (b *byteSize) Set(text string) error {
	n, ok := figures.ParseSize(text)
	if !ok {
		return errors.New("give a whole number with its unit, such as 512MB or 1GiB")
	}
	*b = byteSize(n)
	return nil
}

// Type implements pflag.Value.
func (*byteSize) Type() string { return "size" }

// String implements pflag.Value: in the largest unit that leaves a whole number; "" for none.
func (b *byteSize) String() string {
	if *b == 0 {
		return ""
	}
	return figures.WrittenSize(int64(*b))
}
