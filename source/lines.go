package source

import (
	"io"
	"iter"
)

// Lines is the [Format] of one item a line: that of the zero [Text].
func Lines(r io.Reader, from string) iter.Seq2[Item, error] { return Text{}.Items(r, from) }
