package tune

import (
	"math"
	"os"
	"path"
	"strconv"
	"strings"
)

// memoryLimit is how much memory this process, which uses so much of it, and others may use together, and how much the
// others do: of its control group, or of the machine where that has less left. 0: not known.
func memoryLimit(used int64) (limit, others int64) {
	if available, ok := memoryAvailable(); ok {
		limit = used + available
	}
	for _, group := range controlGroups() {
		most, ok := readNumber(group.file(group.limit))
		if !ok {
			continue
		}
		foreign := int64(0)
		if anonymous, ok := readField(group.file("memory.stat"), group.anonymous); ok {
			foreign = max(0, anonymous-used)
		}
		if limit == 0 || most-foreign < limit-others {
			limit, others = most, foreign
		}
	}
	return limit, others
}

// ControlGroupLimit is how much memory the control group of this process may use; 0: any, or it is not known.
func ControlGroupLimit() int64 {
	least := int64(0)
	for _, group := range controlGroups() {
		if most, ok := readNumber(group.file(group.limit)); ok && (least == 0 || most < least) {
			least = most
		}
	}
	return least
}

// memoryAvailable is how much memory the machine could give to whoever asks.
func memoryAvailable() (int64, bool) {
	kilobytes, ok := readField("/proc/meminfo", "MemAvailable:")
	return kilobytes << 10, ok
}

// controlGroup is one whose limit holds for this process.
type controlGroup struct{ folder, limit, anonymous string }

func (g controlGroup) file(name string) string { return path.Join(g.folder, name) }

// controlGroups are those of this process, and those around them: version 2, and the memory controller of version 1.
func controlGroups() []controlGroup {
	text, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil
	}
	var groups []controlGroup
	for line := range strings.Lines(string(text)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) < 3 {
			continue
		}
		for folder := path.Clean("/" + parts[2]); ; folder = path.Dir(folder) {
			switch {
			case parts[0] == "0" && parts[1] == "":
				groups = append(groups, controlGroup{path.Join("/sys/fs/cgroup", folder), "memory.max", "anon"})
			case strings.Contains(","+parts[1]+",", ",memory,"):
				groups = append(groups,
					controlGroup{path.Join("/sys/fs/cgroup/memory", folder), "memory.limit_in_bytes", "total_rss"})
			}
			if folder == "/" {
				break
			}
		}
	}
	return groups
}

// readNumber reads a file that is one number; false where it is none, as "max", or one that stands for no limit.
func readNumber(name string) (int64, bool) {
	text, err := os.ReadFile(name)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return n, err == nil && n > 0 && n < math.MaxInt64/4096*4096-1<<20
}

// readField reads the number behind a name at the start of a line.
func readField(name, field string) (int64, bool) {
	text, err := os.ReadFile(name)
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(text)) {
		if words := strings.Fields(line); len(words) >= 2 && words[0] == field {
			n, err := strconv.ParseInt(words[1], 10, 64)
			return n, err == nil
		}
	}
	return 0, false
}
