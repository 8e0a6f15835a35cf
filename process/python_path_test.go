package process

import (
	"os/exec"
	"strings"
	"sync"
)

// findPython is the interpreter itself rather than a script that looks for one, as version managers put it into the path:
// that can take longer than all the rest of a worker's start, and tests start hundreds of workers.
var findPython = sync.OnceValue(func() string {
	out, err := exec.Command("python3", "-c", "import sys; print(sys.executable)").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
})
