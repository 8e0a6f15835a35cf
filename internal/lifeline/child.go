package lifeline

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// ExitWithParent makes this process, started through [Tie], exit with status 0 when its parent ends or closes the
// line. It returns at once and takes standard input for itself; what the parent still sends is thrown away.
func ExitWithParent() { go exitAtEnd(os.Stdin) }

// Orders waits for what the parent sends with [Line.Send], decodes it into v, a pointer, and then ties this process
// to its parent as [ExitWithParent] does. It is an error if the parent ends before it has sent anything, or sends
// something else than a v. This process is not tied then, so that it can say why, and must end by itself.
func Orders(v any) error {
	if err := decode(os.Stdin, v); err != nil {
		return err
	}
	ExitWithParent()
	return nil
}

func decode(from io.Reader, v any) error {
	switch err := json.NewDecoder(from).Decode(v); {
	case errors.Is(err, io.EOF):
		return errors.New("the parent process ended before it sent its orders")
	case err != nil:
		return fmt.Errorf("cannot read the orders of the parent process: %w", err)
	}
	return nil
}

func exitAtEnd(line io.Reader) {
	// An error other than the end means that the parent cannot be watched any more, which comes to the same.
	_, _ = io.Copy(io.Discard, line)
	os.Exit(0)
}
