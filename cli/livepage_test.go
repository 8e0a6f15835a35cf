package cli

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.com/overlap"
)

// The page of --ui says where the job stands while it runs, why calls failed, and in the end how it went.
func TestLivePage(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	goOn := make(chan struct{})
	task := overlap.Define("livepage", func(ctx context.Context, in string) (string, error) {
		if in == "bad" {
			return "", errors.New("it is <bad>")
		}
		select {
		case <-goOn:
		case <-ctx.Done():
		}
		return in, ctx.Err()
	})
	told, stderr := io.Pipe()
	status := make(chan int, 1)
	go func() {
		defer stderr.Close()
		status <- Run(ctx, []string{"mine", "run", "livepage", "--ui", "-o", os.DevNull, "bad", "a", "b"}, strings.NewReader(""),
			io.Discard, stderr, task)
	}()
	lines := bufio.NewScanner(told)
	var url string
	for url == "" && lines.Scan() {
		url = regexp.MustCompile(`http://127\.0\.0\.1:[0-9]+/[A-Za-z0-9_-]{32}/`).FindString(lines.Text())
	}
	go func() {
		for lines.Scan() { // so that the command can go on
		}
	}()
	request, err := http.NewRequestWithContext(ctx, "GET", url+"events", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
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
	until(`"task":"livepage"`, `"total":3`)
	until(`"done":1,`, `"failed":1,`, `"running":[[`)
	close(goOn)
	until(`"over":"3 calls in `, `"done":3,`)
	if got := <-status; got != exitFailed {
		t.Errorf("exit status %d", got)
	}
	if _, err := events.ReadString('\n'); err == nil {
		_, err = io.Copy(io.Discard, events)
		if err != nil {
			t.Errorf("the events end with %v", err)
		}
	}
}
