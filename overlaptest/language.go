package overlaptest

import (
	"strings"
	"testing"

	"example.com/overlap"
)

// says checks the text of a task's error. Another language may put the name of the error's kind before it.
func (s *suite) says(t *testing.T, what string, err error, want string) {
	t.Helper()
	got := err.Error()
	if got != want && !(s.OtherLanguage && strings.HasSuffix(got, ": "+want)) {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

// panicked is the outcome of a call that panics: in another language it throws what nobody catches, and so has failed.
func (s *suite) panicked() overlap.Outcome {
	if s.OtherLanguage {
		return overlap.Failed
	}
	return overlap.Panicked
}

// exited checks the error of a call that ended its goroutine. Another language has errors of its own for that.
func (s *suite) exited(t *testing.T, what string, err error) {
	t.Helper()
	if s.OtherLanguage {
		equal(t, what+": an error", err != nil, true)
		return
	}
	is(t, what, err, overlap.ErrGoexit)
}
