package cli

import (
	"errors"
	"fmt"
	"io"

	"example.com/overlap/compare"
)

// exports are the files that compare writes. They are begun before anything is measured, so that a place where nothing
// can be written is not found out after a minute of measuring.
type exports []export

type export struct {
	file  *outputFile
	write func(*compare.Report, io.Writer) error
}

func openExports(flags compareFlags) (exports, error) {
	var all exports
	for _, e := range []struct {
		path  string
		write func(*compare.Report, io.Writer) error
	}{
		{flags.exportJSON, (*compare.Report).WriteJSON},
		{flags.exportMarkdown, (*compare.Report).WriteMarkdown},
	} {
		if e.path == "" {
			continue
		}
		file, err := openOutput(e.path, nil)
		if err != nil {
			all.discard()
			return nil, err
		}
		all = append(all, export{file, e.write})
	}
	return all, nil
}

func (all exports) write(report *compare.Report) error {
	var failures []error
	for _, e := range all {
		err := e.write(report, e.file)
		if err != nil {
			err = fmt.Errorf("cannot write %s: %w", e.file.name, withoutPath(err))
		} else {
			err = e.file.commit()
		}
		failures = append(failures, err)
	}
	return errors.Join(failures...)
}

// discard leaves those that have not been written as they were.
func (all exports) discard() {
	for _, e := range all {
		e.file.discard()
	}
}
