package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"

	"example.com/overlap"
	"example.com/overlap/internal/plain"
	"example.com/overlap/internal/secret"
	"example.com/overlap/internal/thread"
)

// tellingWhere is a task whose calls say where they run, if they do so in this process.
func (p *program) tellingWhere(task *overlap.Task[any, any]) *overlap.Task[any, any] {
	return task.Around(func(fn func(context.Context, any) (any, error)) func(context.Context, any) (any, error) {
		return func(ctx context.Context, in any) (any, error) {
			on := fmt.Sprintf("process %d (%s)", os.Getpid(), p.name)
			if number, known := thread.Number(); known {
				on += fmt.Sprintf(", thread %d", number)
			}
			p.messages.sayf("%s: %s, goroutine %d", inputInShort(in), on, thread.Goroutine())
			return fn(ctx, in)
		}
	})
}

// tellProcess says in which worker process an attempt was made; worker is the command of --worker, if there is one.
func (p *program) tellProcess(worker string) func(call overlap.Call, pid int) {
	name := p.name
	if words, err := splitCommand(worker); err == nil && len(words) > 0 {
		name = filepath.Base(words[0])
	}
	return func(call overlap.Call, pid int) {
		in := reflect.Indirect(reflect.ValueOf(call.Input())).Interface()
		p.messages.sayf("%s: process %d (%s)", inputInShort(in), pid, name)
	}
}

// inputInShort is the input of a call in a few words.
func inputInShort(in any) string {
	const most = 60
	if text := reflect.ValueOf(in); text.Kind() == reflect.Slice && text.Type().Elem().Kind() == reflect.Uint8 {
		in = string(text.Bytes())
	}
	return plain.Shorten(plain.Line(secret.Mask(fmt.Sprint(in))), most)
}
