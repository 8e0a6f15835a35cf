package cluster

import (
	"encoding/json"
	"sync"
	"time"
)

// Offered is a job that other submitters of the engine see.
type Offered struct {
	id     string
	state  func() Job
	waits  func() string
	unhear []func()

	mu       sync.Mutex
	watchers map[string]time.Time // when somebody asked last who watches the job and has not been told of its end
	end      *End
	allTold  chan struct{} // closed when watchers is empty after the end; nil before
}

// End is how a job has ended.
type End struct {
	Status int    `json:"status"` // the exit status of its command
	Text   string `json:"text"`   // what is to be said of it
}

const (
	watchEvery   = 500 * time.Millisecond // how often a job is looked at that is watched
	stillWatches = 4 * watchEvery         // for how long who has not asked again is taken to watch
	farewell     = 2 * time.Second        // how long the end of a job is held for those who watch it
	mostEndText  = mostJobText / 16       // in bytes, of which JSON can make six times as many
)

// ID is what others know the job by.
func (o *Offered) ID() string { return o.id }

// Withdraw ends the offer without a word.
func (o *Offered) Withdraw() {
	for _, stop := range o.unhear {
		stop()
	}
	o.unhear = nil
}

// End tells those who watch the job how it has ended, which takes half a second where there are any and two at most, and
// ends the offer. It is called once.
func (o *Offered) End(end End) {
	end.Text = end.Text[:min(len(end.Text), mostEndText)]
	o.mu.Lock()
	o.end, o.allTold = &end, make(chan struct{})
	o.forget()
	allTold := o.allTold
	if len(o.watchers) == 0 {
		close(allTold)
	}
	o.mu.Unlock()
	select {
	case <-allTold:
	case <-time.After(farewell):
	}
	o.Withdraw()
}

// forget drops those who have not asked for a while. o.mu is held.
func (o *Offered) forget() {
	for who, asked := range o.watchers {
		if time.Since(asked) > stillWatches {
			delete(o.watchers, who)
		}
	}
}

// answer tells one who watches how the job stands.
func (o *Offered) answer(who []byte) []byte {
	if len(who) == 0 || len(who) > mostAsker {
		return nil
	}
	return o.told(func() {
		_, waits := o.watchers[string(who)]
		switch {
		case o.end == nil:
			o.forget()
			o.watchers[string(who)] = time.Now()
		case waits:
			if delete(o.watchers, string(who)); len(o.watchers) == 0 {
				close(o.allTold)
			}
		}
	})
}

// told is the job as others are told of it, or nil. note is called with o.mu held when it is known whether the job has ended.
func (o *Offered) told(note func()) []byte {
	job := saidJob{Job: o.state()}
	if !job.Began.IsZero() {
		job.Age = time.Since(job.Began)
	}
	job.ID, job.From, job.Began, job.Waits = o.id, workerName(), time.Time{}, o.waits()
	o.mu.Lock()
	defer o.mu.Unlock()
	job.End = o.end
	text, err := json.Marshal(job)
	if err != nil {
		return nil
	}
	note()
	return text
}
