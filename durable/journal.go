package durable

import (
	"bytes"
	"io"
	"os"
	"sync"
	"time"
)

const (
	flushAfter = 50 * time.Millisecond // a line is written
	syncAfter  = 4 * time.Second       // and outlasts a crash of the machine
	mostUnsent = 64 << 10              // bytes that wait to be written
)

// journal appends lines to a partial file, and nothing but whole lines. It is safe for concurrent use. When something
// could not be written, nothing more is: the error stays.
type journal struct {
	disk  disk
	file  *os.File
	isDry bool // nothing is appended

	mu      sync.Mutex
	size    int64  // of the file
	unsent  []byte // whole lines that are to be written
	dirty   bool   // something was written that may not be on the disk yet
	err     error
	syncing sync.Mutex // held while the file is synced; taken before mu

	wake chan struct{} // says that there is something to be written
	stop chan struct{} // closed to end the goroutine that flushes
	gone chan struct{} // closed when it has ended
}

// start begins to append.
func (j *journal) start() {
	j.wake, j.stop, j.gone = make(chan struct{}, 1), make(chan struct{}), make(chan struct{})
	go j.flushNowAndThen()
}

func (j *journal) flushNowAndThen() {
	defer close(j.gone)
	var toFlush, toSync <-chan time.Time
	for {
		select {
		case <-j.stop:
			return
		case <-j.wake:
			if toFlush == nil {
				toFlush = time.After(flushAfter)
			}
			if toSync == nil {
				toSync = time.After(syncAfter)
			}
		case <-toFlush:
			toFlush = nil
			_ = j.flush() // its error stays
		case <-toSync:
			toSync = nil
			_ = j.sync()
		}
	}
}

// append adds a line for the text of a JSON object, and returns where it will be.
func (j *journal) append(object []byte, k key, is kind) (offset int64, err error) {
	if len(object) > pieceSize {
		offset, _, err = j.appendFrom(bytes.NewReader(object), k, is)
		return offset, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err != nil || j.isDry {
		return 0, j.err
	}
	j.willWrite()
	offset = j.size + int64(len(j.unsent))
	j.unsent = appendLine(j.unsent, object, k, is)
	if len(j.unsent) >= mostUnsent {
		j.flushLocked()
	}
	return offset, j.err
}

// appendFrom is append for an object that gives its text in pieces, which are written at once. An error of object's own
// is bad; the journal then is what it was.
func (j *journal) appendFrom(object io.WriterTo, k key, is kind) (offset int64, bad, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err != nil || j.isDry {
		return 0, nil, j.err
	}
	j.willWrite()
	return j.appendLong(object, k, is)
}

// willWrite says to the goroutine that flushes that there is something. j.mu is held.
func (j *journal) willWrite() {
	if len(j.unsent) > 0 {
		return // it knows
	}
	select {
	case j.wake <- struct{}{}:
	default:
	}
}

// flush hands to the system what has been appended: it then outlasts this process.
func (j *journal) flush() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.flushLocked()
	return j.err
}

func (j *journal) flushLocked() {
	if len(j.unsent) == 0 || j.err != nil {
		return
	}
	n, err := j.disk.writeAt(j.file, j.unsent, j.size)
	if err != nil {
		n = bytes.LastIndexByte(j.unsent[:n], '\n') + 1
		// A half line at the end does no harm, but for those who read the file by other means.
		_ = j.disk.truncate(j.file, j.size+int64(n))
	}
	j.size, j.dirty, j.err = j.size+int64(n), true, err
	j.unsent = j.unsent[:0]
	if cap(j.unsent) > 16*mostUnsent {
		j.unsent = nil
	}
}

// sync flushes, and makes sure that what was written outlasts a crash of the machine. Lines can be appended meanwhile.
func (j *journal) sync() error {
	j.syncing.Lock()
	defer j.syncing.Unlock()
	j.mu.Lock()
	j.flushLocked()
	dirty, err := j.dirty, j.err
	j.dirty = false
	j.mu.Unlock()
	if err != nil || !dirty {
		return err
	}
	err = j.disk.sync(j.file)
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err == nil {
		j.err = err // what the disk has now is not known: lines tell when the file is read
	}
	return j.err
}

// end syncs, and stops what start began. The file stays open.
func (j *journal) end() error {
	close(j.stop)
	<-j.gone
	return j.sync()
}
