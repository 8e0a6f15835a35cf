package cluster

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// File is a file that calls will read, where they are made.
type File struct {
	Name string // as the call will open it; a relative one is relative to the worker's own folder
	Size int64  // in bytes; negative for any
}

// LacksError is that a worker does not have a file.
type LacksError struct {
	Worker string // its machine and process
	File   string
	Why    string // in words, after the file's name
}

func (e *LacksError) Error() string { return fmt.Sprintf("worker %s: %s %s", e.Worker, e.File, e.Why) }

const (
	mostFiles  = 200 // in a question
	filesMayBe = 30 * time.Second
)

// CheckFiles asks each worker that is there whether it has the files, and returns a [LacksError] for each worker that
// does not, joined, of its first such file. Workers that come later are not asked. A worker that does not answer within 30 s
// is one of those that fail. The end of ctx ends the asking.
func (x *Executor) CheckFiles(ctx context.Context, files []File) error {
	x.mu.Lock()
	var workers []workerInfo
	for _, w := range x.workers {
		workers = append(workers, w.workerInfo)
	}
	x.mu.Unlock()
	slices.SortFunc(workers, func(a, b workerInfo) int { return strings.Compare(a.name, b.name) })
	problems := make([]error, len(workers))
	var asking sync.WaitGroup
	for i, w := range workers {
		asking.Go(func() { problems[i] = x.checkFilesOf(ctx, w, files) })
	}
	asking.Wait()
	return errors.Join(problems...)
}

// checkFilesOf asks one worker.
func (x *Executor) checkFilesOf(ctx context.Context, w workerInfo, files []File) error {
	ctx, cancel := context.WithTimeout(ctx, filesMayBe)
	defer cancel()
	for some := range slices.Chunk(files, mostFiles) {
		reply, err := x.engine.ask(ctx, questionsTo(w.id), appendFiles(nil, some))
		if err != nil {
			return fmt.Errorf("worker %s does not say whether it has the files: %w", w.name, err)
		}
		r := reader{b: reply}
		r.kind(kindFiles)
		lacks := r.truth()
		at, why := r.number(), r.text()
		switch {
		case r.end() != nil || at >= uint64(len(some)):
			return fmt.Errorf("worker %s does not say whether it has the files: it may be of an older version", w.name)
		case lacks:
			return &LacksError{w.name, some[at].Name, why}
		}
	}
	return nil
}

// appendFiles appends the question whether a worker has some files.
func appendFiles(b []byte, files []File) []byte {
	b = binary.AppendUvarint(append(b, byte(kindFiles)), uint64(len(files)))
	for _, f := range files {
		b = binary.AppendVarint(appendText(b, f.Name), f.Size)
	}
	return b
}

func decodeFiles(b []byte) (files []File, err error) {
	r := reader{b: b}
	r.kind(kindFiles)
	for n := r.count(); n > 0 && !r.bad; n-- {
		files = append(files, File{r.text(), r.integer()})
	}
	return files, r.end()
}

// answerFiles says which of some files is the first that is not here, and why. nil answers what is no question.
func answerFiles(question []byte) []byte {
	files, err := decodeFiles(question)
	if err != nil {
		return nil
	}
	reply := []byte{byte(kindFiles)}
	for i, f := range files {
		if why := lacks(f); why != "" {
			return appendText(binary.AppendUvarint(appendTruth(reply, true), uint64(i)), why)
		}
	}
	return appendText(binary.AppendUvarint(appendTruth(reply, false), 0), "")
}

// lacks says why this machine does not have a file; "" if it has.
func lacks(f File) string {
	info, err := os.Stat(f.Name)
	switch path, ok := errors.AsType[*os.PathError](err); {
	case errors.Is(err, os.ErrNotExist):
		return "is not there"
	case ok:
		return path.Err.Error()
	case err != nil:
		return err.Error()
	case f.Size >= 0 && info.Size() != f.Size:
		return fmt.Sprintf("has %d bytes there, and %d here", info.Size(), f.Size)
	}
	return ""
}
