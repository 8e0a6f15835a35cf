package cli

import (
	"os"

	"golang.org/x/term"
)

// isTerminal reports whether a standard stream is a terminal.
func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// redraws reports whether a line can be drawn anew on the stream.
func redraws(stream any) bool { return isTerminal(stream) && os.Getenv("TERM") != "dumb" }

// colors reports whether the stream shows colour, and the user wants it: https://no-color.org.
func colors(stream any) bool { return redraws(stream) && os.Getenv("NO_COLOR") == "" }

// width is how many characters fit into a line of the stream; 0 if it is no terminal, so that nothing is cut or broken.
func width(stream any) int {
	if !isTerminal(stream) {
		return 0
	}
	columns, _, err := term.GetSize(int(stream.(*os.File).Fd()))
	if err != nil {
		return 0
	}
	return columns
}
