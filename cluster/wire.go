package cluster

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"time"

	"example.com/overlap"
)

// nonce is the secret of a chunk: whoever has it has been given the chunk.
type nonce [16]byte

func newNonce() (n nonce) {
	_, _ = rand.Read(n[:]) // never fails
	return n
}

func (n nonce) String() string { return hex.EncodeToString(n[:]) }

// tag names a chunk without telling its secret, to all workers.
func (n nonce) tag() (t nonce) {
	sum := sha256.Sum256(n[:])
	copy(t[:], sum[:])
	return t
}

// kind says what a message is. It is its first byte.
type kind byte

const (
	kindChunk    kind = iota + 1 // calls, to a worker
	kindStub                     // in place of a chunk or of answers that are too large for a message
	kindAnswers                  // how calls of a chunk have ended, to its session
	kindStarted                  // which calls of a chunk have started
	kindBeat                     // which chunks of a session a worker has
	kindHello                    // a session is there, and which tasks it has calls of
	kindCancel                   // end the calls of a chunk
	kindDrain                    // begin no more calls of a chunk
	kindWorker                   // a worker is there, and what it can do
	kindLeave                    // a worker goes
	kindQuestion                 // a piece of something large, please
	kindFiles                    // are these files there
	kindClaim                    // may the calls of a chunk begin, which are to be made at most once
)

// mostLarge is how many bytes a chunk or answers may have in all.
const mostLarge = 1 << 30

// mostValue is how many bytes one value may have, the rest being for what travels beside it. Tests make it less.
var mostValue = mostLarge / 2

var errWire = errors.New("not a message of this version")

// chunk is some calls of one task, on their way to a worker.
type chunk struct {
	nonce          nonce
	session        string
	task           string
	timed          bool          // The session wants to know when calls begin and end.
	once           bool          // The calls may begin when the session has granted a claim alone.
	timeout, grace time.Duration // Of each call; a timeout of 0 is none.
	left           time.Duration // To the job's deadline, when the chunk was submitted; 0 if it has none.
	deadline       time.Time     // By the session's clock, which may be wrong.
	inputs         [][]byte
}

func (c *chunk) append(b []byte) []byte {
	b = append(b, byte(kindChunk))
	b = append(b, c.nonce[:]...)
	b = appendText(b, c.session)
	b = appendText(b, c.task)
	b = appendTruth(b, c.timed)
	b = appendTruth(b, c.once)
	b = appendDuration(b, c.timeout)
	b = appendDuration(b, c.grace)
	b = appendDuration(b, c.left)
	deadline := int64(0)
	if !c.deadline.IsZero() {
		deadline = c.deadline.UnixNano()
	}
	b = binary.AppendVarint(b, deadline)
	b = binary.AppendUvarint(b, uint64(len(c.inputs)))
	for _, input := range c.inputs {
		b = appendBytes(b, input)
	}
	return b
}

func decodeChunk(b []byte) (*chunk, error) {
	r := reader{b: b}
	r.kind(kindChunk)
	c := &chunk{nonce: r.nonce(), session: r.text(), task: r.text(), timed: r.truth(), once: r.truth(),
		timeout: r.duration(), grace: r.duration(), left: r.duration(), deadline: time.Unix(0, r.integer())}
	n := r.count()
	c.inputs = make([][]byte, 0, n)
	for ; n > 0 && !r.bad; n-- {
		c.inputs = append(c.inputs, r.bytes())
	}
	return c, r.end()
}

// clocksAgree is how far two clocks may be apart that are taken for the same.
const clocksAgree = time.Second

// ends is when the job's context ends, by the clock of who asks. Where the clocks agree, it is the same moment on both sides;
// else it may come later by as long as the chunk has waited, and before that the session has the calls canceled.
func (c *chunk) ends() time.Time {
	at := time.Now().Add(c.left)
	if at.Round(0).Sub(c.deadline).Abs() < clocksAgree {
		return c.deadline
	}
	return at
}

// answers are how calls of a chunk have ended.
type answers struct {
	worker string
	nonce  nonce
	last   bool          // All calls of the chunk have ended.
	spent  time.Duration // Since the worker took the chunk.
	calls  []answer
}

// answer is how one call has ended.
type answer struct {
	at        int             // The call's place in the chunk.
	outcome   overlap.Outcome // Pending: it has not begun, and never will there.
	took, ago time.Duration   // How long it ran, and when it ended, where the session wants to know.
	body      []byte          // Its value, or failure.
}

func (a *answers) append(b []byte) []byte {
	b = append(b, byte(kindAnswers))
	b = appendText(b, a.worker)
	b = append(b, a.nonce[:]...)
	b = appendTruth(b, a.last)
	b = appendDuration(b, a.spent)
	b = binary.AppendUvarint(b, uint64(len(a.calls)))
	for _, c := range a.calls {
		b = binary.AppendUvarint(b, uint64(c.at))
		b = append(b, byte(c.outcome))
		b = appendDuration(b, c.took)
		b = appendDuration(b, c.ago)
		b = appendBytes(b, c.body)
	}
	return b
}

