package durable

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"time"

	"example.com/overlap/internal/outfile"
)

// partialSuffix is what the name of a file's partial file has more.
const partialSuffix = ".part"

// The first line of a partial file says who holds it. Its length is fixed, so that whoever opens the file next can
// write over it.
const (
	holderForm   = `{"pid":%10d,"since":"%s"}` + "\n"
	holderTime   = "2006-01-02T15:04:05Z"
	holderLength = len(`{"pid":` + `1234567890` + `,"since":"` + holderTime + `"}` + "\n")
)

// HeldError says that another run writes the results.
type HeldError struct {
	File  string    // as it was given
	PID   int       // of the process that holds it; 0 if that is not known
	Since time.Time // when it began; zero if that is not known
}

// Error names the file, the process and since when it has run.
func (e *HeldError) Error() string {
	who := "another process"
	if e.PID > 0 {
		who = fmt.Sprintf("process %d, since %s", e.PID, e.Since.Local().Format("2006-01-02 15:04:05"))
	}
	return fmt.Sprintf("%s is being written by %s: wait until it has ended, or give another file", e.File, who)
}

// openPartial opens the partial file and takes it for this process. To read it, it is not taken, and nil if there is
// none.
func openPartial(name, path string, toRead bool) (*os.File, error) {
	if is, err := os.Lstat(path); err == nil && !is.Mode().IsRegular() { // a pipe would be waited for
		return nil, errNotRegular
	}
	if toRead {
		file, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		return file, err
	}
	for {
		file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
		if err != nil {
			return nil, err
		}
		isOurs, err := take(file, name, path)
		if isOurs {
			return file, nil
		}
		_ = file.Close()
		if err != nil {
			return nil, err
		}
	}
}

// refuseForeign says why a partial file must not be gone on with that somebody else may have put there. finished is the
// file that it will become, nil for none.
func refuseForeign(partial *os.File, path string, finished os.FileInfo) error {
	if partial == nil {
		return nil
	}
	info, err := partial.Stat()
	switch {
	case err != nil:
		return reason(err)
	case outfile.IsForeign(path, info, finished):
		return errors.New("it belongs to somebody else, in a directory where each may make files, and so may what it says: " +
			"have its owner delete it, or give another file for the results")
	}
	return nil
}

var errNotRegular = errors.New("it is no regular file: move it away, or give another file for the results")

// take reports false when whoever had the partial file has put the results in their place meanwhile, and removed it.
func take(file *os.File, name, path string) (ok bool, err error) {
	mine, err := file.Stat()
	if err != nil {
		return false, err
	}
	if err := waitForLock(file, name); err != nil {
		return false, err
	}
	now, err := os.Lstat(path)
	if err == nil && !now.Mode().IsRegular() {
		err = errNotRegular
	}
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(mine, now), err
}

func holder(name string, file *os.File) *HeldError {
	held := &HeldError{File: name}
	text := make([]byte, holderLength)
	if n, _ := file.ReadAt(text, 0); n < holderLength {
		return held
	}
	var is struct {
		PID   int
		Since time.Time
	}
	if json.Unmarshal(text, &is) == nil {
		held.PID, held.Since = is.PID, is.Since
	}
	return held
}

func holderLine() []byte {
	return fmt.Appendf(nil, holderForm, os.Getpid(), time.Now().UTC().Format(holderTime))
}

// heading says what job the lines after it are of.
type heading struct {
	Version int               `json:"durable"`
	Job     map[string]string `json:"job"`
	Chosen  map[string]string `json:"chosen,omitempty"`
	Key     string            `json:"key,omitempty"`
	Ordered bool              `json:"ordered"`
	// AtMostOnce says that calls are noted before they begin.
	AtMostOnce bool `json:"at_most_once,omitempty"`
	Resume     bool `json:"resume,omitempty"` // the results before it are for those of its inputs that are the same
	// RetryFailed says that the results after it are instead of failures before it of the same inputs, as far as there are such.
	RetryFailed bool `json:"retry_failed,omitempty"`
	// Copying says that what follows are the results of a finished file. It is whole when another heading follows.
	Copying bool `json:"copying,omitempty"`
}

const version = 1

func (h heading) text() []byte {
	text, err := json.Marshal(h)
	if err != nil {
		panic(err) // there is nothing in it that JSON has not
	}
	return text
}

// readHeading reads the heading that a line is.
func readHeading(file *os.File, l *line) (h heading, err error) {
	text := make([]byte, l.size)
	if _, err := file.ReadAt(text, l.offset); err != nil {
		return h, reason(err)
	}
	text = append(bytes.TrimSuffix(text[:len(text)-trailerLength], []byte{'}'}), '}')
	if err := json.Unmarshal(text, &h); err != nil {
		return h, err
	}
	if h.Version != version {
		return h, fmt.Errorf("it is of version %d, and this program knows version %d", h.Version, version)
	}
	return h, nil
}

// DifferentError says that a partial file is of another job than the one that is to continue it.
type DifferentError struct {
	File string // as it was given
	What string // what differs: a name of File.Job, "input 7"
	Was  string // "" for nothing
	Is   string // "" for nothing
	// Resumable says that a run with Resume gets over that: it finds results by content, and puts them in any order.
	Resumable bool
}

// Error says what differs, and what to do.
func (e *DifferentError) Error() string {
	is, was := cmp.Or(e.Is, "not there"), cmp.Or(e.Was, "not there")
	return fmt.Sprintf("%s has results of a run that did not finish, of another job: %s was %s and is %s",
		e.File+partialSuffix, e.What, was, is)
}

// differs says what of a job is not as it was, nil if all is. The order counts unless results are found by content.
func (h heading) differs(file string, now heading, byContent bool) error {
	is := func(what, was, is string) error { return &DifferentError{File: file, What: what, Was: was, Is: is} }
	all := map[string]string{}
	maps.Copy(all, now.Job)
	maps.Copy(all, h.Job)
	delete(all, "task")
	for _, name := range append([]string{"task"}, slices.Sorted(maps.Keys(all))...) { // another task has other names
		if h.Job[name] != now.Job[name] {
			return is(name, h.Job[name], now.Job[name])
		}
	}
	order := map[bool]string{false: "that in which calls end", true: "that of the inputs"}
	switch {
	case h.Key != now.Key:
		return is("what makes two inputs the same (key)", h.Key, now.Key)
	case now.AtMostOnce && !h.AtMostOnce:
		return is("a note of each call before it began (at most once)", "", "wanted")
	case h.AtMostOnce && !now.AtMostOnce: // and then calls would be made that nothing notes
		return is("a note of each call before it began (at most once)", "wanted", "")
	case h.Ordered != now.Ordered && !byContent:
		return &DifferentError{file, "the order of the results", order[h.Ordered], order[now.Ordered], true}
	}
	return nil
}
