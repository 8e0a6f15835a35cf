package cluster

import (
	"testing"
	"time"

	"example.com/overlap"
)

// FuzzDecode has every decoder read what may be anything: none panics, and what one takes it writes again the same.
func FuzzDecode(f *testing.F) {
	n := newNonce()
	c := chunk{nonce: n, session: "s", task: "t", timeout: time.Second, inputs: [][]byte{{1}, nil, {2, 3}}}
	a := answers{worker: "w", nonce: n, last: true, calls: []answer{{at: 1, outcome: overlap.Failed, body: []byte("x")}}}
	s := started{worker: "w", nonce: n, calls: []startedCall{{at: 2, ago: time.Millisecond}}}
	t := beat{worker: "w", chunks: []nonce{n, n}}
	h := hello{session: "s", tasks: []mark{{"f", "a", ""}, {"g", "b", "2"}}}
	w := workerInfo{id: "i", name: "n", slots: 3, tasks: []mark{{"f", "a", "1"}}, barred: []mark{{"g", "b", ""}},
		runs: []mark{{"f", "a", "1"}}, ended: 7, within: time.Second}
	o := order{kind: kindCancel, tag: n.tag()}
	l := claim{nonce: n, own: newNonce()}
	var stock warehouse
	_, stub := stock.keep("w", n, make([]byte, 100))
	for _, message := range [][]byte{c.append(nil), a.append(nil), s.append(nil), t.append(nil), h.append(nil),
		w.append(nil), o.append(nil), l.append(nil), stub, appendFiles(nil, []File{{"f", -1}}), {byte(kindAnswers), 255, 255, 255, 255, 255, 255, 255, 255, 255, 1}} {
		f.Add(message)
		f.Add(message[:len(message)/2])
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		if c, err := decodeChunk(message); err == nil {
			same(t, c.append(nil), func(b []byte) ([]byte, error) { c, err := decodeChunk(b); return c.append(nil), err })
		}
		if a, err := decodeAnswers(message); err == nil {
			same(t, a.append(nil), func(b []byte) ([]byte, error) { a, err := decodeAnswers(b); return a.append(nil), err })
		}
		_, _ = decodeStarted(message)
		_, _ = decodeBeat(message)
		_, _ = decodeHello(message)
		_, _ = decodeWorker(message)
		_, _ = decodeOrder(message)
		_, _ = decodeClaim(message)
		_, _ = decodeStub(message)
		_, _ = decodeFiles(message)
		_, _, _ = stock.answer(message, 10)
	})
}

func same(t *testing.T, b []byte, again func([]byte) ([]byte, error)) {
	t.Helper()
	if got, err := again(b); err != nil || string(got) != string(b) {
		t.Errorf("%q is read as %q, %v", b, got, err)
	}
}

// FuzzJoin has a join string be anything.
func FuzzJoin(f *testing.F) {
	i, err := newIdentity()
	if err != nil {
		f.Fatal(err)
	}
	seed, _ := i.worker.Seed()
	p, _ := pin(&i.own.PublicKey)
	f.Add(ticket{string(seed), "10.0.0.1:7422", p}.String())
	f.Add(ticket{string(seed), "127.0.0.1:7422", nil}.String())
	f.Add("ovl://")
	f.Fuzz(func(t *testing.T, text string) {
		if read, err := parseTicket(text); err == nil {
			if again, err := parseTicket(read.String()); err != nil || again.String() != read.String() {
				t.Errorf("%q is read as %v, and that as %v, %v", text, read, again, err)
			}
		}
	})
}
