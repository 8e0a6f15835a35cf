package durable

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"example.com/overlap"
)

// longValue is a text that gives itself in pieces, unless it is even; then it is made in memory.
type longValue int

func (v longValue) text() string {
	marked := fmt.Sprintf("%d, and \x1b é\u009b", v)
	if v == 0 {
		return marked
	}
	return marked + strings.Repeat("x", pieceSize+20_000+int(v)*10_000) + marked
}

func (v longValue) IsLarge() bool { return v%2 == 1 }

func (v longValue) WriteJSON(to io.Writer) error {
	text, err := json.Marshal(v.text())
	for at := 0; at < len(text) && err == nil; at += 10_007 {
		_, err = to.Write(text[at:min(at+10_007, len(text))])
	}
	return err
}

func (v longValue) MarshalJSON() ([]byte, error) { return json.Marshal(v.text()) }

var long = overlap.Define("long", func(_ context.Context, in int) (longValue, error) { return longValue(in), nil })

func runLong(file File, n int) (err error) {
	for r := range Stream(context.Background(), overlap.Pool(2), long, upTo(n), file) {
		if r.Index < 0 {
			err = r.Err
		}
	}
	return err
}

// checkLong says what is wrong with a finished file.
func checkLong(file File, n int) error {
	text, err := os.ReadFile(file.Name)
	if err != nil {
		return err
	}
	seen, at := make([]bool, n), 0
	for line := range strings.Lines(string(text)) {
		var l struct {
			Index, Input          int
			Value, Outcome, Check string
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			return fmt.Errorf("%.80q: %w", line, err)
		}
		if l.Index != l.Input || seen[l.Index] || l.Value != longValue(l.Index).text() || l.Outcome != "succeeded" ||
			l.Check != "" || file.Ordered && l.Index != at {
			return fmt.Errorf("line %d is %.80q", at, line)
		}
		if strings.ContainsAny(line, "\x1b\u009b") {
			return fmt.Errorf("line %d has characters that a terminal would obey", at)
		}
		seen[l.Index] = true
		at++
	}
	if at != n {
		return fmt.Errorf("there are %d lines for %d inputs", at, n)
	}
	return nil
}

// A partial file may end within a long line, and anything may follow.
func TestTheFileIsCutInALongLine(t *testing.T) {
	const inputs = 4
	for _, ordered := range []bool{false, true} {
		file := fileIn(inMemory(t))
		file.Ordered = ordered
		for r := range Stream(t.Context(), overlap.Sync(), long, upTo(inputs), file) {
			if r.Index == 2 {
				break
			}
		}
		partial := partialText(t, file)
		size := len(partial)
		for cut, after := range map[int]string{
			size: "", size - 1: "\n", size - 60: "{\"index\":9}\n", size - pieceSize: strings.Repeat("\x00", 5000),
			size / 2: "\n\n", size / 3: "",
		} {
			torn := append(bytes.Clone(partial[:cut]), after...)
			if err := os.WriteFile(file.Name+partialSuffix, torn, 0o666); err != nil {
				t.Fatal(err)
			}
			err := runLong(file, inputs)
			if err == nil {
				err = checkLong(file, inputs)
			}
			if err != nil {
				t.Fatalf("cut at byte %d of %d, then %.10q: %v", cut, size, after, err)
			}
		}
	}
}

func partialText(t *testing.T, file File) []byte {
	t.Helper()
	text, err := os.ReadFile(file.Name + partialSuffix)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// unreadable fails when some of it has been written.
type unreadable struct{}

var errUnread = errors.New("the file is gone")

func (unreadable) IsLarge() bool { return true }

func (unreadable) WriteJSON(to io.Writer) error {
	_, err := to.Write(append([]byte{'"'}, bytes.Repeat([]byte("x"), 3*pieceSize)...))
	return errors.Join(err, errUnread)
}

// A value that cannot be read makes a failure of its call, and others are what they are.
func TestValueThatCannotBeRead(t *testing.T) {
	file := fileIn(t.TempDir())
	gone := overlap.Define("gone", func(_ context.Context, in int) (any, error) {
		if in == 1 {
			return unreadable{}, nil
		}
		return longValue(in), nil
	})
	var last error
	for r := range Stream(t.Context(), overlap.Sync(), gone, upTo(4), file) {
		if r.Index < 0 {
			last = r.Err
		}
	}
	if last != nil {
		t.Fatal(last)
	}
	text, err := os.ReadFile(file.Name)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	const want = `{"index":1,"input":1,"error":"its value cannot be read: the file is gone","outcome":"failed",`
	if len(lines) != 4 || !strings.HasPrefix(lines[1], want) || strings.Count(string(text), `"succeeded"`) != 3 {
		t.Errorf("%d lines, the second %.200s", len(lines), lines[1])
	}
}
