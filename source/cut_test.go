package source

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// chunksOf are the chunks of a text, as texts.
func chunksOf(t testing.TB, cut Cut, text string) (chunks []string) {
	t.Helper()
	for c, err := range cut.Of(strings.NewReader(text), int64(len(text)), "t") {
		if err != nil {
			t.Fatal(err)
		}
		chunks = append(chunks, text[:c.Header]+text[c.Offset:c.Offset+c.Length])
	}
	return chunks
}

func piecesOf(t testing.TB, cut Cut, r io.Reader) (pieces []string) {
	t.Helper()
	for p, err := range cut.Pieces(r, "t") {
		if err != nil {
			t.Fatal(err)
		}
		pieces = append(pieces, string(p.Bytes))
	}
	return pieces
}

func TestCut(t *testing.T) {
	cases := []struct {
		cut  Cut
		text string
		want []string
	}{
		{Cut{}, "", nil},
		{Cut{}, "a\nb", []string{"a\nb"}},
		{Cut{Size: 1}, "a\nb\n", []string{"a\n", "b\n"}},
		{Cut{Size: 1}, "\n\na", []string{"\n", "\n", "a"}},
		{Cut{Size: 4}, "a\nb\nc\nd\ne\n", []string{"a\nb\n", "c\nd\n", "e\n"}},
		{Cut{Size: 3}, "a\nlong line\nb\nc\n", []string{"a\nlong line\n", "b\nc\n"}}, // every 3 bytes, at the next end
		{Cut{Count: 2}, "a\nb\nc\nd\n", []string{"a\nb\n", "c\nd\n"}},
		{Cut{Count: 9}, "a\nb\n", []string{"a\n", "b\n"}},
		{Cut{Count: 2, Header: 1}, "h\na\nb\n", []string{"h\na\n", "h\nb\n"}},
		{Cut{Size: 1, Header: 2}, "h\ni\na\nb", []string{"h\ni\na\n", "h\ni\nb"}},
		{Cut{Header: 1}, "h\n", nil},
		{Cut{Header: 3}, "h", nil},
		{Cut{Size: 1, RecordEnd: "\n\n"}, "a\nb\n\nc\n\nd", []string{"a\nb\n\n", "c\n\n", "d"}},
		{Cut{Size: 1, RecordStart: ">"}, ">a\nA\n>b\nB\n", []string{">a\nA\n", ">b\nB\n"}},
		{Cut{Size: 1, RecordEnd: "\n", RecordStart: ">"}, ">a>\nA\n>b\n", []string{">a>\nA\n", ">b\n"}},
		{Cut{Size: 1, RecordEnd: "\x00"}, "a\nb\x00c", []string{"a\nb\x00", "c"}},
		{Cut{Size: 1, CSV: true}, "a,\"b\nc\"\nd,e\n", []string{"a,\"b\nc\"\n", "d,e\n"}},
		{Cut{Size: 1, CSV: true}, "\"a\"\"\n\"\nb\n", []string{"\"a\"\"\n\"\n", "b\n"}},
		{Cut{Size: 1, CSV: true}, "5\"\",6\"\nb\n", []string{"5\"\",6\"\n", "b\n"}}, // quotes inside a field begin none
		{Cut{Size: 1, CSV: true}, "\ufeff\"h\n1\",x\r\n\"\"\n", []string{"\ufeff\"h\n1\",x\r\n", "\"\"\n"}},
		{Cut{Size: 1, CSV: true, Comma: ';', Header: 1}, "h;\"i\nj\"\n1;\"\n\"\n2;,\"\n", []string{
			"h;\"i\nj\"\n1;\"\n\"\n", "h;\"i\nj\"\n2;,\"\n"}},
		{Cut{Size: 1, CSV: true}, "\"never closed\na\n", []string{"\"never closed\na\n"}},
	}
	for _, c := range cases {
		if got := chunksOf(t, c.cut, c.text); !slices.Equal(got, c.want) {
			t.Errorf("%+v of %q: %q, want %q", c.cut, c.text, got, c.want)
		}
		if c.cut.Count > 0 {
			continue
		}
		for _, r := range []io.Reader{strings.NewReader(c.text), iotest.OneByteReader(strings.NewReader(c.text))} {
			if got := piecesOf(t, c.cut, r); !slices.Equal(got, c.want) {
				t.Errorf("pieces: %+v of %q: %q, want %q", c.cut, c.text, got, c.want)
			}
		}
	}
}

