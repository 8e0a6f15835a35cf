package command

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"time"
)

// Value is what a command did.
type Value struct {
	ExitCode int       // -1 if a signal killed it
	Stdout   Output    // what it printed on standard output until it ended
	Stderr   Output    // and on standard error
	User     float64   // seconds that it computed, with those of its children that it waited for
	System   float64   // seconds that the kernel computed for it, likewise
	Peak     int64     // bytes: the most memory of one of its processes; 0 if unknown, see the JSON
	Start    time.Time // when it began
	Seconds  float64   // from then to its end
}

// MarshalJSON implements [json.Marshaler]. An output is stdout or, if it is not UTF-8, stdout_base64; if it is a file,
// stdout_file is its name. peak_bytes is missing where it is unknown: Linux counts the memory of the program that
// starts a command as the command's, so that only a command that took more than that says something.
func (v Value) MarshalJSON() ([]byte, error) {
	var text bytes.Buffer
	if v.IsLarge() { // a buffer that grows would take several times the memory
		var size counter
		if err := v.WriteJSON(&size); err != nil {
			return nil, err
		}
		text.Grow(int(size))
	}
	err := v.WriteJSON(&text)
	return text.Bytes(), err
}

type counter int64

// Write implements [io.Writer].
func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// WriteJSON writes what MarshalJSON makes, in pieces, so that outputs of any size take no memory.
func (v Value) WriteJSON(to io.Writer) error {
	line := valueLine{
		ExitCode: v.ExitCode, User: v.User, System: v.System, Peak: v.Peak, Start: v.Start, Seconds: v.Seconds,
	}
	rest, err := json.Marshal(line)
	if err != nil {
		return err
	}
	at := bytes.Index(rest, []byte(`,"user_seconds"`))
	if _, err := to.Write(rest[:at]); err != nil {
		return err
	}
	if err := v.Stdout.writeMember(to, "stdout"); err != nil {
		return err
	}
	if err := v.Stderr.writeMember(to, "stderr"); err != nil {
		return err
	}
	_, err = to.Write(rest[at:])
	return err
}

// IsLarge reports whether WriteJSON is better than MarshalJSON: an output is in a file without a name, or large.
func (v Value) IsLarge() bool { return v.Stdout.isLarge() || v.Stderr.isLarge() }

// UnmarshalJSON implements [json.Unmarshaler].
func (v *Value) UnmarshalJSON(text []byte) error {
	var line valueLine
	if err := json.Unmarshal(text, &line); err != nil {
		return err
	}
	*v = Value{
		ExitCode: line.ExitCode, User: line.User, System: line.System, Peak: line.Peak,
		Start: line.Start, Seconds: line.Seconds,
	}
	v.Stdout.decode(line.Stdout, line.StdoutRaw, line.StdoutFile)
	v.Stderr.decode(line.Stderr, line.StderrRaw, line.StderrFile)
	return nil
}

// valueLine is a Value as JSON. The names and their order are a promise.
type valueLine struct {
	ExitCode   int       `json:"exit_code"`
	Stdout     *string   `json:"stdout,omitempty"`
	StdoutRaw  []byte    `json:"stdout_base64,omitempty"`
	StdoutFile Text      `json:"stdout_file,omitempty"`
	Stderr     *string   `json:"stderr,omitempty"`
	StderrRaw  []byte    `json:"stderr_base64,omitempty"`
	StderrFile Text      `json:"stderr_file,omitempty"`
	User       float64   `json:"user_seconds"`
	System     float64   `json:"system_seconds"`
	Peak       int64     `json:"peak_bytes,omitempty"`
	Start      time.Time `json:"start"`
	Seconds    float64   `json:"seconds"`
}

// Answer is what must be the same whenever and wherever the command runs: its exit code and its standard output.
func (v Value) Answer() any {
	stdout, err := v.Stdout.Bytes()
	return struct {
		ExitCode int
		Stdout   []byte
		Unread   bool
	}{v.ExitCode, stdout, err != nil}
}

