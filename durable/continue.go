package durable

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"example.com/overlap"
	"example.com/overlap/internal/resultline"
)

// beginOrContinue reads what the partial file has, and makes it ready.
func (r *Run) beginOrContinue() error {
	var size int64
	if r.journal.file != nil {
		info, err := r.journal.file.Stat()
		if err != nil {
			return reason(err)
		}
		size = info.Size()
	}
	if err := r.isOurs(size); err != nil {
		return err
	}
	if !r.options.DryRun {
		if err := r.removeLeftover(); err != nil {
			return err
		}
	}
	if r.options.Fresh {
		size = 0
	}
	var err error
	if r.contents, err = load(r.journal.file, size, r.options.RetryFailed); err != nil {
		return err
	}
	if r.contents.exists && !r.contents.heading.Copying {
		err := r.resume()
		if _, isDifferent := errors.AsType[*DifferentError](err); !isDifferent || !r.contents.isEmpty {
			return err
		}
	}
	if (r.options.Resume || r.options.RetryFailed) && r.at.Info != nil && r.at.Info.Size() > 0 {
		return r.resumeFinished()
	}
	if err := r.newPartial(); err != nil {
		return err
	}
	r.contents.reset(r.journal.size)
	return nil
}

// removeLeftover removes what was left by a run that was killed while it put its results in their place.
func (r *Run) removeLeftover() error {
	path := r.partial + newSuffix
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err == nil && !info.Mode().IsRegular():
		err = errNotRegular
	case err == nil:
		err = os.Remove(path)
	}
	if err != nil {
		return fmt.Errorf("the results are to be put together in %s: %w", r.Partial()+newSuffix, reason(err))
	}
	return nil
}

// partialStart is how each partial file begins.
const partialStart = `{"pid":`

// isOurs refuses to write over a file that happens to have the name of the partial one.
func (r *Run) isOurs(size int64) error {
	if size == 0 {
		return nil
	}
	text := make([]byte, min(size, int64(holderLength)))
	if _, err := r.journal.file.ReadAt(text, 0); err != nil && err != io.EOF {
		return reason(err)
	}
	text = text[:min(len(text), len(partialStart))]
	isCut := strings.Trim(string(text), "\x00") == "" // by a crash of the machine
	if isCut && size < 1<<20 || strings.HasPrefix(partialStart, string(text)) {
		return nil
	}
	return errors.New("it is no file of unfinished results: move it away, or give another file for the results")
}

// resume goes on with the partial file.
func (r *Run) resume() error {
	c := r.contents
	byContent := r.options.Resume || c.heading.Resume
	if err := c.heading.differs(r.options.Name, r.heading, byContent); err != nil {
		return err
	}
	if err := r.disk.truncate(r.journal.file, c.end); err != nil {
		return err
	}
	r.from, r.journal.size = r.Partial(), c.end
	if _, err := r.disk.writeAt(r.journal.file, holderLine(), 0); err != nil {
		return err
	}
	if !byContent {
		return r.makeSure()
	}
	return r.takeStock()
}

// takeStock makes all results that the partial file has those of an earlier list of inputs.
func (r *Run) takeStock() (err error) {
	if r.stock, err = loadStock(r.journal.file, r.journal.size, r.contents.lines, r.options.RetryFailed); err != nil {
		return err
	}
	r.heading.Resume, r.heading.RetryFailed = true, r.options.RetryFailed
	line := appendLine(nil, r.heading.text(), key{}, header)
	if _, err := r.disk.writeAt(r.journal.file, line, r.journal.size); err != nil {
		return err
	}
	r.journal.size += int64(len(line))
	r.contents.reset(r.journal.size)
	return r.makeSure()
}

// resumeFinished makes a partial file of the finished one, and goes on with that.
func (r *Run) resumeFinished() error {
	finished, err := os.Open(r.at.Path)
	if err != nil {
		return reason(err)
	}
	defer finished.Close() // it was only read
	if r.options.DryRun {
		if r.journal.file, err = os.CreateTemp("", "overlap-*"+partialSuffix); err != nil {
			return err
		}
		r.scratch, r.disk.isDry = r.journal.file.Name(), false
	}
	r.from, r.heading.Copying = r.options.Name, true
	r.contents.reset(0)
	if err := r.newPartial(); err != nil {
		return err
	}
	r.heading.Copying = false
	in := bufio.NewReaderSize(finished, readAhead)
	var lines []byte
	for n := 1; ; n++ {
		text, err := in.ReadBytes('\n')
		if err == io.EOF && len(text) == 0 {
			break
		}
		if err != nil && err != io.EOF {
			return reason(err)
		}
		r.contents.lines++
		if lines, err = r.appendFinished(lines, text); err != nil {
			return fmt.Errorf("line %d of %s is no result that can be continued: %w", n, r.options.Name, err)
		}
		if len(lines) >= readAhead {
			if lines, err = r.copied(lines); err != nil {
				return err
			}
		}
	}
	if _, err := r.copied(lines); err != nil {
		return err
	}
	return r.takeStock()
}

func (r *Run) copied(lines []byte) ([]byte, error) {
	if len(lines) > 0 {
		if _, err := r.disk.writeAt(r.journal.file, lines, r.journal.size); err != nil {
			return nil, err
		}
	}
	r.journal.size += int64(len(lines))
	return lines[:0], nil
}

// appendFinished appends the line of a partial file for one of a finished one.
func (r *Run) appendFinished(to, text []byte) ([]byte, error) {
	if !json.Valid(text) || !strings.HasPrefix(string(text[:min(len(text), len(lineStart))]), lineStart) {
		return to, errors.New("it is no JSON object that begins with an index")
	}
	result, err := resultline.Parse(text)
	if err != nil {
		return to, err
	}
	switch result.Outcome {
	case overlap.Canceled, overlap.NeverStarted: // by an earlier version
		return to, nil
	}
	k, err := r.keys.ofLine(&result)
	if err != nil {
		return to, err
	}
	is := succeeded
	if result.Outcome != overlap.Succeeded {
		is = failed
	}
	return appendLine(to, text, k, is), nil
}
