package cli

import (
	"errors"
	"io/fs"
	"os"

	"example.com/overlap/internal/figures"
	"example.com/overlap/internal/outfile"
	"example.com/overlap/source"
)

// toStdout reports whether a name that the user gave means standard output: -, or a name of its descriptor.
func (p *program) toStdout(name string) bool {
	return name == "-" || p.stdout.to == os.Stdout && outfile.IsDescriptor(name, int(os.Stdout.Fd()))
}

// openOutput begins a file that a flag names, and tells of what earlier runs left behind beside it.
func (p *program) openOutput(name string, stop <-chan struct{}) (*outfile.File, error) {
	file, err := outfile.Open(name, stop)
	if errors.Is(err, outfile.ErrStopped) {
		return nil, &statusError{status: exitInterrupted, err: err}
	}
	if err != nil {
		return nil, usageErrorf("%w", err)
	}
	p.tellLeftovers(file)
	return file, nil
}

const mostLeftovers = 3 // to tell of

func (p *program) tellLeftovers(file *outfile.File) {
	left, others := file.Leftovers()
	for i, l := range left {
		if i == mostLeftovers {
			p.messages.sayf("and %s", figures.Counted(len(left)-i, "more", "more"))
			break
		}
		p.messages.sayf("a run that was killed left its part of %s in %s (%s, %s): keep it under another name, or delete it",
			file.Name(), l.Path, figures.Count(l.Info.Size(), "byte"), l.Info.ModTime().Format("2006-01-02 15:04:05"))
	}
	if others > 0 {
		p.messages.sayf("%s to %s now: who ends last replaces what the others wrote",
			figures.Counted(others, "other run writes", "other runs write"), file.Name())
	}
}

// output is a file that is to be written or replaced.
type output interface {
	Name() string
	InPlace() bool
	Writes(other os.FileInfo) bool
}

// refuseInputs says why an output must not be written that is one of the files of the inputs: it would be read while
// it is written, or replaced by what was made of it.
func refuseInputs(file output, flag string, inputs []source.File) error {
	for _, read := range inputs {
		if file.Writes(read.Info) {
			return usageErrorf("the results would replace the inputs in %s: give %s another file", file.Name(), flag)
		}
	}
	return nil
}

// refuseStream says why an output must not replace the file that a standard stream goes to: what the stream has
// written there would be lost.
func refuseStream(file output, flag string, stream any, name string) error {
	to, ok := stream.(*os.File)
	if !ok || file.InPlace() {
		return nil
	}
	if info, err := to.Stat(); err == nil && file.Writes(info) {
		return usageErrorf("%s goes to %s, which %s would replace: give %s another file", name, file.Name(), flag, flag)
	}
	return nil
}

// withoutPath is an error about a file without its name, which is not the one that the user gave.
func withoutPath(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}
