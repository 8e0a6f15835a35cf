package tune

import (
	"bytes"
	"cmp"
	"os"
	"runtime/metrics"
	"slices"
	"strconv"
	"syscall"
	"time"
	"unsafe"
)

// processes finds, in /proc, the processes that this one has started, those that they have started, and so on. Whoever
// was found stays among them, also when its parent has ended.
type processes struct {
	ours   map[int]ourProcess
	others map[int]bool
	memory ProcessMemory
	most   time.Duration // CPU time, when it was read last
	text   [1024]byte
	heap   [2]metrics.Sample
}

// ourProcess is what was seen of one when it was read last.
type ourProcess struct {
	used time.Duration // of CPU time
	runs bool          // or wanted to
	root int           // which one that this process started itself it is, or comes from
}

// read reads what they do. It costs a look at the names in /proc, and some 8 µs for each process that is ours or new.
func (p *processes) read() Processes {
	all := Processes{Known: true}
	// First, so that one that ends meanwhile is missing, rather than counted twice.
	all.CPU = usage(syscall.RUSAGE_SELF) + usage(syscall.RUSAGE_CHILDREN)
	folder, err := os.Open("/proc")
	if err != nil {
		return Processes{}
	}
	names, err := folder.Readdirnames(-1)
	_ = folder.Close()
	if err != nil || all.CPU < 0 {
		return Processes{}
	}
	self := os.Getpid()
	before, ours, others, busy, held := p.ours, map[int]ourProcess{}, map[int]bool{}, map[int]bool{}, map[int]int64{}
	rootOf := func(pid int) int { // 0: it is none of ours
		if one, is := ours[pid]; is {
			return one.root
		}
		return before[pid].root
	}
	for _, name := range names { // in the order of their numbers, and so parents first
		pid, err := strconv.Atoi(name)
		if err != nil || pid == self {
			continue
		}
		if p.others[pid] {
			others[pid] = true
			continue
		}
		one, ok := p.stat(name)
		switch {
		case !ok:
		case one.parent == self || rootOf(pid) > 0 || rootOf(one.parent) > 0:
			is := ourProcess{used: processTime(pid, one.used), root: cmp.Or(rootOf(pid), rootOf(one.parent), pid)}
			is.runs = one.state == 'R' || one.threads > 1 && before[pid].mayRun(is.used) && p.anotherRuns(name)
			ours[pid] = is
			all.CPU += one.ended + is.used
			all.Threads += int(one.threads)
			if one.state != 'Z' && (one.parent != self || one.flags&forkedNotExecuted == 0) { // else it holds none, or this process' own
				all.Memory.Used += one.memory
				held[is.root] += one.memory
			}
			if is.runs {
				all.Running++
				busy[is.root] = true
			}
		default:
			others[pid] = true
		}
	}
	p.ours, p.others = ours, others
	all.Busy = len(busy)
	all.CPU = max(all.CPU, p.most)
	p.most = all.CPU
	all.Memory.Used += p.own()
	p.memory.Look(held, &all)
	return all
}

// own is what the Go runtime holds.
func (p *processes) own() int64 {
	p.heap[0].Name, p.heap[1].Name = "/memory/classes/total:bytes", "/memory/classes/heap/released:bytes"
	metrics.Read(p.heap[:])
	return int64(number(p.heap[0]) - number(p.heap[1]))
}

// processStat is what is used of /proc/PID/stat.
type processStat struct {
	state       byte
	parent      int
	flags       int64
	used, ended time.Duration // CPU time of the process, and of those that it has waited for
	memory      int64         // that it has in memory, in bytes
	threads     int64
}

// forkedNotExecuted is a flag of a process that has not begun its own program yet (PF_FORKNOEXEC).
const forkedNotExecuted = 0x40

// stat reads a process' file; false if it has gone.
func (p *processes) stat(pid string) (processStat, bool) {
	file, err := syscall.Open("/proc/"+pid+"/stat", syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return processStat{}, false
	}
	n, err := syscall.Read(file, p.text[:])
	_ = syscall.Close(file)
	if err != nil {
		return processStat{}, false
	}
	return parseStat(p.text[:n])
}

// mayRun reports whether it is worth it to look at the threads of a process: it has used CPU time since, or wanted a core then
// and may not have been given one. Most of many processes wait, and to look at the threads of all would cost ten times as much.
func (b ourProcess) mayRun(used time.Duration) bool {
	const little = 100 * time.Microsecond // which a process uses also when its calls wait
	return b.runs || used > b.used+little
}

// anotherRuns reports whether a thread of a process runs or wants to, but for the first one, whose state is that of the process:
// in a Go program any thread computes.
func (p *processes) anotherRuns(pid string) bool {
	folder, err := os.Open("/proc/" + pid + "/task")
	if err != nil {
		return false
	}
	names, _ := folder.Readdirnames(-1)
	_ = folder.Close()
	return slices.ContainsFunc(names, func(name string) bool {
		one, ok := p.stat(pid + "/task/" + name)
		return name != pid && ok && one.state == 'R'
	})
}

// parseStat reads what proc_pid_stat(5) describes.
func parseStat(text []byte) (one processStat, ok bool) {
	text = text[bytes.LastIndexByte(text, ')')+1:] // the name before it may have anything in it
	fields := bytes.Fields(text)                   // from the third on
	if len(fields) < 22 {
		return processStat{}, false
	}
	field := func(number int) int64 {
		n, _ := strconv.ParseInt(string(fields[number-3]), 10, 64)
		return n
	}
	const tick = 10 * time.Millisecond // USER_HZ is 100 on every system that Go runs on
	return processStat{
		state: fields[0][0], parent: int(field(4)), flags: field(9),
		used: time.Duration(field(14)+field(15)) * tick, ended: time.Duration(field(16)+field(17)) * tick,
		memory: field(24) * int64(os.Getpagesize()), threads: field(20),
	}, true
}

// processTime is the CPU time of a process by its clock, which is exact; what its file says, in ticks, if it has none
// any more.
func processTime(pid int, ticks time.Duration) time.Duration {
	const ofProcess = 2 // CPUCLOCK_SCHED
	var at syscall.Timespec
	clock := uintptr(int32(^pid<<3 | ofProcess))
	if _, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, clock, uintptr(unsafe.Pointer(&at)), 0); errno != 0 {
		return ticks
	}
	return time.Duration(at.Nano())
}

// usage is the CPU time of this process, or of the children that it has waited for; negative where that is not known.
func usage(who int) time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(who, &u) != nil {
		return -1
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
