package cluster

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"time"
)

// warehouse keeps what is too large for a message, for others to fetch piece by piece.
type warehouse struct {
	mu   sync.Mutex
	kept map[nonce][]byte
}

// keep keeps a message under a name of its own, and returns what to send in its place.
func (w *warehouse) keep(owner string, of nonce, message []byte) (name nonce, stub []byte) {
	name = newNonce()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.kept == nil {
		w.kept = map[nonce][]byte{}
	}
	w.kept[name] = message
	stub = appendText(append([]byte(nil), byte(kindStub)), owner)
	stub = append(append(stub, of[:]...), name[:]...)
	return name, binary.AppendUvarint(stub, uint64(len(message)))
}

func (w *warehouse) forget(name nonce) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.kept, name)
}

func (w *warehouse) has(name nonce) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.kept[name] != nil
}

// answer answers a question for a piece, and says whether it is the last one. Nothing is the answer to a question that
// cannot be.
func (w *warehouse) answer(question []byte, largest int) (piece []byte, name nonce, last bool) {
	r := reader{b: question}
	r.kind(kindQuestion)
	name, from := r.nonce(), r.number()
	if r.end() != nil {
		return nil, name, false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	message := w.kept[name]
	size := uint64(len(message))
	if from >= size {
		return nil, name, false
	}
	to := from + min(uint64(largest), size-from)
	return message[from:to], name, to == size
}

// stub stands for something large.
type stub struct {
	owner string
	of    nonce // the chunk that it is, or that it is about
	name  nonce
	size  uint64
}

func decodeStub(b []byte) (*stub, error) {
	r := reader{b: b}
	r.kind(kindStub)
	s := &stub{owner: r.text(), of: r.nonce(), name: r.nonce(), size: r.number()}
	if s.size > mostLarge {
		r.fail()
	}
	return s, r.end()
}

// patience is how long one piece may take.
const patience = 20 * time.Second

// fetch fetches what a stub stands for.
func fetch(ctx context.Context, e engine, s *stub) ([]byte, error) {
	message := make([]byte, 0, min(s.size, 64<<20))
	for uint64(len(message)) < s.size {
		question := binary.AppendUvarint(append([]byte{byte(kindQuestion)}, s.name[:]...), uint64(len(message)))
		one, cancel := context.WithTimeout(ctx, patience)
		piece, err := e.ask(one, questionsTo(s.owner), question)
		cancel()
		switch {
		case err != nil:
			return nil, fmt.Errorf("fetching %d bytes from %s: %w", s.size, s.owner, err)
		case len(piece) == 0 || uint64(len(message)+len(piece)) > s.size:
			return nil, fmt.Errorf("fetching %d bytes from %s: it does not have them any more", s.size, s.owner)
		}
		message = append(message, piece...)
	}
	return message, nil
}
