package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"example.com/overlap/compare"
	"example.com/overlap/internal/outfile"
	"example.com/overlap/report"
	"example.com/overlap/source"
)

// exports are the files that compare writes. They are begun before anything is measured, so that a place where nothing
// can be written is not found out after a minute of measuring.
type exports []export

type export struct {
	flag  string
	file  *outfile.File // nil for standard output
	write func(io.Writer, *compare.Report) error
}

// openExports refuses exports that would be lost, or take away the inputs or what else is written.
func (p *program) openExports(flags compareFlags, inputs []source.File) (all exports, err error) {
	defer func() {
		if err != nil {
			all.discard()
		}
	}()
	for _, e := range []struct {
		flag, path string
		write      func(io.Writer, *compare.Report) error
	}{
		{"--export-json", flags.exportJSON, report.WriteJSON},
		{"--export-html", flags.exportHTML, func(w io.Writer, r *compare.Report) error { return report.WriteHTML(w, r) }},
		{"--export-trace", flags.exportTrace, report.WriteTrace},
		{"--export-markdown", flags.exportMarkdown, func(w io.Writer, r *compare.Report) error {
			return report.WriteMarkdown(w, flags.sort.sorted(r))
		}},
		{"--export-csv", flags.exportCSV, report.WriteCSV},
	} {
		if e.path == "" {
			continue
		}
		next := export{flag: e.flag, write: e.write}
		if !p.toStdout(e.path) {
			if next.file, err = p.openOutput(e.path, nil); err != nil {
				return all, err
			}
		}
		all = append(all, next)
		if err := p.refuseExport(all, inputs); err != nil {
			return all, err
		}
	}
	return all, nil
}

// refuseExport says why the last of the exports cannot be.
func (p *program) refuseExport(all exports, inputs []source.File) error {
	last := all[len(all)-1]
	for _, other := range all[:len(all)-1] {
		if last.file == nil && other.file == nil || last.file != nil && other.file != nil && last.file.Same(other.file) {
			return usageErrorf("%s and %s are the same file, and one would replace the other: give each its own",
				other.flag, last.flag)
		}
	}
	if last.file == nil {
		return nil
	}
	return errors.Join(refuseInputs(last.file, last.flag, inputs),
		refuseStream(last.file, last.flag, p.stdout.to, "standard output"),
		refuseStream(last.file, last.flag, p.messages.to, "standard error"))
}

// toStdout reports whether one of them goes to standard output, which is its alone then.
func (all exports) toStdout() bool {
	for _, e := range all {
		if e.file == nil {
			return true
		}
	}
	return false
}

func (all exports) commit(measured *compare.Report, stdout io.Writer) error {
	var failures []error
	for _, e := range all {
		if e.file == nil {
			_ = e.write(stdout, measured) // which remembers the error
			continue
		}
		failures = append(failures, e.commit(measured))
	}
	return errors.Join(failures...)
}

func (e export) commit(measured *compare.Report) error {
	err := e.write(e.file, measured)
	if err == nil {
		return e.file.Commit()
	}
	e.file.Discard() // which is a part of a report
	err = fmt.Errorf("cannot write %s: %w", e.file.Name(), err)
	elsewhere, otherErr := os.CreateTemp("", "*-"+filepath.Base(e.file.Name()))
	if otherErr != nil || e.file.Part() == "" {
		return err
	}
	if otherErr = errors.Join(e.write(elsewhere, measured), elsewhere.Close()); otherErr != nil {
		_ = os.Remove(elsewhere.Name())
		return err
	}
	return fmt.Errorf("%w; it is in %s", err, elsewhere.Name())
}

// discard leaves those that have not been written as they were.
func (all exports) discard() {
	for _, e := range all {
		if e.file != nil {
			e.file.Discard()
		}
	}
}
