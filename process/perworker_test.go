package process

import "testing"

// What a worker says in its hello is how many calls it makes at once.
func TestPerWorker(t *testing.T) {
	nothingLeft(t)
	check := func(name string, p *Pool, want int) {
		if err := p.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := p.PerWorker(); got != want {
			t.Errorf("%s: a worker makes %d calls at once, want %d", name, got, want)
		}
	}
	one, _ := fakes(t, 1, "start")
	check("a command's", one, 1)
	several, _ := fakes(t, 1, "parallel,start")
	check("a command's that makes several at once", several, 64)
	ours := New(1, Silent())
	defer ours.Close()
	check("of this program", ours, 0)
}
