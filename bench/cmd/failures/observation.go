package main

import (
	"fmt"
	"slices"
	"strings"
)

// observation is what came of an event, as the process in which it happened prints it, one line of JSON. How a call
// ended is "succeeded", "hangs", or the name of its error.
type observation struct {
	Victim  string   `json:"victim"`  // the call that it happened to; "" if it happened to none
	Text    string   `json:"text"`    // of the victim's error
	Others  []string `json:"others"`  // the calls that ran and waited meanwhile
	Later   []string `json:"later"`   // those submitted when all that had ended or been given up
	Started int      `json:"started"` // how often the initializer ran

	left int // workers still there after the parent's end
}

const (
	succeeded = "succeeded"
	hangs     = "hangs"

	onlyIt          = "only it"
	poison          = "**poison**"
	neverCompletes  = "**never completes**"
	everythingHangs = "**everything hangs**"
	noRemedy        = "**no remedy**"
)

// judge says in a few words how far the event reached: "only it" when the other calls succeeded, then and later.
func (o observation) judge() string {
	rest := append(slices.Clone(o.Others), o.Later...)
	bad := slices.IndexFunc(rest, func(end string) bool { return end != succeeded })
	switch {
	case slices.Contains(rest, hangs):
		return everythingHangs
	case bad >= 0:
		return poison + ": " + rest[bad]
	case o.Victim == hangs:
		return neverCompletes
	case o.Victim == "" || o.Victim == succeeded:
		return "no call fails"
	}
	return onlyIt + ": " + o.Victim
}

// original is the text of the error that the victim returned.
const original = "the original text"

// judgeText also says whether the victim's own error was lost on the way.
func (o observation) judgeText() string {
	said := o.judge()
	if strings.HasPrefix(said, onlyIt) && !strings.Contains(o.Text, original) {
		said += ", original lost"
	}
	return said
}

// storm is more attempts to start a worker than any pool needs to see that none will start.
const storm = 20

// judgeInitializer says whether the calls were told, and how often the initializer ran.
func (o observation) judgeInitializer() string {
	all := append(append([]string{o.Victim}, o.Others...), o.Later...)
	said := "error: " + o.Victim
	switch {
	case o.Victim == hangs && o.Started > storm:
		said = "**respawn storm, never an error**"
	case slices.Contains(all, hangs):
		said = everythingHangs
	case slices.Contains(all, succeeded):
		said = "some calls succeed"
	}
	return fmt.Sprintf("%s, ran %d ×", said, o.Started)
}

// judgeTimeout tells a pool that gets its workers back from one that only stops waiting for them.
func (o observation) judgeTimeout() string {
	if o.Victim == hangs && slices.Contains(o.Later, hangs) {
		return noRemedy + ": workers lost"
	}
	return o.judge()
}

func (o observation) judgeOrphans() string {
	if o.left == 0 {
		return "none left"
	}
	return fmt.Sprintf("**%d left**", o.left)
}