// A large file is not read, but for a little where it is cut.
func TestCutReadsLittle(t *testing.T) {
	const size = 64 << 20
	file := &endless{line: "0123456789abcde\n"}
	n := 0
	for c, err := range (Cut{Count: 10}).Of(file, size, "t") {
		if err != nil || c.Length%16 != 0 || c.Length < size/10-16 || c.Length > size/10+16 {
			t.Fatalf("%v, %v", c, err)
		}
		n++
	}
	if n != 10 || file.read > 11*(blockLength+1) {
		t.Errorf("%d chunks, for which %d bytes were read", n, file.read)
	}
}

// endless has the same line again and again.
type endless struct {
	line string
	read int64
}

func (e *endless) ReadAt(to []byte, offset int64) (int, error) {
	for i := range to {
		to[i] = e.line[(offset+int64(i))%int64(len(e.line))]
	}
	e.read += int64(len(to))
	return len(to), nil
}

func TestPieceOfAPipeThatStaysOpen(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	go func() { _, _ = io.WriteString(w, "a\nb\nc") }()
	for p, err := range (Cut{Size: 3}).Pieces(r, "t") {
		if string(p.Bytes) != "a\nb\n" || err != nil {
			t.Errorf("%q, %v", p.Bytes, err)
		}
		break
	}
}

func TestCutOfAReaderThatFails(t *testing.T) {
	broken := errors.New("the disk is gone")
	var pieces []string
	var failure error
	r := io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(broken))
	for p, err := range (Cut{Size: 1}).Pieces(r, "pipe") {
		if failure = err; err == nil {
			pieces = append(pieces, string(p.Bytes))
		}
	}
	if !slices.Equal(pieces, []string{"a\n"}) || !errors.Is(failure, broken) ||
		!strings.Contains(failure.Error(), "pipe") {
		t.Errorf("%q, %v", pieces, failure)
	}
}

func TestChunkWriteTo(t *testing.T) {
	name := filepath.Join(t.TempDir(), "big.csv")
	text := "name,size\n" + strings.Repeat("a file,12345\n", 100_000)
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for cut, header := range map[Cut]string{{Count: 7}: "", {Size: 100 << 10, Header: 1}: "name,size\n"} {
		var all, piped strings.Builder
		all.WriteString(header)
		piped.WriteString(header)
		for c, err := range cut.Chunks(name) {
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			if n, err := c.WriteTo(&got); err != nil || n != int64(got.Len()) || n != c.Header+c.Length {
				t.Fatalf("%v: %d, %v", c, n, err)
			}
			all.WriteString(strings.TrimPrefix(got.String(), header))
			piped.WriteString(strings.TrimPrefix(throughPipe(t, c), header))
		}
		if all.String() != text || piped.String() != text {
			t.Errorf("%+v: the chunks are not the file", cut)
		}
	}
}

func throughPipe(t *testing.T, c Chunk) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	go func() {
		defer w.Close()
		if _, err := c.WriteTo(w); err != nil {
			t.Error(err)
		}
	}()
	got, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(got)
}

