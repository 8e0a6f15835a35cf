package cli

import "sync"

// rawInputs are the inputs under way that were given as text that is not UTF-8, as which JSON could not name them.
type rawInputs struct {
	mu    sync.Mutex
	next  int
	texts map[int][]byte
}

// drawn is told of each input in turn; raw is nil for most.
func (r *rawInputs) drawn(raw []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if raw != nil {
		if r.texts == nil {
			r.texts = map[int][]byte{}
		}
		r.texts[r.next] = raw
	}
	r.next++
}

// take forgets what an input was given as, and returns it.
func (r *rawInputs) take(index int) []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	raw := r.texts[index]
	delete(r.texts, index)
	return raw
}
