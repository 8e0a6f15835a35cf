package browser

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"example.com/overlap/compare"
	"example.com/overlap/report/live"
)

// measured has a page shown what a run of a strategy took, and that another begins.
func measured(page *live.Comparison, job, strategy string, atOnce int, seconds ...float64) {
	for round, wall := range seconds {
		at := compare.Progress{Job: job, Strategy: strategy, AtOnce: atOnce, Round: round + 1, Rounds: 6, Left: 93 * time.Second}
		page.Progress(at)
		at.Measurement = &compare.Measurement{WallSeconds: wall, Calls: 100}
		if strategy == "threads" {
			at.Measurement.Failed = 3
		}
		page.Progress(at)
	}
}

// The page of a comparison shows what is measured and the times so far, goes on when its connection has been cut, obeys
// nothing that names and errors hold, and keeps its last state when the comparison is over.
func TestComparisonPage(t *testing.T) {
	chromium(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	connections := &cutter{Listener: listener}
	page := live.NewComparison(live.AboutComparison{
		Jobs: 2, Strategies: []string{"sync", "threads", "pool", "async", "loop", "processes", hostile}, Longest: 5 * time.Minute,
	})
	server := live.ServeOn(connections, page)
	t.Cleanup(server.Close)
	b := newTab(t, 1280, 900, "light")
	b.site = server.URL()
	b.do(chromedp.Navigate(server.URL()))
	const (
		status = `document.getElementById('status').textContent`
		cells  = `[...document.querySelectorAll('.times tbody tr')].map((row) => row.innerText).join('|')`
	)
	b.until(status + ` === 'Live'`)
	b.picture("comparison-begins")

	const job = "fetch: 100 GETs of http://127.0.0.1:41234/json, 160 ms each"
	measured(page, job, "sync", 0, 16.2)
	measured(page, job, "threads", 0, 0.182, 0.179, 0.191)
	measured(page, job, "pool", 0, 2.72, 2.71, 2.74)
	measured(page, job, "async", 0, 0.171, 0.173, 0.169)
	page.Progress(compare.Progress{Job: job, Strategy: hostile, Err: errHostile})
	page.Progress(compare.Progress{Job: job, Strategy: "loop", Round: 3, Rounds: 6, Left: 93 * time.Second})
	b.until(`document.getElementById('strategy').textContent === 'loop'`)
	text := eval[string](b, cells)
	for _, want := range []string{"sync", "16.2 s", "3 of 100 calls failed", "182 ms", "loop", "not yet", "169 ms .. 173 ms", hostile} {
		if !strings.Contains(text, want) {
			t.Errorf("the table has no %q: %s", want, text)
		}
	}
	if now := eval[string](b, `document.querySelector('.current th').innerText`); now != "loop" {
		t.Errorf("the row of %q is marked", now)
	}
	if said := eval[string](b, `document.getElementById('run').innerText + ', ' + document.getElementById('left').innerText +
		', ' + document.getElementById('job').innerText`); said != "3 of 6, about 1:33, 1 of 2" {
		t.Errorf("it says %q", said)
	}
	longest := eval[float64](b, `document.querySelector('.times .median').getBoundingClientRect().width /
		document.querySelector('.track').getBoundingClientRect().width`)
	if longest < 0.9 || longest > 1 {
		t.Errorf("the bar of the slowest is %.2f of its room", longest)
	}
	b.isQuiet()
	pictures(t, server.URL(), "comparison", `document.querySelectorAll('.times tbody tr').length > 0`)
	if eval[int](b, `document.getAnimations().length`) > 0 {
		t.Error("something moves while a measurement is made")
	}

	narrow := newTab(t, 400, 800, "dark")
	narrow.site = server.URL()
	narrow.do(chromedp.Navigate(server.URL()))
	narrow.until(`document.querySelectorAll('.times tbody tr').length > 0`)
	if over := eval[int](narrow, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
		t.Errorf("the page is %d pixels too wide", over)
	}
	narrow.isQuiet()

	connections.cut()
	b.until(status + `.startsWith('No connection')`)
	measured(page, job, "loop", 0, 0.2, 0.2) // the first is shown when the second begins
	b.until(status + ` === 'Live' && (` + cells + `).includes('200 ms')`)
	b.forgive("net::ERR_") // of the connection that was cut

	measured(page, job, "pool", 64, 0.33, 0.34)
	measured(page, job, "pool", 32, 0.65, 0.64)
	page.Found(&compare.Report{Jobs: []*compare.JobReport{{Title: job, Verdict: "IO-bound. async won with 171 ms. " + hostile}}})
	measured(page, "primes: all up to n", "sync", 0, 1.2, 1.25)
	page.Over("all is done\n" + hostile)
	b.until(status + ` === 'The comparison is over'`)
	server.Close()
	b.do(frames)
	all := eval[string](b, `document.body.innerText`)
	for _, want := range []string{"pool, 64 at once", "335 ms", "async won with 171 ms. " + hostile, "primes: all up to n",
		"all is done", "With other numbers at once"} {
		if !strings.Contains(all, want) {
			t.Errorf("in the end the page has no %q: %s", want, all)
		}
	}
	if eval[bool](b, `'owned' in window || document.images.length > 0`) {
		t.Error("what a name or an error holds was obeyed")
	}
	if levels := eval[string](b, `document.querySelectorAll('.times')[1].innerText`); strings.Index(levels, "32 at once") >
		strings.Index(levels, "64 at once") {
		t.Errorf("the numbers at once are in another order: %s", levels)
	}
	b.isQuiet()
	b.picture("comparison-over")
}
