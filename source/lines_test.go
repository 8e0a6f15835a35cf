package source

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func allLines(r io.Reader) (all []Item, err error) {
	for l, err := range Lines(r, "in.txt") {
		if err != nil {
			return all, err
		}
		all = append(all, l)
	}
	return all, nil
}

func TestLinesOfTheGreatestLength(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 150 MB")
	}
	long := strings.Repeat("x", LongestLine)
	for _, end := range []string{"", "\r\n", "\nnext"} {
		all, err := allLines(strings.NewReader(long + end))
		if err != nil || all[0].Text != long {
			t.Errorf("a line of %d bytes with end %q: %v", LongestLine, end, err)
		}
		all, err = allLines(strings.NewReader("first\n\n" + long + "y" + end))
		want := "in.txt:3: the line is longer than 16 MiB: give such inputs as files, and their names as lines"
		if len(all) != 1 || err == nil || err.Error() != want {
			t.Errorf("a line of a byte more with end %q: %d lines, %v", end, len(all), err)
		}
	}
}

func TestLinesOfAReaderThatFails(t *testing.T) {
	broken := errors.New("the disk is gone")
	all, err := allLines(io.MultiReader(strings.NewReader("one\ntwo\nhal"), iotest.ErrReader(broken)))
	want := []Item{{Text: "one", From: "in.txt", Line: 1}, {Text: "two", From: "in.txt", Line: 2}}
	if !slices.Equal(all, want) || !errors.Is(err, broken) || !strings.Contains(err.Error(), "in.txt after line 2") {
		t.Errorf("%v, %v: want the whole lines and the error", all, err)
	}
}

func TestInterruptibleGivesUpARead(t *testing.T) {
	stopped := errors.New("that is enough")
	ctx, stop := context.WithCancelCause(t.Context())
	r, w := io.Pipe()
	defer w.Close()
	s := newInterruptible(ctx, r)
	defer s.Close()
	go func() {
		_, _ = io.WriteString(w, "one\nhal")
		stop(stopped) // the next read would wait for ever
	}()
	all, err := allLines(s)
	if !errors.Is(err, stopped) || len(all) > 1 || len(all) == 1 && all[0].Text != "one" {
		t.Errorf("%v, %v: want at most the whole line, and why it stopped", all, err)
	}
}

// However the bytes come, the lines are those that splitting the whole gives.
func FuzzLines(f *testing.F) {
	for _, seed := range []string{
		"", "\n", "a", "a\nb", "a\r\nb\r\n", "\xef\xbb\xbfa\n\n \n\tb \r", "\r\r\n", "\xff\x00\n1",
	} {
		f.Add([]byte(seed), uint8(3))
	}
	f.Fuzz(func(t *testing.T, text []byte, piece uint8) {
		var want []Item
		for i, l := range bytes.Split(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), []byte("\n")) {
			if l = bytes.TrimSuffix(l, []byte("\r")); len(bytes.TrimSpace(l)) > 0 {
				want = append(want, Item{Text: string(l), From: "in.txt", Line: i + 1})
			}
		}
		s := newInterruptible(t.Context(), &pieces{text, int(piece)%7 + 1})
		defer s.Close()
		got, err := allLines(s)
		first, _, _ := bytes.Cut(text, []byte("\n"))
		if errors.Is(err, ErrUTF16) && isUTF16(first) {
			return // what begins as UTF-16 does has no lines
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q gives %v (%v), want %v", text, got, err, want)
		}
	})
}

// pieces gives a few bytes at a time.
type pieces struct {
	text []byte
	size int
}

func (p *pieces) Read(to []byte) (int, error) {
	if len(p.text) == 0 {
		return 0, io.EOF
	}
	n := copy(to, p.text[:min(p.size, len(p.text))])
	p.text = p.text[n:]
	return n, nil
}

// little gives up to 64 KiB at a time, as a pipe does.
type little struct{ r io.Reader }

func (l little) Read(b []byte) (int, error) { return l.r.Read(b[:min(len(b), 64<<10)]) }

// A long line costs what its length does, however it comes: its buffer grows some times, and not with each read.
func TestLongLineFromAPipe(t *testing.T) {
	const long = 8 << 20
	text := strings.Repeat("a", long) + "\n"
	allocated := testing.AllocsPerRun(1, func() {
		for item, err := range Lines(little{strings.NewReader(text)}, "pipe") {
			if err != nil || len(item.Text) != long {
				t.Error(len(item.Text), err)
			}
		}
	})
	if allocated > 40 {
		t.Errorf("reading it allocated %v times", allocated)
	}
}
