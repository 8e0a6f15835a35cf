package source

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
)

// kept are items in a temporary file.
type kept struct {
	file    *os.File
	remove  bool // at the end, where an open file cannot be removed
	to      *bufio.Writer
	size    int64
	froms   []string   // of the items, which have their indices
	columns [][]string // of the rows
	buffer  []byte
}

func newKept(dir string) (*kept, error) {
	file, err := os.CreateTemp(dir, "overlap-*")
	if err != nil {
		return nil, fmt.Errorf("cannot keep the inputs for shuffling: %w", err)
	}
	return &kept{file: file, remove: os.Remove(file.Name()) != nil, to: bufio.NewWriterSize(file, blockLength)}, nil
}

func (k *kept) close() {
	_ = k.file.Close()
	if k.remove {
		_ = os.Remove(k.file.Name())
	}
}

// What an item is, beside its text.
const (
	keptText = iota
	keptNumber
	keptRow
	keptJSON
	keptChunk
)

// add keeps an item, and returns its place.
func (k *kept) add(item Item) (place int64, err error) {
	out := append(k.buffer[:0], 0, 0, 0, 0) // for how long it is
	out = binary.AppendUvarint(out, uint64(item.Line))
	out = binary.AppendUvarint(out, uint64(index(&k.froms, item.From, func(a, b string) bool { return a == b })))
	out = appendText(out, item.Text)
	switch v := item.Value.(type) {
	case nil:
		out = append(out, keptText)
	case int64:
		out = binary.AppendVarint(append(out, keptNumber), v)
	case Row:
		out = binary.AppendUvarint(append(out, keptRow), uint64(index(&k.columns, v.Columns, sameColumns)))
		for _, text := range v.Fields {
			out = appendText(out, text)
		}
	case json.RawMessage:
		out = append(append(out, keptJSON), v...)
	case Chunk:
		text, err := json.Marshal(v)
		if err != nil {
			return 0, err
		}
		out = append(append(out, keptChunk), text...)
	default:
		return 0, item.at(fmt.Errorf("inputs such as %T cannot be shuffled", v))
	}
	if len(out) > math.MaxUint32 {
		return 0, item.at(errors.New("an input of 4 GiB cannot be shuffled"))
	}
	binary.LittleEndian.PutUint32(out, uint32(len(out)))
	place = k.size
	k.size += int64(len(out))
	_, err = k.to.Write(out)
	k.buffer = out
	return place, k.failed(err)
}

func (k *kept) failed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("cannot keep the inputs for shuffling in %s: %w", k.file.Name(), withoutPath(err))
}

func (k *kept) flush() error { return k.failed(k.to.Flush()) }

// item is the item at a place.
func (k *kept) item(place int64) (Item, error) {
	const guess = 512
	k.buffer = slices.Grow(k.buffer[:0], guess)[:guess]
	n, err := k.file.ReadAt(k.buffer, place)
	if n >= 4 {
		long := int(binary.LittleEndian.Uint32(k.buffer))
		if err = nil; long > n {
			k.buffer = slices.Grow(k.buffer, long)[:long]
			_, err = k.file.ReadAt(k.buffer[n:], place+int64(n))
		}
		k.buffer = k.buffer[:long]
	}
	if err != nil {
		return Item{}, k.failed(err)
	}
	in := keptReader{k.buffer[4:]}
	item := Item{Line: int(in.number())}
	item.From = k.froms[in.number()]
	item.Text = in.text()
	kind := in.rest[0]
	in.rest = in.rest[1:]
	switch kind {
	case keptNumber:
		item.Value, _ = binary.Varint(in.rest)
	case keptRow:
		row := Row{Columns: k.columns[in.number()]}
		for len(in.rest) > 0 {
			row.Fields = append(row.Fields, in.text())
		}
		item.Value = row
	case keptJSON:
		item.Value = json.RawMessage(slices.Clone(in.rest))
	case keptChunk:
		var c Chunk
		err = json.Unmarshal(in.rest, &c)
		item.Value = c
	}
	return item, err
}

// keptReader reads what add has written.
type keptReader struct{ rest []byte }

func (r *keptReader) number() uint64 {
	n, size := binary.Uvarint(r.rest)
	r.rest = r.rest[size:]
	return n
}

func (r *keptReader) text() string {
	n := r.number()
	text := string(r.rest[:n])
	r.rest = r.rest[n:]
	return text
}

func appendText(out []byte, text string) []byte {
	return append(binary.AppendUvarint(out, uint64(len(text))), text...)
}

// index is where a value is in a list, to which it is added if it is not there. The last one is looked at first.
func index[T any](list *[]T, v T, same func(a, b T) bool) int {
	for i, l := range slices.Backward(*list) {
		if same(l, v) {
			return i
		}
	}
	*list = append(*list, v)
	return len(*list) - 1
}

func sameColumns(a, b []string) bool {
	return (a == nil) == (b == nil) && len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}
