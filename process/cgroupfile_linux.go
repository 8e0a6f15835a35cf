package process

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// cgroupPath is the directory of a process's cgroup v2, by the texts of its /proc/PID/cgroup and mountinfo; "" if it is
// not to be seen.
func cgroupPath(memberships, mounts string) string {
	path := ""
	for line := range strings.Lines(memberships) {
		if p, ok := strings.CutPrefix(line, "0::"); ok {
			path = strings.TrimSuffix(p, "\n")
		}
	}
	if path == "" || strings.HasPrefix(path, "/..") { // the latter is outside of the namespace's root
		return ""
	}
	for line := range strings.Lines(mounts) {
		what, how, _ := strings.Cut(line, " - ")
		fields := strings.Fields(what)
		if !strings.HasPrefix(how, "cgroup2 ") || len(fields) < 5 {
			continue
		}
		root, point := strings.TrimSuffix(unescape.Replace(fields[3]), "/"), unescape.Replace(fields[4])
		if below, ok := strings.CutPrefix(path+"/", root+"/"); ok {
			return filepath.Join(point, below)
		}
	}
	return ""
}

// unescape undoes what mountinfo does to a path.
var unescape = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)

// lists reports whether a file of a cgroup has the word.
func lists(dir, file, word string) bool { return slices.Contains(words(dir, file), word) }

func words(dir, file string) []string {
	text, _ := os.ReadFile(filepath.Join(dir, file))
	return strings.Fields(string(text))
}

func exists(dir, file string) bool {
	_, err := os.Stat(filepath.Join(dir, file))
	return err == nil
}

// write sets a file of a cgroup, at once as the kernel wants it.
func write(dir, file, text string) error {
	f, err := os.OpenFile(filepath.Join(dir, file), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString(text)
	return err
}
