//go:build linux

package process

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"sync"
	"syscall"

	"example.com/overlap"
)

// order is a call that misbehaves, if Fault is not empty.
type order struct {
	Number int
	Fault  string
}

var obey = overlap.Define("obey", func(ctx context.Context, o order) (int, error) {
	if do, ok := misdeeds[o.Fault]; ok {
		do()
	} else if o.Fault != "" {
		return 0, fmt.Errorf("there is no misdeed %q", o.Fault)
	}
	return 2 * o.Number, nil
})

var sink []any // keeps what is allocated

func kill(signal syscall.Signal) func() {
	return func() {
		syscall.Kill(os.Getpid(), signal)
		select {} // until it arrives
	}
}

func recurse(n int) int {
	if n < 0 {
		return 0
	}
	return recurse(n+1) + recurse(n+2)
}

var misdeeds map[string]func()

func init() {
	misdeeds = map[string]func(){
		"exit 0":    func() { os.Exit(0) },
		"exit 3":    func() { os.Exit(3) },
		"log.Fatal": func() { log.Fatal("this is the end") },
		"panic":     func() { panic("oh dear") },
		"goexit":    runtime.Goexit,
		"nil":       func() { var p *int; *p = 1 },
		"panic elsewhere": func() {
			go func() { panic("oh dear, elsewhere") }()
			select {}
		},
		"panic elsewhere among many": func() {
			for range 300 {
				go func() { select {} }()
			}
			runtime.Gosched()
			go func() { panic("oh dear, elsewhere") }()
			select {}
		},
		"nil elsewhere": func() {
			go func() { var p *int; *p = 1 }()
			select {}
		},
		"stack overflow": func() { sink = append(sink, recurse(0)) },
		"fatal error":    func() { new(sync.Mutex).Unlock() },
		"concurrent map write": func() {
			runtime.GOMAXPROCS(4) // for two writes to meet soon
			m := map[int]int{}
			for range 4 {
				go func() {
					for i := 0; ; i++ {
						m[i%4096] = i
					}
				}()
			}
			select {}
		},
		"out of memory": func() {
			for {
				b := make([]byte, 8<<20)
				for i := 0; i < len(b); i += 4096 {
					b[i] = 1
				}
				sink = append(sink, b)
			}
		},
		"shares memory": shareMemory,
		"has children":  haveChildren,
		"SIGKILL":       kill(syscall.SIGKILL),
		"SIGSEGV":       kill(syscall.SIGSEGV),
		"SIGABRT":       kill(syscall.SIGABRT),
		"SIGTERM":       kill(syscall.SIGTERM),
		"SIGSTOP":       kill(syscall.SIGSTOP),
		"tight loop": func() {
			for n := 0; ; n++ {
			}
		},
		"blocked system call": func() {
			var ends [2]int
			syscall.Pipe(ends[:])
			syscall.Read(ends[0], make([]byte, 1))
		},
		"deaf": func() {
			signal.Ignore(syscall.SIGQUIT, syscall.SIGTERM, syscall.SIGINT)
			select {}
		},
		"closes its files": func() {
			for fd := range 21 {
				syscall.Close(fd)
			}
		},
		"prints 10 MB": func() {
			line := strings.Repeat("x", 1023) + "\n"
			for range 10 << 10 / 2 {
				os.Stdout.WriteString(line)
				os.Stderr.WriteString(line)
			}
		},
		"prints without end of line": func() { os.Stdout.WriteString(strings.Repeat("y", 1<<20)) },
		"reads standard input": func() {
			if n, err := os.Stdin.Read(make([]byte, 1)); n != 0 || err == nil {
				panic("there was something to read")
			}
		},
		"greets again": func() { // where an answer is awaited
			syscall.Write(fileReplies, frames("hello"))
			select {}
		},
		"prints frames": func() {
			var b []byte
			for k := range kindSkipped + 1 {
				b = appendHead(b, k)
			}
			os.Stdout.Write(b)
		},
	}
}