func decodeAnswers(b []byte) (*answers, error) {
	r := reader{b: b}
	r.kind(kindAnswers)
	a := &answers{worker: r.text(), nonce: r.nonce(), last: r.truth(), spent: r.duration()}
	const least = 5 // bytes of one
	n := r.count()
	a.calls = make([]answer, 0, min(n, len(r.b)/least))
	for ; n > 0 && !r.bad; n-- {
		c := answer{at: int(r.number())}
		c.outcome = overlap.Outcome(r.byte())
		c.took, c.ago, c.body = r.duration(), r.duration(), r.bytes()
		a.calls = append(a.calls, c)
	}
	return a, r.end()
}

// started says which calls of a chunk have started, and how long ago.
type started struct {
	worker string
	nonce  nonce
	calls  []startedCall
}

type startedCall struct {
	at  int
	ago time.Duration
}

func (s *started) append(b []byte) []byte {
	b = append(b, byte(kindStarted))
	b = appendText(b, s.worker)
	b = append(b, s.nonce[:]...)
	b = binary.AppendUvarint(b, uint64(len(s.calls)))
	for _, c := range s.calls {
		b = binary.AppendUvarint(b, uint64(c.at))
		b = appendDuration(b, c.ago)
	}
	return b
}

func decodeStarted(b []byte) (*started, error) {
	r := reader{b: b}
	r.kind(kindStarted)
	s := &started{worker: r.text(), nonce: r.nonce()}
	for n := r.count(); n > 0 && !r.bad; n-- {
		s.calls = append(s.calls, startedCall{int(r.number()), r.duration()})
	}
	return s, r.end()
}

// beat says which chunks of a session a worker has.
type beat struct {
	worker string
	chunks []nonce
}

func (t *beat) append(b []byte) []byte {
	b = append(b, byte(kindBeat))
	b = appendText(b, t.worker)
	b = binary.AppendUvarint(b, uint64(len(t.chunks)))
	for _, n := range t.chunks {
		b = append(b, n[:]...)
	}
	return b
}

func decodeBeat(b []byte) (*beat, error) {
	r := reader{b: b}
	r.kind(kindBeat)
	t := &beat{worker: r.text()}
	for n := r.count(); n > 0 && !r.bad; n-- {
		t.chunks = append(t.chunks, r.nonce())
	}
	return t, r.end()
}

// hello says that a session is there, and which tasks it has calls of.
type hello struct {
	session string
	tasks   []mark
}

func (h *hello) append(b []byte) []byte {
	return appendMarks(appendText(append(b, byte(kindHello)), h.session), h.tasks)
}

func decodeHello(b []byte) (*hello, error) {
	r := reader{b: b}
	r.kind(kindHello)
	h := &hello{session: r.text(), tasks: r.marks()}
	return h, r.end()
}

// workerInfo is what a worker says of itself.
type workerInfo struct {
	id     string
	name   string // for people: its machine and process
	slots  int    // how many calls it makes at once
	finds  bool   // it finds that out by itself
	tasks  []mark // whose calls it makes
	barred []mark // that it has and that its key is not for
	leaves bool   // it takes no more chunks

	runs   []mark        // the tasks whose calls it makes now
	ended  uint64        // how many calls have ended there lately,
	within time.Duration // in such a time
}

func (w *workerInfo) append(b []byte) []byte {
	k := kindWorker
	if w.leaves {
		k = kindLeave
	}
	b = appendText(appendText(append(b, byte(k)), w.id), w.name)
	b = appendMarks(appendTruth(binary.AppendUvarint(b, uint64(w.slots)), w.finds), w.tasks)
	b = appendMarks(appendMarks(b, w.barred), w.runs)
	return appendDuration(binary.AppendUvarint(b, w.ended), w.within)
}

const mostSlots = 1 << 16 // of one worker, whatever it says

func decodeWorker(b []byte) (*workerInfo, error) {
	r := reader{b: b}
	k := kind(r.byte())
	if k != kindWorker && k != kindLeave {
		r.bad = true
	}
	w := &workerInfo{id: r.text(), name: r.text(), slots: int(min(r.number(), mostSlots)), finds: r.truth(),
		tasks: r.marks(), barred: r.marks(), runs: r.marks(), ended: r.number(), within: r.duration(), leaves: k == kindLeave}
	return w, r.end()
}

// order is what a session tells whoever has a chunk.
type order struct {
	kind kind
	tag  nonce // of the chunk
}

func (o *order) append(b []byte) []byte { return append(append(b, byte(o.kind)), o.tag[:]...) }

func decodeOrder(b []byte) (*order, error) {
	r := reader{b: b}
	o := &order{kind: kind(r.byte()), tag: r.nonce()}
	return o, r.end()
}
