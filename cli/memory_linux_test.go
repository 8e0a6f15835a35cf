package cli

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// peakHeap is the most that a program had on its heap at the end of a collection, in MB, when it ran over n lines. The
// memory of the process is not asked for: what the race detector needs grows with all that runs.
func peakHeap(t *testing.T, n int, program string, args ...string) (peak int) {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(deadline(t), path, args...)
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0", "GODEBUG=gctrace=1")
	cmd.Stdin = io.LimitReader(endless{}, int64(n*len(endlessLine)))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, told := range collection.FindAllSubmatch(out, -1) {
		size, _ := strconv.Atoi(string(told[1])) // digits
		peak = max(peak, size)
	}
	return peak
}

// collection is what gctrace tells of one: how much was on the heap at its beginning, at its end, and in use.
var collection = regexp.MustCompile(`[0-9]+->([0-9]+)->[0-9]+ MB, [0-9]+ MB goal`)

var endlessLine = append(bytes.Repeat([]byte("x"), 999), '\n')

// endless is the same line again and again.
type endless struct{}

func (endless) Read(to []byte) (int, error) {
	n := 0
	for len(to)-n >= len(endlessLine) {
		n += copy(to[n:], endlessLine)
	}
	return n, nil
}

// Whatever the number of inputs, memory stays what it is: at the most the window (64 calls, or twice as many as run at
// once) and the blocks that are read and written. With 3,000,000 inputs it was what it was with 10,000, a heap of 20 MB
// of which half was in use. The many would take 30 MB by themselves, and with their results several times that.
func TestMemoryDoesNotGrowWithTheInputs(t *testing.T) {
	if testing.Short() {
		t.Skip("reads many inputs")
	}
	for _, more := range [][]string{nil, {"-k"}, {"--on", "sync"}} {
		args := append([]string{"run", "echo", "-o", os.DevNull}, more...)
		few, many := peakHeap(t, 5_000, "mine", args...), peakHeap(t, 30_000, "mine", args...)
		if few+many == 0 || many > few+20 {
			t.Errorf("%v: %d MB for 5,000 inputs, %d MB for 30,000", args, few, many)
		}
	}
}

// Whatever commands print, memory stays what it is: FILE of -o has one line for all of it.
func TestMemoryDoesNotGrowWithTheOutput(t *testing.T) {
	if testing.Short() {
		t.Skip("writes large files")
	}
	peak := func(size string) int {
		return peakHeap(t, 0, "overlap", "exec", "-j", "2", "-o", filepath.Join(t.TempDir(), "out.jsonl"), "sh", "-c",
			`yes 'some "text"' | head -c "$0"; yes | head -c "$0" | tr y '\377' >&2`, size, ":::", "1", "2", "3")
	}
	few, many := peak("100000"), peak("20000000")
	if few+many == 0 || many > few+20 {
		t.Errorf("%d MB for outputs of 100 kB, %d MB for 20 MB", few, many)
	}
}

// A body that a result keeps takes a few times what it takes encoded, six bytes for a NUL: without the writing in
// pieces it took ten times as much, and more to standard output.
func TestMemoryOfKeptBodies(t *testing.T) {
	if testing.Short() {
		t.Skip("keeps large bodies")
	}
	const size = 2 << 20
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = z.Write(make([]byte, size))
		_ = z.Close()
	}))
	defer server.Close()
	request := `{"url":"` + server.URL + `","keep_body":true}`
	inFile := peakHeap(t, 0, "overlap", "run", "fetch", "-o", filepath.Join(t.TempDir(), "out.jsonl"), request)
	toStdout := peakHeap(t, 0, "overlap", "run", "fetch", "-o", "-", request)
	if most := 6 * size >> 20; inFile == 0 || inFile > 3*most || toStdout > 5*most {
		t.Errorf("for a body of %d MB encoded, %d MB with -o, %d MB to standard output", most, inFile, toStdout)
	}
}