// Close gives back the files of both outputs, see [Options.Files]. After it, they are empty. It does nothing where
// there are none.
func (v *Value) Close() {
	v.Stdout.close()
	v.Stderr.close()
}

// mostInMemory is how many bytes of an output are in memory where larger ones are in files.
const mostInMemory = 64 << 10

// Output is what a command printed on one stream: bytes or, with [Options.Files], an open file if it is large, or, with
// [Input.Results], a file with a name. It is for one goroutine at a time.
type Output struct {
	bytes []byte
	file  *os.File // its own; deleted already
	path  Text     // of a file that stays
	size  int64

	space *space // of the file
}

// Size is how many bytes there are.
func (o *Output) Size() int64 { return o.size }

// Path is the name of the file that has the output; "" if there is none.
func (o *Output) Path() string { return string(o.path) }

// File is the open file that has the output, which has no name any more; nil if there is none. Read it with ReadAt, and
// no more than [Output.Size] of it: what the command has left behind may still write to it. [Value.Close] closes it.
func (o *Output) File() *os.File { return o.file }

func (o *Output) isLarge() bool { return o.file != nil || len(o.bytes) > mostInMemory }

// Bytes is the whole output.
func (o *Output) Bytes() ([]byte, error) {
	switch {
	case o.file != nil:
		return readExactly(o.file, o.size)
	case o.path != "":
		file, err := os.Open(string(o.path))
		if err != nil {
			return nil, err
		}
		defer file.Close()
		return readExactly(file, o.size)
	}
	return o.bytes, nil
}

func readExactly(file *os.File, size int64) ([]byte, error) {
	b := make([]byte, size)
	_, err := io.ReadFull(io.NewSectionReader(file, 0, size), b)
	return b, err
}

// WriteTo implements [io.WriterTo]. From a file to a file, the kernel copies.
func (o *Output) WriteTo(to io.Writer) (int64, error) {
	file := o.file
	switch {
	case o.size == 0:
		return 0, nil
	case o.path != "":
		opened, err := os.Open(string(o.path))
		if err != nil {
			return 0, err
		}
		defer opened.Close()
		file = opened
	case file == nil:
		n, err := to.Write(o.bytes)
		return int64(n), err
	}
	return copyFile(to, file, o.size)
}

func (o *Output) close() {
	if o.file != nil {
		o.space.look(int(o.file.Fd()))
		_ = o.file.Close()
		*o = Output{}
	}
}

// MarshalBinary implements [encoding.BinaryMarshaler], for outputs that cross to other processes: an open file crosses
// as its bytes.
func (o Output) MarshalBinary() ([]byte, error) {
	if o.path != "" {
		return json.Marshal(outputPath{o.path, o.size})
	}
	bytes, err := o.Bytes()
	return append([]byte{0}, bytes...), err
}

type outputPath struct {
	Path Text  `json:"path"`
	Size int64 `json:"size"`
}

// UnmarshalBinary implements [encoding.BinaryUnmarshaler].
func (o *Output) UnmarshalBinary(data []byte) error {
	if len(data) > 0 && data[0] == 0 {
		*o = inMemory(append([]byte(nil), data[1:]...))
		return nil
	}
	var p outputPath
	err := json.Unmarshal(data, &p)
	*o = Output{path: p.Path, size: p.Size}
	return err
}

func inMemory(bytes []byte) Output { return Output{bytes: bytes, size: int64(len(bytes))} }

func (o *Output) decode(text *string, raw []byte, path Text) {
	switch {
	case path != "":
		*o = Output{path: path}
		if info, err := os.Stat(string(path)); err == nil {
			o.size = info.Size()
		}
	case text != nil:
		*o = inMemory([]byte(*text))
	default:
		*o = inMemory(raw)
	}
}
