package source

import "bytes"

// blockLength is how much is read at once in search of a border.
const blockLength = 64 << 10

// recordBorders are those between what ends a record and what begins the next, which are found from anywhere.
type recordBorders struct {
	r       readerAt
	between []byte // what ends a record, and what begins one
	end     int64  // how much of it is the end
	last    int64  // the last border
	block   []byte
}

func (b *recordBorders) from(offset int64) (int64, error) {
	if b.block == nil {
		b.block = make([]byte, blockLength+len(b.between))
	}
	at := max(b.last, offset-b.end) // of the block; the end of one record is none of the next
	for have := 0; ; {
		n, err := b.r.readAt(b.block[have:], at+int64(have))
		have += n
		if i := bytes.Index(b.block[:have], b.between); i >= 0 {
			b.last = at + int64(i) + b.end
			return b.last, nil
		}
		if err != nil {
			return 0, err
		}
		if kept := min(have, len(b.between)-1); kept < have { // the beginning of what is searched for
			copy(b.block, b.block[have-kept:have])
			at, have = at+int64(have-kept), kept
		}
	}
}

// rowBorders are those between rows of CSV. Whether an end of line ends a row depends on all the quotes before it, so
// they are found from the beginning on.
type rowBorders struct {
	r        readerAt
	comma    byte
	block    []byte
	rest     []byte // of the block, not looked at
	at       int64  // the offset of rest
	before   byte   // the byte before rest; an end of line at the beginning
	inQuotes bool
	left     bool // the byte before rest has ended what is in quotes, unless rest begins with another quote
}

func (b *rowBorders) from(offset int64) (int64, error) {
	for {
		if border, ok := b.inBlock(offset); ok {
			return border, nil
		}
		if b.block == nil {
			b.block = make([]byte, blockLength)
		}
		n, err := b.r.readAt(b.block, b.at)
		if b.at == 0 && n > 0 {
			for n < len(byteOrderMark) && err == nil {
				var more int
				more, err = b.r.readAt(b.block[n:], int64(n))
				n += more
			}
		}
		if b.rest = b.block[:n]; n == 0 && err != nil {
			return 0, err
		}
		if b.at == 0 && bytes.HasPrefix(b.rest, byteOrderMark) {
			b.skip(len(byteOrderMark))
			b.before = '\n'
		}
	}
}

// inBlock looks for a border in the rest of the block.
func (b *rowBorders) inBlock(offset int64) (border int64, ok bool) {
	for len(b.rest) > 0 {
		quote := bytes.IndexByte(b.rest, '"')
		switch {
		case b.inQuotes && quote < 0:
			b.skip(len(b.rest))
		case b.inQuotes:
			b.skip(quote + 1)
			b.inQuotes, b.left = false, true
		default:
			doubled := b.left && quote == 0
			b.left = false
			if quote < 0 {
				quote = len(b.rest)
			}
			if skipped := max(0, offset-b.at-1); skipped < int64(quote) {
				if i := bytes.IndexByte(b.rest[skipped:quote], '\n'); i >= 0 {
					b.skip(int(skipped) + i + 1)
					return b.at, true
				}
			}
			b.skip(quote)
			if len(b.rest) > 0 {
				b.inQuotes = doubled || b.before == b.comma || b.before == '\n'
				b.skip(1)
			}
		}
	}
	return 0, false
}

var byteOrderMark = []byte("\xef\xbb\xbf") // of UTF-8

// skip passes n bytes of the rest.
func (b *rowBorders) skip(n int) {
	if n > 0 {
		b.before, b.rest, b.at = b.rest[n-1], b.rest[n:], b.at+int64(n)
	}
}
