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

// follow finds the page that a program has said it serves, and returns what waits for an event with some texts.
func (g *gated) follow() (until func(all ...string)) {
	g.t.Helper()
	said, err := g.stderr.ReadString('\n')
	url := regexp.MustCompile(`http://127\.0\.0\.1:[0-9]+/[A-Za-z0-9_-]{32}/`).FindString(said)
	if err != nil || url == "" {
		g.t.Fatalf("it says %q (%v)", said, err)
	}
	request, err := http.NewRequestWithContext(deadline(g.t), "GET", url+"events", nil)
	if err != nil {
		g.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() { _ = response.Body.Close() })
	events := bufio.NewReader(response.Body)
	return func(all ...string) {
		g.t.Helper()
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
		g.t.Fatalf("no event has %q, the last is %s", all, event)
	}
}

// The page of compare --ui says which strategy is being measured, what is measured so far, and in the end the verdict.
func TestComparisonPage(t *testing.T) {
	g := startGated(t, "compare", "gate", "--on", "sync,pool", "--runs", "1", "--ui", "a")
	until := g.follow()
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