func TestChunkOfAFileThatShrank(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(name, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Chunk{File: name, Offset: 2, Length: 5}.WriteTo(io.Discard)
	if err == nil || !strings.Contains(err.Error(), "has been changed") {
		t.Error(err)
	}
	if _, err := (Chunk{File: name + "x", Length: 5}).WriteTo(io.Discard); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

// changing is a writer whose first write has a file be written over.
type changing struct {
	name, text string
	isDone     bool
}

func (c *changing) Write(b []byte) (int, error) {
	if !c.isDone {
		c.isDone = true
		if err := os.WriteFile(c.name, []byte(c.text), 0o600); err != nil {
			return 0, err
		}
		later := time.Now().Add(time.Second) // however coarse the times of the file system are
		return len(b), os.Chtimes(c.name, later, later)
	}
	return len(b), nil
}

// A file that is written over, in the same size or as a log that grows, is not what was divided, be it before a chunk is
// read or meanwhile.
func TestChunkOfAFileThatWasWrittenOver(t *testing.T) {
	for _, text := range []string{"5\n6\n7\n8\n", "1\n2\n3\n4\n5\n"} {
		name := filepath.Join(t.TempDir(), "log")
		if err := os.WriteFile(name, []byte("1\n2\n3\n4\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		var chunks []Chunk
		for c, err := range (Cut{Size: 4}).Chunks(name) {
			if err != nil {
				t.Fatal(err)
			}
			chunks = append(chunks, c)
		}
		for i, to := range []io.Writer{&changing{name: name, text: text}, io.Discard} {
			if _, err := chunks[i].WriteTo(to); err == nil || !strings.Contains(err.Error(), "changed since it was divided") {
				t.Errorf("chunk %d: %v", i, err)
			}
		}
		chunks[0].FileSize, chunks[0].Modified = 0, time.Time{}
		if _, err := chunks[0].WriteTo(io.Discard); err != nil {
			t.Errorf("where it does not count: %v", err)
		}
	}
}

// Any cut concatenates to the text, and cuts only between records; a pipe is cut as the file is.
func FuzzCut(f *testing.F) {
	f.Add("a,b\n\"c\nd\",e\n", "", "", int64(1), int64(0), uint8(0), true)
	f.Add("a--b--c", "--", "", int64(3), int64(0), uint8(1), false)
	f.Add(">a\n>b\n", "\n", ">", int64(0), int64(3), uint8(0), false)
	f.Fuzz(func(t *testing.T, text, end, start string, size, count int64, header uint8, rows bool) {
		cut := Cut{Size: size, Count: count, RecordEnd: end, RecordStart: start, CSV: rows, Header: int(header % 4)}
		at, first := int64(0), true
		var cuts []string
		for c, err := range cut.Of(strings.NewReader(text), int64(len(text)), "t") {
			if err != nil {
				t.Fatal(err)
			}
			if first {
				at, first = c.Header, false
			}
			if c.Offset != at || c.Length < 1 {
				t.Fatalf("%v after %d", c, at)
			}
			at = c.Offset + c.Length
			cuts = append(cuts, text[:c.Header]+text[c.Offset:at])
			if at < int64(len(text)) && !rows {
				if end == "" && start == "" {
					end = "\n"
				}
				if !strings.HasSuffix(text[:at], end) || !strings.HasPrefix(text[at:], start) {
					t.Fatalf("cut at %d", at)
				}
			}
		}
		if !first && at != int64(len(text)) {
			t.Fatalf("the chunks end at %d of %d", at, len(text))
		}
		if count > 0 {
			return
		}
		if got := piecesOf(t, cut, iotest.HalfReader(strings.NewReader(text))); !slices.Equal(got, cuts) {
			t.Fatalf("pieces %q, chunks %q", got, cuts)
		}
	})
}

// The rows of the chunks of CSV are the rows of the whole, as encoding/csv reads them.
func FuzzCutRows(f *testing.F) {
	f.Add("a,\"b\nc\"\nd,\"\"\"\n\"\ne", int64(1))
	f.Fuzz(func(t *testing.T, text string, size int64) {
		rows := func(text string) ([][]string, error) {
			r := csv.NewReader(strings.NewReader(text))
			r.FieldsPerRecord = -1
			return r.ReadAll()
		}
		want, err := rows(text)
		if err != nil {
			return
		}
		var got [][]string
		for _, chunk := range chunksOf(t, Cut{Size: size, CSV: true}, text) {
			more, err := rows(chunk)
			if err != nil {
				t.Fatalf("%q: %v", chunk, err)
			}
			got = append(got, more...)
		}
		if !slices.EqualFunc(got, want, slices.Equal) {
			t.Fatalf("%q, want %q", got, want)
		}
	})
}
