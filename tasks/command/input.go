package command

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"example.com/overlap/source"
)

// Input is a command and all that it needs, so that any worker anywhere runs the same one. Only the environment that
// Env does not name is the worker's own.
//
// What an Input prints as, and its [Input.Key], are free of the values of Env, and so is its JSON: they may be secrets.
// They cross to worker processes nonetheless.
type Input struct {
	Words []Text          `json:"words"`           // the program and its arguments; more than none
	Stdin *Stdin          `json:"stdin,omitempty"` // nil stands for the null device
	Dir   Text            `json:"dir,omitempty"`   // where the command runs; "" stands for the worker's own directory
	Env   map[string]Text `json:"-"`               // variables that the command gets besides the environment of the worker
	Nice  int             `json:"nice,omitempty"`  // is added to the niceness of the worker: more of it is given less time

	// Number is the call's place in its job, from 1: what {#} stands for. It is not part of the key.
	Number int64 `json:"number,omitempty"`
	// Tag is what the source gave, for people to see. It is not part of the key.
	Tag Text `json:"tag,omitempty"`
	// Results is a folder that takes the outputs as files, in a folder of the call's own that is named by Number. "" has
	// them in the value. It is not part of the key.
	Results Text `json:"results,omitempty"`
}

// Stdin is what a command reads: a text or, if Chunk is set, that part of a file.
type Stdin struct {
	Text  Text          `json:"text,omitempty"`
	Chunk *source.Chunk `json:"chunk,omitempty"`
}

// A marker stands in the words for what only the worker knows. No input can be mistaken for one, since no argument of a
// program can hold a NUL.
const (
	numberMarker = "\x00#\x00"
	slotMarker   = "\x00%\x00"
)

// String is the command as one would type it in a shell. The placeholders {#} and {%} stand in it as they are.
func (in Input) String() string {
	var b strings.Builder
	for i, word := range in.Words {
		if b.Len() > 1<<20 { // more is for no eye
			b.WriteString(" …")
			break
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(Quote(markersShown.Replace(string(word))))
	}
	return b.String()
}

var markersShown = strings.NewReplacer(numberMarker, "{#}", slotMarker, "{%}")

// Numbered is the command with {#} filled in, for people to see: a [Runner] does that itself.
func (in Input) Numbered() Input {
	in.Words = slices.Clone(in.Words)
	for i, word := range in.Words {
		in.Words[i] = Text(strings.ReplaceAll(string(word), numberMarker, strconv.FormatInt(in.Number, 10)))
	}
	return in
}

// Key names the command across runs: a hash, in hexadecimal, of its words, its standard input, its directory and the
// names of Env. A chunk of a file counts by where it is. What {#} and {%} stand for does not count.
func (in Input) Key() string {
	h := sha256.New()
	hashNumber(h, int64(len(in.Words)))
	for _, word := range in.Words {
		hashText(h, string(word))
	}
	if s := in.Stdin; s != nil {
		hashText(h, string(s.Text))
		if c := s.Chunk; c != nil {
			hashText(h, c.File)
			hashNumber(h, c.Offset)
			hashNumber(h, c.Length)
			hashNumber(h, c.Header)
		}
	}
	hashText(h, string(in.Dir))
	for _, name := range slices.Sorted(maps.Keys(in.Env)) {
		hashText(h, name)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func hashNumber(h hash.Hash, n int64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	h.Write(b[:])
}

func hashText(h hash.Hash, text string) {
	hashNumber(h, int64(len(text)))
	_, _ = io.WriteString(h, text)
}

// Quote is a word as a shell takes it: as it is if that means itself, else in single quotes.
func Quote(word string) string {
	if word != "" && strings.IndexFunc(word, special) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// special reports whether a character may mean something else than itself to a shell. Those beyond ASCII do not.
func special(r rune) bool {
	letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	return r < 0x80 && !letter && !strings.ContainsRune("%+,-./:=@_^", r)
}
