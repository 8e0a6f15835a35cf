//go:build unix

package cli

import (
	"bufio"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The page of compare --ui says which strategy is being measured, what is measured so far, and in the end the verdict.
func TestComparisonPage(t *testing.T) {
	g := startGated(t, "compare", "gate", "--on", "sync,pool", "--runs", "1", "--ui", "a")
	said, err := g.stderr.ReadString('\n')
	url := regexp.MustCompile(`http://127\.0\.0\.1:[0-9]+/[A-Za-z0-9_-]{32}/`).FindString(said)
	if err != nil || url == "" {
		t.Fatalf("it says %q (%v)", said, err)
	}
	request, err := http.NewRequestWithContext(t.Context(), "GET", url+"events", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := (&http.Client{Timeout: time.Minute}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	events := bufio.NewReader(response.Body)
	until := func(all ...string) {
		t.Helper()
		var event string
		for err := error(nil); err == nil; event, err = events.ReadString('\n') {
			missing := false
			for _, what := range all {
				missing = missing || !strings.Contains(event, what)
			}
			if !missing {
				return
			}
		}
		t.Fatalf("no event has %q, the last is %s", all, event)
	}
	call := func() {
		held := g.call()
		time.Sleep(20 * time.Millisecond) // for the call not to be one of the short ones, which are made twice
		_ = held.Close()
	}
	until(`"title":"gate on 1 input"`, `"now":{"strategy":`, `"round":1,"rounds":1,`)
	call()
	until(`"now":{"strategy":`, `"runs":1,"times":[0.`, `"runs":0,"times":[]`)
	call()
	until(`"verdict":"`, `"over":"Everything has been measured."`)
	if stdout, _ := g.ends(exitSucceeded); !strings.Contains(stdout, "pool") {
		t.Errorf("the report is %q", stdout)
	}
}
