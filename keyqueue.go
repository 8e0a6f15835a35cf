package overlap

import "math/rand/v2"

// keyedCall is a call that waits for its key.
type keyedCall struct {
	keys *jobKeys
	call Call
	last ending // as in waitingCall
	turn int    // when it gets the key at the latest, if it goes behind some of the others
}

// keyQueue is the calls that wait for a key.
type keyQueue struct {
	calls  keyedCalls
	again  keyedCalls // those that go behind some of the calls, and not behind all
	popped int        // how many of the calls have got the key: what turns are counted by
	turn   int        // that of the last of again
}

func (q *keyQueue) isEmpty() bool { return q.len() == 0 }

func (q *keyQueue) len() int { return q.calls.len() + q.again.len() }

func (q *keyQueue) push(c keyedCall) {
	behind := c.last.behind
	if behind <= 0 || behind >= lookAhead {
		q.calls.push(c)
		return
	}
	if q.again.len() == 0 {
		q.turn = q.popped
	}
	q.turn = max(q.turn, q.popped) + behind // those of again do not go one right after another
	c.turn = q.turn
	q.again.push(c)
}

func (q *keyQueue) pop() keyedCall {
	if q.again.len() > 0 && (q.calls.len() == 0 || q.again.first().turn <= q.popped) {
		return q.again.pop()
	}
	q.popped++
	return q.calls.pop()
}

// mix has any of the calls be the first, all as likely.
func (q *keyQueue) mix() {
	if waiting := q.calls.calls[q.calls.head:]; len(waiting) > 1 {
		other := rand.IntN(len(waiting))
		waiting[0], waiting[other] = waiting[other], waiting[0]
	}
}

// keyedCalls are calls in the order in which they were pushed.
type keyedCalls struct {
	calls []keyedCall
	head  int // where the first is
}

func (q *keyedCalls) len() int { return len(q.calls) - q.head }

func (q *keyedCalls) first() *keyedCall { return &q.calls[q.head] }

func (q *keyedCalls) push(c keyedCall) {
	if n := len(q.calls); q.head > 0 && n == cap(q.calls) && q.head >= n/2 { // or what never empties grows for ever
		n = copy(q.calls, q.calls[q.head:])
		clear(q.calls[n:])
		q.calls, q.head = q.calls[:n], 0
	}
	q.calls = append(q.calls, c)
}

func (q *keyedCalls) pop() keyedCall {
	c := q.calls[q.head]
	q.calls[q.head] = keyedCall{}
	if q.head++; q.len() == 0 {
		q.calls, q.head = nil, 0
	}
	return c
}
