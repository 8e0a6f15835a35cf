package cli

import "testing"

// Where inputs are chunks in memory, no more are drawn ahead than there is room for, however many calls run at once or wait for
// their turn; but as many as the user wants to run at once.
func TestWindowOfChunksInMemory(t *testing.T) {
	const kib, mib = 1 << 10, 1 << 20
	for name, c := range map[string]struct {
		on    string
		flags func(*runFlags)
		want  int
	}{
		"no chunks":            {autoStrategy, func(*runFlags) {}, 0},
		"piped":                {autoStrategy, func(f *runFlags) { f.inputs.pipe = true }, 512},
		"piped, large":         {autoStrategy, func(f *runFlags) { f.inputs.pipe, f.inputs.chunk.bytes = true, 64*mib }, 8},
		"piped, small":         {autoStrategy, func(f *runFlags) { f.inputs.pipe, f.inputs.chunk.bytes = true, 64*kib }, 8192},
		"of files":             {autoStrategy, func(f *runFlags) { f.inputs.chunk.bytes = 64 * mib }, 0},
		"of files, sent along": {autoStrategy, func(f *runFlags) { f.inputs.ship, f.inputs.chunk.bytes = true, 64*mib }, 8},
		"in order": {poolStrategy, func(f *runFlags) {
			f.inputs.pipe, f.inputs.chunk.bytes, f.results.keepOrder, f.where.jobs.calls = true, 64*mib, true, 2
		}, 8},
		"twenty at once": {poolStrategy, func(f *runFlags) {
			f.inputs.pipe, f.inputs.chunk.bytes, f.where.jobs.calls = true, 64*mib, 20
		}, 20},
		"on processes":                     {"processes", func(*runFlags) {}, 0},
		"on processes of another language": {poolStrategy, func(f *runFlags) { f.where.worker, f.where.jobs.calls = "python3 t.py", 2 }, 0},
		"in order, of workers that make twenty each": {poolStrategy, func(f *runFlags) {
			f.where.worker, f.where.jobs.calls, f.where.perWorker, f.results.keepOrder = "python3 t.py 20", 8, 20, true
		}, 640},
		"two at once": {poolStrategy, func(f *runFlags) { f.inputs.pipe, f.where.jobs.calls = true, 2 }, 2},
	} {
		var flags runFlags
		c.flags(&flags)
		s, err := new(program).strategy(c.on)
		if err != nil {
			t.Fatal(err)
		}
		if got := flags.window(s, 0); got != c.want {
			t.Errorf("%s: a window of %d, want %d", name, got, c.want)
		}
	}
}
