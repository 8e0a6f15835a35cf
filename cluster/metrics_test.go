package cluster

import (
	"bufio"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"example.com/overlap"
)

// What Metrics says is what has happened, in the format of Prometheus, until it is over.
func TestMetrics(t *testing.T) {
	var m Metrics
	x := embedded(t, Measure(&m))
	leave := working(t, x.Join(), 2, Measure(&m))
	if err := x.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := overlap.Map(t.Context(), x, double, numbers(100)); err != nil {
		t.Fatal(err)
	}
	_, _ = overlap.Map(t.Context(), x, failer, []int{1}) // it fails
	page := ""
	eventually(t, "the chunks that were taken have left the queue", func() bool { // who took one says so, and waits for nothing
		page = pageOf(t, &m)
		return strings.Contains(page, "overlap_engine_queued_chunks 0\n")
	})
	for _, line := range []string{
		"overlap_workers 1", "overlap_slots 2", `overlap_calls_total{outcome="succeeded"} 100`,
		`overlap_calls_total{outcome="failed"} 1`, "overlap_worker_slots 2", `overlap_worker_calls_total{outcome="succeeded"} 100`,
		"overlap_engine_connections 2", "# TYPE overlap_calls_total counter",
	} {
		if !strings.Contains(page, line+"\n") {
			t.Errorf("%q is not in\n%s", line, page)
		}
	}
	leave()
	x.Close()
	if page := pageOf(t, &m); page != "" {
		t.Errorf("when all is over there is left\n%s", page)
	}
}

// pageOf checks the form of a page, and returns it.
func pageOf(t *testing.T, m *Metrics) string {
	t.Helper()
	form := regexp.MustCompile(`^(# HELP [a-z_]+ .+\.|# TYPE [a-z_]+ (gauge|counter)|[a-z_]+(\{[a-z]+="[a-z ]+"\})? [0-9.e+]+)$`)
	w := httptest.NewRecorder()
	m.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	text := w.Body.String()
	for lines := bufio.NewScanner(strings.NewReader(text)); lines.Scan(); {
		if !form.MatchString(lines.Text()) {
			t.Errorf("%q is no line of the format", lines.Text())
		}
	}
	return text
}
