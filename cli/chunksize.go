package cli

import (
	"errors"
	"strconv"
)

// chunkSize is a flag for how large the chunks of a file are: 16MiB, or −10 for 10 chunks a worker.
type chunkSize struct {
	bytes byteSize
	each  int // chunks a worker; 0 where the size is given
}

// Set implements pflag.Value.
func (c *chunkSize) Set(text string) error {
	if n, err := strconv.Atoi(text); err == nil && n < 0 && n >= -1<<20 {
		*c = chunkSize{each: -n}
		return nil
	}
	var bytes byteSize
	if bytes.Set(text) != nil || bytes == 0 {
		return errors.New("give a size with its unit, such as 16MiB, or -10 for 10 chunks a worker")
	}
	*c = chunkSize{bytes: bytes}
	return nil
}

// Type implements pflag.Value.
func (*chunkSize) Type() string { return "size" }

// String implements pflag.Value.
func (c *chunkSize) String() string {
	if c.each > 0 {
		return strconv.Itoa(-c.each)
	}
	return c.bytes.String()
}
