package cli

import (
	"net/http"
	"testing"
	"time"

	"example.com/overlap/tasks/fetch"
)

// A server that fails and asks for more patience than --max-retry-after is not waited for by --retries.
func TestRetriesKeepToTheLongestRetryAfter(t *testing.T) {
	f := perHostFlags{maxRetryAfter: 5 * time.Minute}
	for after, want := range map[string]bool{"": true, "300": true, "301": false, "31536000": false} {
		err := &fetch.StatusError{Status: 500, Idempotent: true, Header: http.Header{"Retry-After": {after}}}
		if got := f.isWorthRetrying(err); got != want {
			t.Errorf("Retry-After %q: worth retrying %v", after, got)
		}
	}
	if f.isWorthRetrying(&fetch.StatusError{Status: 404, Idempotent: true}) {
		t.Error("404 is worth retrying")
	}
}
