package durable

import (
	"bytes"
	"encoding/hex"
	"hash/crc32"
	"strconv"
)

// A line of a partial file is a JSON object with one more member at its end, of fixed length, so that it is found from
// there: the key of the line's input, what kind of line it is, and a checksum of all before it.
//
//	{"index":7,"input":"a","value":1,"outcome":"succeeded",…,"check":"0123456789abcdef0123s89abcdef"}
const (
	lineStart     = `{"index":`
	checkStart    = `,"check":"`
	sumDigits     = 8
	sumLength     = sumDigits + len("\"}\n") // what the checksum does not cover
	trailerLength = len(checkStart) + 2*len(key{}) + 1 + sumLength
)

// kind is what a line says.
type kind byte

const (
	succeeded      kind = 's' // a result
	failed         kind = 'f' // the result of a call that did not succeed
	place          kind = 'p' // the result of an earlier list of inputs, at an offset in this file, belongs to this index
	placeOfFailure kind = 'q' // the same, of a call that did not succeed
	begun          kind = 'b' // a call is about to start, for AtMostOnce
	notBegun       kind = 'n' // it was not, after all
	header         kind = 'h' // what job the lines after it are of
)

func (k kind) isResult() bool { return k == succeeded || k == failed }

func (k kind) isPlace() bool { return k == place || k == placeOfFailure }

func (k kind) isFailure() bool { return k == failed || k == placeOfFailure }

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendLine appends object, the text of a JSON object, as a line of a partial file.
func appendLine(to, object []byte, k key, is kind) []byte {
	body := bodyOf(object)
	return appendTrailer(append(to, body...), crc32.Checksum(body, castagnoli), k, is)
}

// bodyOf is what a line has of the text of an object: all but its end.
func bodyOf(object []byte) []byte {
	object = bytes.TrimSuffix(object, []byte{'\n'})
	return object[:len(object)-1]
}

// appendTrailer appends what stands behind the body of a line; sum is that of the body.
func appendTrailer(to []byte, sum uint32, k key, is kind) []byte {
	from := len(to)
	to = append(to, checkStart...)
	to = hex.AppendEncode(to, k[:])
	to = append(to, byte(is))
	sum = crc32.Update(sum, castagnoli, to[from:])
	to = hex.AppendEncode(to, []byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)})
	return append(to, "\"}\n"...)
}

// line is what is known of a line of a partial file.
type line struct {
	offset int64
	size   int64 // with its end
	kind   kind
	key    key
	index  int
	at     int64 // of a place: the offset of its result
}

// parseLine reads a line of which only the beginning and the trailer are needed; sum is that of what the checksum
// covers. It reports whether the line is whole and undamaged.
func parseLine(l *line, head, trailer []byte, sum uint32) bool {
	if len(trailer) != trailerLength || string(trailer[:len(checkStart)]) != checkStart {
		return false
	}
	rest := trailer[len(checkStart):]
	if string(rest[len(rest)-3:]) != "\"}\n" {
		return false
	}
	if _, err := hex.Decode(l.key[:], rest[:2*len(key{})]); err != nil {
		return false
	}
	rest = rest[2*len(key{}):]
	l.kind = kind(rest[0])
	var is [4]byte
	if _, err := hex.Decode(is[:], rest[1:1+sumDigits]); err != nil {
		return false
	}
	if sum != uint32(is[0])<<24|uint32(is[1])<<16|uint32(is[2])<<8|uint32(is[3]) {
		return false
	}
	if l.kind == header {
		return true
	}
	var ok bool
	if l.index, head, ok = leadingIndex(head); !ok {
		return false
	}
	if l.kind.isPlace() {
		head, ok = bytes.CutPrefix(head, []byte(placeStart))
		at, _, isNumber := number(head)
		l.at = int64(at)
		return ok && isNumber
	}
	return true
}

// leadingIndex reads the index at the beginning of a line, and returns what follows.
func leadingIndex(text []byte) (index int, rest []byte, ok bool) {
	if len(text) < len(lineStart) || string(text[:len(lineStart)]) != lineStart {
		return 0, nil, false
	}
	return number(text[len(lineStart):])
}

func number(text []byte) (n int, rest []byte, ok bool) {
	at := 0
	for at < len(text) && at < 18 && text[at]-'0' <= 9 {
		n = 10*n + int(text[at]-'0')
		at++
	}
	return n, text[at:], at > 0
}

// appendIndex appends the beginning of a JSON object, which has an index.
func appendIndex(to []byte, index int) []byte {
	return strconv.AppendInt(append(to, lineStart...), int64(index), 10)
}

const placeStart = `,"at":`

// appendPlace appends what the line of a place has.
func appendPlace(to []byte, index int, offset int64) []byte {
	to = append(appendIndex(to, index), placeStart...)
	return append(strconv.AppendInt(to, offset, 10), '}')
}

// appendFinal appends the line as it stands in the finished file, with the index that it has there.
func appendFinal(to, text []byte, index int) []byte {
	_, rest, _ := leadingIndex(text)
	to = append(appendIndex(to, index), rest[:len(rest)-trailerLength]...)
	return append(to, "}\n"...)
}
