package source

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// Chunk is a part of a file, said by where it is instead of by its bytes: [Cut] divides a file into such parts. A call
// that gets a Chunk reads its bytes with [Chunk.WriteTo], wherever the file has that name.
type Chunk struct {
	File   string `json:"file"`
	Offset int64  `json:"offset"`
	Length int64  `json:"length"`           // in bytes
	Header int64  `json:"header,omitempty"` // how many bytes of the beginning of the file come before the chunk's own

	// FileSize and Modified are what the file had when it was divided: they tell a chunk from one at the same place of a
	// file that was changed. WriteTo fails where they are not the same any more. Zero says that they do not count: who
	// has chunks read on machines that have copies of the file leaves out Modified, which copies need not share.
	FileSize int64     `json:"file_size,omitempty"` // in bytes
	Modified time.Time `json:"modified,omitzero"`   // in UTC
}

// String says which bytes of which file they are, the last one excluded.
func (c Chunk) String() string { return fmt.Sprintf("%s[%d:%d]", c.File, c.Offset, c.Offset+c.Length) }

// WriteTo writes the bytes of the chunk to w, after those of its header. Where the system can do it (Linux, into a
// pipe, a socket or a file), the bytes go there without passing through this process, and a pipe is given room for 1
// MiB first. It fails when the file has been changed since it was divided, which is looked at before and after it is
// read, when it ends before the chunk does, or with what w fails with: a command that stops reading is [syscall.EPIPE].
func (c Chunk) WriteTo(w io.Writer) (written int64, err error) {
	file, err := os.Open(c.File)
	if err != nil {
		return 0, err
	}
	defer file.Close() // it was only read
	if err := c.isUnchanged(file); err != nil {
		return 0, err
	}
	if written, err = send(w, file, 0, c.Header); err != nil {
		return written, c.failed(err)
	}
	n, err := send(w, file, c.Offset, c.Length)
	if err == nil {
		return written + n, c.isUnchanged(file)
	}
	return written + n, c.failed(err)
}

// isUnchanged says how a file differs from what was divided.
func (c Chunk) isUnchanged(file *os.File) error {
	info, err := file.Stat()
	switch {
	case err != nil:
		return err
	case c.FileSize != 0 && info.Size() != c.FileSize:
		return fmt.Errorf("%s has been changed since it was divided: its size was %d and is %d", c.File, c.FileSize, info.Size())
	case !c.Modified.IsZero() && !info.ModTime().Equal(c.Modified):
		return fmt.Errorf("%s has been changed since it was divided: its time of change was %s and is %s", c.File,
			c.Modified.Format(time.RFC3339Nano), info.ModTime().UTC().Format(time.RFC3339Nano))
	}
	return nil
}

func (c Chunk) failed(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%s ends before its chunk of bytes %d to %d does: it has been changed since it was divided",
			c.File, c.Offset, c.Offset+c.Length)
	}
	return err
}

// send writes a section of a file; a shorter one fails with io.ErrUnexpectedEOF.
func send(w io.Writer, file *os.File, offset, length int64) (written int64, err error) {
	written, err = sendDirectly(w, file, offset, length)
	if err != nil || written == length {
		return written, err
	}
	section := io.NewSectionReader(file, offset+written, length-written)
	n, err := io.CopyBuffer(onlyWriter{w}, onlyReader{section}, make([]byte, min(length-written, 256<<10)))
	if written += n; err == nil && written < length {
		err = io.ErrUnexpectedEOF
	}
	return written, err
}

// onlyReader and onlyWriter keep io.CopyBuffer from using a way of its own, with a small buffer.
type (
	onlyReader struct{ io.Reader }
	onlyWriter struct{ io.Writer }
)
