package overlap

import (
	"container/heap"
	"math"
	"sync"
	"time"
)

// keyLines are some of the keys that are in use, and the calls that wait for each, of all jobs that share the limits.
type keyLines struct {
	limits *KeyLimits

	_       [64]byte // kept away from other keys
	mu      sync.Mutex
	lines   map[string]*keyLine
	heldUp  int     // how many calls had to wait since as many of their key ran as may while all is well
	sweepAt int     // how many lines there may be before those that are not in use are looked for
	timed   keyHeap // the lines whose next call waits for its time alone
	timer   *time.Timer
	alarmAt float64
}

// keyLine is a key, and the calls that wait for it.
type keyLine struct {
	of      *keyLines
	key     string
	inUse   int     // how many calls hold the key: they may begin, or have begun and not ended
	granted int     // how many of those have not begun; with a rate one at most, so that it is told from when it begins
	next    float64 // with a rate: when the next call may begin
	wanted  bool    // one has waited for that
	queue   keyQueue
	keptBy  keyCause       // what keeps the calls waiting
	inTimed int            // its place in keyLines.timed; −1: none
	adapts  *keyAdaptation // nil: there is no policy
}

// enter has a call begin at once, or become the next to be handed out, if its key is free. If not, it waits and enter
// reports false. policy is that of a key that is not known yet, nil for the first try.
func (k *keyLines) enter(key string, c keyedCall, begins bool, policy *KeyPolicy) bool {
	j := c.keys.job
	k.mu.Lock()
	if j.stopped.Load() { // and has looked for calls that wait
		k.mu.Unlock()
		c.call.worker = &j.noWorker
		j.callSet.endWaiting(c.call, c.last, j.cause())
		return false
	}
	now := k.now()
	line := k.lines[key]
	if line == nil {
		if k.limits.adapt != nil && policy == nil {
			k.mu.Unlock()
			policy = c.keys.newPolicy(c.call, key)
			return policy != nil && k.enter(key, c, begins, policy)
		}
		line = k.newLine(key, now, policy)
	}
	if line.queue.isEmpty() && k.isFree(line, now) {
		k.hold(line, c, begins, now)
		k.mu.Unlock()
		return true
	}
	if err := line.failsWaiting(); err != nil {
		k.mu.Unlock()
		c.keys.failWaiting(c.call, err)
		return false
	}
	if most := line.usualAtOnce(); most > 0 && line.inUse >= most {
		k.heldUp++
	}
	c.call.worker = nil
	line.queue.push(c)
	c.keys.waiting.Add(1)
	line.keptBy = line.cause(now)
	k.await(line, now)
	k.mu.Unlock()
	if c.keys.onWait != nil {
		c.keys.onWait()
	}
	return false
}

// now is the present for rates and policies; 0 where there are none.
func (k *keyLines) now() float64 {
	switch {
	case k.limits.rate != nil:
		return k.limits.rate.now()
	case k.limits.adapt != nil:
		return float64(time.Since(k.limits.made))
	}
	return 0
}

// idleKeys is about how many keys are kept that are not in use, since most keys come again.
const idleKeys = 1 << 14 / keyParts

func (k *keyLines) newLine(key string, now float64, policy *KeyPolicy) *keyLine {
	if len(k.lines) >= k.sweepAt {
		for _, line := range k.lines {
			k.dropIfUnused(line, now)
		}
		k.sweepAt = 2*len(k.lines) + idleKeys
	}
	line := &keyLine{of: k, key: key, next: now, inTimed: -1}
	if policy != nil {
		line.adapts = &keyAdaptation{policy: *policy, told: now}
	}
	k.lines[key] = line
	return line
}

// dropIfUnused forgets a key of which nothing has to be known.
func (k *keyLines) dropIfUnused(line *keyLine, now float64) {
	known := line.adapts != nil && line.adapts.adapted
	if line.inUse == 0 && line.queue.isEmpty() && line.inTimed < 0 && line.next <= now && !known {
		delete(k.lines, line.key)
	}
}

// isFree reports whether one more call may hold the key.
func (k *keyLines) isFree(line *keyLine, now float64) bool {
	return k.hasRoom(line) && line.next <= now
}

// hasRoom reports whether one more call may hold the key, as soon as it is time.
func (k *keyLines) hasRoom(line *keyLine) bool {
	most := line.atOnce()
	return (most == 0 || line.inUse < most) && (!line.isPaced() || line.granted == 0)
}

// hold gives a call its key.
func (k *keyLines) hold(line *keyLine, c keyedCall, begins bool, now float64) {
	line.inUse++
	line.granted++
	c.keys.holding.grant(c.call, line, begins, now)
	if begins {
		line.granted--
		k.countStart(line, now)
	}
}

