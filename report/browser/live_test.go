package browser

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"example.com/overlap"
	"example.com/overlap/report/live"
)

const hostile = "</script><script>window.owned=1</script><img src=x onerror=window.owned=1>"

var errHostile = errors.New(hostile)

// liveJob runs calls of some milliseconds, of which some fail, until stop is called, which returns when none runs.
func liveJob(t *testing.T) (job *live.Job, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	task := overlap.Func(func(ctx context.Context, in int) (int, error) {
		time.Sleep(time.Duration(5+in%7*10) * time.Millisecond)
		if in%11 == 10 {
			return 0, errHostile
		}
		return in, nil
	})
	var drawn, ended, failed atomic.Int64
	workers := func() []live.Worker {
		return []live.Worker{
			{ID: "1", Name: "worker alpha/4711", Counted: true, Runs: "resize, 4 calls at once", Made: ended.Load()},
			{ID: "2", Name: "worker " + hostile, Counted: true, Runs: "no calls of this job"},
		}
	}
	job = live.New(live.About{Task: hostile, Where: "on auto", Workers: workers}, func() live.Calls {
		return live.Calls{
			Total: 100_000, Drawn: drawn.Load(), Ended: ended.Load(), Failed: failed.Load(), Queued: 1234,
		}
	})
	auto := overlap.Auto(overlap.Max(16), overlap.ExplainSteps(job.Step), overlap.ExplainCaps(job.Cap), overlap.Explain(job.Found))
	over := make(chan struct{})
	go func() {
		defer close(over)
		inputs := func(yield func(int) bool) {
			for i := 0; ctx.Err() == nil; i++ {
				drawn.Add(1)
				if !yield(i) {
					return
				}
			}
		}
		for r := range overlap.Stream(context.Background(), auto, task, inputs, job.Observe()) {
			ended.Add(1)
			job.Ended(r.Worker, r.Index, r.Started, r.Finished, r.Err != nil)
			if r.Err != nil {
				failed.Add(1)
				job.Failed(r.Outcome, hostile, "input")
			}
		}
	}()
	stop = func() {
		cancel()
		<-over
	}
	t.Cleanup(stop)
	return job, stop
}

// cutter is a listener whose connections can be cut.
type cutter struct {
	net.Listener
	mu    sync.Mutex
	conns []net.Conn
}

func (c *cutter) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conns = append(c.conns, conn)
	return conn, err
}

func (c *cutter) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.conns {
		_ = conn.Close()
	}
	c.conns = nil
}

// The page of a job that runs moves, goes on when its connection has been cut, obeys nothing that errors hold, and says in
// the end that the job is over.
func TestLivePage(t *testing.T) {
	chromium(t)
	job, stop := liveJob(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	connections := &cutter{Listener: listener}
	page := live.ServeOn(connections, job)
	t.Cleanup(page.Close)
	b := newTab(t, 1280, 900, "light")
	b.site = page.URL()
	b.do(chromedp.Navigate(page.URL()))
	const (
		done   = `Number(document.getElementById('done').textContent.replaceAll(',', ''))`
		status = `document.getElementById('status').textContent`
		noted  = `document.querySelector('#failures tbody td')?.textContent`
	)
	b.until(done + ` > 20 && Number(` + noted + `) > 1`)
	const row = `document.querySelectorAll('#workers tbody tr')[1].innerText`
	b.until(`/^worker alpha\/4711\tresize, 4 calls at once\t[1-9][0-9.]*\t[1-9]/.test(` + row + `)`)
	const queued = `(document.getElementById('queued-tile').hidden ? 'hidden' : document.getElementById('queued').textContent)`
	b.until(queued + ` === '1,234'`)
	b.isQuiet()
	pictures(t, page.URL(), "live", `document.querySelector('#failures td') !== null`)
	narrow := newTab(t, 400, 800, "dark")
	narrow.site = page.URL()
	narrow.do(chromedp.Navigate(page.URL()), chromedp.WaitVisible(chromedp.CSS(`#failures td`)), frames)
	if over := eval[int](narrow, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
		t.Errorf("the page is %d pixels too wide", over)
	}
	narrow.isQuiet()

	b.do(chromedp.Evaluate[chromedp.Void](`window.before = ` + done))
	connections.cut()
	b.until(status + `.startsWith('No connection')`)
	b.until(status + ` === 'Live' && ` + done + ` > window.before`)
	b.forgive("net::ERR_") // of the connection that was cut

	b.do(chromedp.Focus(chromedp.CSS(`#rows`)), chromedp.KeyEvent(kb.End), frames)
	if said := eval[string](b, `document.getElementById('told').textContent`); !strings.HasPrefix(said, "Call ") {
		t.Errorf("after a key it says %q", said)
	}
	stop()
	job.Over("all is done\n" + hostile)
	b.until(status + ` === 'The job is over'`)
	if over := eval[string](b, `document.getElementById('over').innerText`); !strings.Contains(over, hostile) {
		t.Errorf("in the end it says %q", over)
	}
	if now := eval[string](b, queued); now != "0" {
		t.Errorf("in the end %s calls are queued", now)
	}
	if eval[bool](b, `'owned' in window || document.images.length > 0`) {
		t.Error("what an error holds was obeyed")
	}
	b.picture("live-over")
	page.Close()
	b.isQuiet()
}
