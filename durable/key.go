package durable

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"

	"example.com/overlap/internal/plain"
	"example.com/overlap/internal/resultline"
)

// key says that two inputs are the same. It has so many bits of a cryptographic hash that among ten million inputs two
// different ones have the same key once in 20,000 million jobs.
type key [10]byte

func hash(kind byte, text []byte) (k key) {
	var space [256]byte
	sum := sha256.Sum256(append(append(space[:0], kind), text...))
	copy(k[:], sum[:])
	return k
}

// keys finds the keys of inputs. A text is hashed as it is and anything else as its JSON, so that the key of an input
// can be found again in a line of results. It is for one goroutine at a time.
type keys struct {
	own     func(input any) string // nil for none
	field   string                 // "" for none
	decode  func(raw []byte) (any, error)
	encoder *resultline.Encoder
	encoded []byte // the JSON of the last input, where its key comes from that; for a text, or an own key, nothing
	space   [20]byte
}

// of is the key of an input; raw are its bytes where they were no UTF-8.
func (k *keys) of(input any, raw []byte) (key, error) {
	k.encoded = nil
	text, isText := input.(string)
	number, isNumber := input.(int)
	switch {
	case k.own != nil:
		return hash('k', []byte(k.own(input))), nil
	case k.field != "":
		k.encoded = k.encoder.Input(input)
		return k.ofField(k.encoded)
	case raw != nil:
		return hash('t', raw), nil
	case isText:
		return hash('t', []byte(text)), nil
	case isNumber:
		k.encoded = strconv.AppendInt(k.space[:0], int64(number), 10)
		return hash('j', k.encoded), nil
	}
	if raw := resultline.RawText(input); raw != nil && !marshals(input) {
		return hash('t', raw), nil
	}
	k.encoded = k.encoder.Input(input)
	return keyOfJSON(k.encoded), nil
}

// ofField is the key of an input that is an object of JSON.
func (k *keys) ofField(raw []byte) (key, error) {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) == nil {
		if value, ok := members[k.field]; ok {
			return hash('k', value), nil
		}
	}
	return key{}, fmt.Errorf("the input %s has no %s, which is to tell it from others", shown(raw), k.field)
}

// shown is an input for people.
func shown(raw []byte) string { return plain.Shorten(plain.Line(string(raw)), 80) }

func marshals(input any) bool {
	switch input.(type) {
	case json.Marshaler, interface{ MarshalText() ([]byte, error) }:
		return true
	}
	return false
}

func keyOfJSON(raw []byte) key {
	if len(raw) == 0 || raw[0] != '"' {
		return hash('j', raw)
	}
	var text string
	if plain := raw[1 : len(raw)-1]; isPlain(plain) {
		return hash('t', plain)
	}
	if json.Unmarshal(raw, &text) != nil {
		return hash('j', raw)
	}
	return hash('t', []byte(text))
}

// isPlain reports whether what stands between quotes is the text itself.
func isPlain(text []byte) bool { return bytes.IndexByte(text, '\\') < 0 && utf8.Valid(text) }

// ofLine is the key of the input that a line of results names.
func (k *keys) ofLine(l *resultline.Line) (key, error) {
	switch {
	case k.own != nil:
		input, err := k.decode(l.Input)
		if err != nil {
			return key{}, err
		}
		if _, isText := input.(string); isText && l.InputRaw != nil {
			input = string(l.InputRaw)
		}
		return hash('k', []byte(k.own(input))), nil
	case k.field != "":
		return k.ofField(l.Input)
	case l.InputRaw != nil:
		return hash('t', l.InputRaw), nil
	}
	return keyOfJSON(l.Input), nil
}

// decodeAny reads the input of a line where its type is not known.
func decodeAny(raw []byte) (input any, err error) {
	err = json.Unmarshal(raw, &input)
	return input, err
}
