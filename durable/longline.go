package durable

import (
	"hash/crc32"
	"io"
)

// pieceSize is how much of a line is in memory, if it is longer.
const pieceSize = 256 << 10

// longLine is a line that is written to a journal in pieces. Until it is finished it is behind what counts of the file,
// as a line is that a crash has torn.
type longLine struct {
	journal *journal
	end     int64 // of what was written
	sum     uint32
	piece   []byte
	err     error // of the disk
}

// appendLong adds a line of any length. An error of object's own is bad; the journal then is what it was. j.mu is held.
func (j *journal) appendLong(object io.WriterTo, k key, is kind) (offset int64, bad, err error) {
	if j.flushLocked(); j.err != nil {
		return 0, nil, j.err
	}
	l := &longLine{journal: j, end: j.size, piece: make([]byte, 0, pieceSize+trailerLength)}
	_, bad = object.WriteTo(l)
	if bad == nil && l.err == nil {
		l.finish(k, is)
	}
	j.dirty = true
	if bad == nil && l.err == nil {
		offset, j.size = j.size, l.end
		return offset, nil, nil
	}
	cut := j.disk.truncate(j.file, j.size) // as in flushLocked
	if l.err != nil {
		j.err = l.err
		return 0, nil, j.err
	}
	j.err = cut
	return 0, bad, j.err
}

// Write implements io.Writer.
func (l *longLine) Write(b []byte) (int, error) {
	for rest := b; len(rest) > 0 && l.err == nil; {
		n := min(len(rest), pieceSize-len(l.piece))
		l.piece, rest = append(l.piece, rest[:n]...), rest[n:]
		if len(l.piece) == pieceSize {
			const end = len("}\n") // which may be that of the object
			l.pass(len(l.piece) - end)
		}
	}
	return len(b), l.err
}

// pass writes the first bytes of what is in memory.
func (l *longLine) pass(n int) {
	l.sum = crc32.Update(l.sum, castagnoli, l.piece[:n])
	l.write(l.piece[:n])
	l.piece = append(l.piece[:0], l.piece[n:]...)
}

func (l *longLine) write(b []byte) {
	if l.err == nil {
		var n int
		n, l.err = l.journal.disk.writeAt(l.journal.file, b, l.end)
		l.end += int64(n)
	}
}

// finish writes what is left, and the trailer.
func (l *longLine) finish(k key, is kind) {
	body := bodyOf(l.piece)
	l.write(appendTrailer(body, crc32.Update(l.sum, castagnoli, body), k, is))
}
