package cli

import (
	"cmp"

	"github.com/spf13/cobra"

	"example.com/overlap/source"
)

// inputFlags are about where the inputs of a job come from, and how they are read.
type inputFlags struct {
	from, glob                     []string
	null, jsonLines, csv           bool
	header, comments, text, pipe   bool
	ship                           bool // the bytes of chunks are read here
	colsep, recordStart, recordEnd string
	longest                        byteSize
	chunk                          chunkSize
	shuffle                        shuffle
	given                          func(flag string) bool // whether the user did
}

func (f *inputFlags) add(cmd *cobra.Command) {
	set := cmd.Flags()
	f.given = set.Changed
	set.StringArrayVar(&f.from, "from", nil, "read the inputs from this `file`, one a line; - is standard input; "+
		"given again, the next file's follow")
	set.StringArrayVar(&f.glob, "glob", nil, "take the files that match this `pattern`, with ** for any directories and "+
		"{a,b} for either; quote it, so that the shell leaves it alone; given again, a file may match any of them")
	set.BoolVarP(&f.null, "null", "0", false,
		"inputs in files end with NUL, as find -print0 writes them, and are taken as they are")
	set.BoolVar(&f.jsonLines, "jsonl", false, "each line of files is a JSON value")
	set.BoolVar(&f.csv, "csv", false,
		"files and arguments are rows of CSV, whose fields in quotes may have commas and line ends in them")
	set.StringVar(&f.colsep, "colsep", "", "divide lines and arguments into columns at this `separator`: a character, or "+
		"a regular expression such as '\\s+'; with --csv, the character instead of the comma")
	set.BoolVar(&f.header, "header", false, "the first line of each file, and the first input of each ::: list, is the "+
		"names of the columns; before each chunk of --chunk and --pipe, it comes again")
	set.BoolVar(&f.comments, "comments", false, "leave out lines that begin with #")
	set.Var(&f.longest, "max-line", "a line may have this `size` (default 16MiB)")
	set.BoolVar(&f.text, "text", false, "give each line to the task of --worker as a text, instead of reading it as JSON")
	set.Var(&f.shuffle, "shuf", "take the inputs in a random order: another one each time, or with a `number` (--shuf=7) "+
		"the same for the same")
	set.Lookup("shuf").NoOptDefVal = anyOrder
	set.Var(&f.chunk, "chunk", "divide each file of --from into chunks of about this `size` that end where lines do, or "+
		"into 10 a worker for -10; each is an input")
	set.BoolVar(&f.ship, "ship", false, "read the chunks of --chunk here and send their bytes along with each call, for "+
		"workers on other machines that do not have the file")
	set.BoolVar(&f.pipe, "pipe", false, "divide standard input into chunks that end where lines do, of the size of "+
		"--chunk or else of 1MiB; each is an input")
	const escapes = "\\n, \\t, \\r, \\0, \\x1e and \\\\ stand for what they do in C"
	set.StringVar(&f.recordStart, "record-start", "", "chunks begin with this `text`, such as '>'; "+escapes)
	set.StringVar(&f.recordEnd, "record-end", "", "chunks end with this `text` instead of a line's end; "+escapes)
}

// any reports whether the user said where inputs come from. lists are those behind the arguments.
func (f *inputFlags) any(lists []list) bool {
	return len(f.from)+len(f.glob)+len(lists) > 0 || f.pipe
}

// held is about how many bytes each input holds in memory until its result is taken, where that is known and much; else 0.
func (f *inputFlags) held() int64 {
	switch {
	case f.pipe:
		return cmp.Or(int64(f.chunk.bytes), source.UsualSize)
	case f.ship:
		return int64(f.chunk.bytes)
	}
	return 0
}

// divides reports whether inputs are chunks.
func (f *inputFlags) divides() bool { return f.chunk != chunkSize{} || f.pipe }