// countStart counts a call as begun now.
func (k *keyLines) countStart(line *keyLine, now float64) {
	if k.limits.rate != nil {
		line.next = k.limits.rate.startingAt(line.next, now, line.wanted) + k.limits.rate.interval
		line.wanted = false
	}
	if line.adapts != nil && line.adapts.state.Every > 0 {
		line.next = max(line.next, now+float64(line.adapts.state.Every))
	}
	if line.inTimed >= 0 {
		heap.Fix(&k.timed, line.inTimed)
	}
}

// begin counts the call that holds a line as begun, for the rate.
func (k *keyLines) begin(line *keyLine, permit *keyPermit) {
	k.mu.Lock()
	if !permit.begun.Load() { // else it was given back, and begins once more
		line.granted--
		permit.begun.Store(true)
	}
	now := k.now()
	permit.began = now
	k.countStart(line, now)
	k.grantNext(line, now)
}

// release frees a line that a call held.
func (k *keyLines) release(line *keyLine, begun bool) {
	k.mu.Lock()
	line.inUse--
	if !begun {
		line.granted--
	}
	if line.queue.isEmpty() {
		k.mu.Unlock()
		return
	}
	k.grantNext(line, k.now())
}

// grantNext gives the key to calls that wait for it, as far as it is free. The mutex is held, and released.
func (k *keyLines) grantNext(line *keyLine, now float64) {
	var some [2]keyedCall
	free := k.takeFree(line, now, some[:0])
	k.mu.Unlock()
	grantAll(free)
}

func grantAll(calls []keyedCall) {
	for _, c := range calls {
		c.keys.grant(c.call, c.last)
	}
}

// takeFree adds to calls those that wait for the key and for which it is free now. The mutex is held.
func (k *keyLines) takeFree(line *keyLine, now float64, calls []keyedCall) []keyedCall {
	for !line.queue.isEmpty() && k.isFree(line, now) {
		if line.adapts != nil && line.adapts.state.Mixed {
			line.queue.mix()
		}
		c := line.queue.pop()
		c.keys.waiting.Add(-1)
		if f := c.call.future; f != nil && f.ended() { // it was canceled
			continue
		}
		c.keys.waited[line.keptBy].Add(1)
		k.hold(line, c, false, now)
		calls = append(calls, c)
	}
	line.keptBy = line.cause(now)
	k.await(line, now)
	return calls
}

// await sees to it that a call which waits for nothing but its time is handed out then. The mutex is held.
func (k *keyLines) await(line *keyLine, now float64) {
	if !line.isPaced() || line.queue.isEmpty() || !k.hasRoom(line) || line.inTimed >= 0 {
		return
	}
	line.wanted = true
	heap.Push(&k.timed, line)
	k.setAlarm(now)
}

// setAlarm sets the alarm to the time of the first line. The mutex is held.
func (k *keyLines) setAlarm(now float64) {
	if len(k.timed) == 0 {
		return
	}
	at := k.timed[0].next
	if k.timer != nil && (k.alarmAt <= at || !k.timer.Stop()) {
		return
	}
	k.alarmAt = at
	k.timer = time.AfterFunc(time.Duration(math.Ceil(max(0, at-now))), k.wake)
}

// wake hands out the calls whose time has come.
func (k *keyLines) wake() {
	k.mu.Lock()
	k.timer = nil
	now := k.now()
	var calls []keyedCall
	for len(k.timed) > 0 && k.timed[0].next <= now {
		line := heap.Pop(&k.timed).(*keyLine)
		calls = k.takeFree(line, now, calls)
	}
	k.setAlarm(now)
	k.mu.Unlock()
	grantAll(calls)
}

// leave takes all calls of a job that wait for their keys.
func (k *keyLines) leave(of *jobKeys) []waitingCall {
	k.mu.Lock()
	defer k.mu.Unlock()
	var left []waitingCall
	for _, line := range k.lines {
		var others keyQueue
		for !line.queue.isEmpty() {
			if c := line.queue.pop(); c.keys == of {
				left = append(left, waitingCall{Call: c.call, last: c.last})
				of.waiting.Add(-1)
			} else {
				others.push(c)
			}
		}
		line.queue = others
	}
	return left
}

// keyHeap orders lines by when their next calls may begin.
type keyHeap []*keyLine

func (h keyHeap) Len() int           { return len(h) }
func (h keyHeap) Less(i, j int) bool { return h[i].next < h[j].next }
func (h keyHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].inTimed, h[j].inTimed = i, j
}
func (h *keyHeap) Push(line any) {
	line.(*keyLine).inTimed = len(*h)
	*h = append(*h, line.(*keyLine))
}
func (h *keyHeap) Pop() any {
	last := len(*h) - 1
	line := (*h)[last]
	(*h)[last], line.inTimed = nil, -1
	*h = (*h)[:last]
	return line
}
