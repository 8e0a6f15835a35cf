package jsonlines

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func TestMessagesSayOneThing(t *testing.T) {
	for _, test := range []struct{ line, wrong string }{
		{`{"id":7,"out":{"a":[1,"}"]}}`, ""},
		{`{"id":7,"out":null}`, ""},
		{`{"out":1,"id":7}`, ""},
		{`{"id":7,"out":1,"worker":"x"}`, ""},
		{`{"id":7,"err":{"kind":"ValueError","msg":"no"}}`, ""},
		{`{"id":7,"skipped":true}`, ""},
		{`{"took_ms":2.5,"id":7,"out":1}`, ""},
		{`{"id":7,"out":1,"took_ms":2.5}`, ""},
		{`{"took_ms":"2","id":7,"out":1}`, "no message"},
		{`{"took_ms":2.5,"id":7}`, "no message"},
		{`{"id":8,"outs":[]}`, ""},
		{`{"start":7}`, ""},
		{`{"log":"half done","id":7}`, ""},
		{`hello`, "print to stderr"},
		{``, "print to stderr"},
		{`{"id":7,"out":}`, "print to stderr"},
		{`{"id":7,"out":1`, "print to stderr"},
		{`[1]`, "no message"},
		{`null`, "no message"},
		{`{"status":"ok"}`, "no message"},
		{`{"id":7}`, "no message"},
		{`{"out":7}`, "no message"},
		{`{"id":"7","out":1}`, "no message"},
		{`{"id":-1,"out":1}`, "no message"},
		{`{"id":7.5,"out":1}`, "no message"},
		{`{"id":99999999999999999999,"out":1}`, "no message"},
		{`{"start":7,"log":"x"}`, "no message"},
		{`{"id":7,"out":1,"err":{}}`, "one of"},
		{"{\"id\":7,\"out\":\"\xff\"}", "UTF-8"},
	} {
		var m Message
		err := Parse([]byte(test.line), &m)
		switch {
		case test.wrong == "" && err != nil:
			t.Errorf("%s: %v", test.line, err)
		case test.wrong != "" && (err == nil || !strings.Contains(err.Error(), test.wrong)):
			t.Errorf("%s: got the error %v, want one that says %q", test.line, err, test.wrong)
		}
	}
}

// The short cut for usual lines must take what encoding/json takes, and see the same in it.
func FuzzMessage(f *testing.F) {
	for _, seed := range []string{
		`{"id":7,"out":1}`, `{"id":07,"out":1}`, `{"id":+7,"out":1}`, `{"id":0,"out":{}}`, `{"id":7,"out":1,"out":2}`, `{"id":7,"out":{"id":8}}`,
		`{"id":7,"out":"}"}`, `{"id":7,"out":1}}`, `{"took_ms":1.5,"id":7,"out":1}`, `{"took_ms":null,"id":7,"out":1}`,
		`{"took_ms":-1e99,"id":7,"out":1}`, `{"took_ms":1,"id":7,"out":1,"took_ms":2}`, `{"id":7,"outs":[{"out":1},{"err":{"msg":"x"}}]}`, `{"id":18446744073709551616,"out":1}`,
		`{"id":7,"out":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + `}`, `{"id":7,"err":null}`, `{"start":1,"item":2}`, "\x00", "{\"id\":7,\"out\":\"\xc3\x28\"}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		var m, plain Message
		err := Parse(line, &m)
		var short Message
		if parseValue(line, &short) {
			if json.Unmarshal(line, &plain) != nil {
				t.Fatalf("%q: the short cut takes what is no message", line)
			}
			if plain.ID == nil || *plain.ID != short.Call {
				t.Fatalf("%q: number %d by the short cut", line, short.Call)
			}
			var a, b any
			if json.Unmarshal(plain.Out, &a) != nil || json.Unmarshal(short.Out, &b) != nil {
				t.Fatalf("%q: a value does not decode", line)
			}
		}
		if err == nil && !json.Valid(line) {
			t.Fatalf("%q is taken and is no JSON", line)
		}
		Quote(line)
	})
}

func TestLongLinesEndTheReading(t *testing.T) {
	for name, text := range map[string]string{"with an end": strings.Repeat("x", 3000) + "\n", "without": strings.Repeat("x", 1<<20)} {
		l := NewReader(strings.NewReader(text), 2000)
		if line, err := l.Next(); err != ErrTooLong || len(line) < 2000 || len(line) > 256<<10 {
			t.Errorf("%s: got %d bytes and %v", name, len(line), err)
		}
	}
}

// However the bytes come, the lines are the same.
func FuzzLineReader(f *testing.F) {
	f.Add([]byte("one\ntwo\r\n\n\nthree"), uint16(3))
	f.Add([]byte("\n"), uint16(1))
	f.Add([]byte(""), uint16(1))
	f.Add(append(bytes.Repeat([]byte("x"), 70<<10), "\nrest\n"...), uint16(9))
	f.Fuzz(func(t *testing.T, text []byte, most uint16) {
		limit := int(most) + 100<<10
		for name, r := range map[string]io.Reader{"whole": bytes.NewReader(text), "bytes": iotest.OneByteReader(bytes.NewReader(text)), "halves": iotest.HalfReader(bytes.NewReader(text))} {
			l := NewReader(r, limit)
			rest := text
			for {
				line, err := l.Next()
				want, after, ended := bytes.Cut(rest, []byte("\n"))
				if !ended {
					if len(want) > limit && err == ErrTooLong {
						break
					}
					if !bytes.Equal(line, want) || len(want) > 0 && !errors.Is(err, io.ErrUnexpectedEOF) || len(want) == 0 && err != io.EOF {
						t.Fatalf("%s: the end is %q, %v, want %q", name, line, err, want)
					}
					break
				}
				want = bytes.TrimSuffix(want, []byte("\r"))
				if err == ErrTooLong && len(want) > limit {
					break
				}
				if err != nil || !bytes.Equal(line, want) {
					t.Fatalf("%s: got %q, %v, want %q", name, line, err, want)
				}
				rest = after
			}
		}
	})
}

func TestToldLooksAtBeginningsOfLines(t *testing.T) {
	for _, test := range []struct {
		text  string
		calls int
		all   time.Duration
	}{
		{"", 0, 0},
		{`{"id":1,"out":1}` + "\n" + `{"id":2,"out":{"took_ms":5,"x":1}}` + "\n", 0, 0},
		{`{"took_ms":5,"id":1,"out":1}` + "\n" + `{"id":2,"out":2}` + "\n" + `{"took_ms":2.5,"id":3,"out":1}` + "\n", 2, 7500 * time.Microsecond},
		{`{"took_ms":-5,"id":1,"out":1}` + "\n" + `{"took_ms":x,"id":1}` + "\n" + `{"took_ms":7`, 1, 0},
		{`{"took_ms":1e300,"id":1,"out":1}` + "\n" + `{"took_ms":1e300,"id":1}` + "\n", 2, 1 << 61},
	} {
		l := NewReader(strings.NewReader("x\n"+test.text), 1<<20)
		l.Next()
		if calls, all := l.Told(); calls != test.calls || all != test.all {
			t.Errorf("%q: got %d calls of %v, want %d of %v", test.text, calls, all, test.calls, test.all)
		}
	}
}
