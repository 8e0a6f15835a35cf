package cli

import (
	"fmt"
	"reflect"
	"strings"

	"example.com/overlap"
	"example.com/overlap/internal/plain"
	"example.com/overlap/source"
)

// taskHelp says what a task takes and gives: what a user writes as an input, and the fields that JSON has.
func (p *program) taskHelp(task overlap.AnyTask) string {
	in, out := task.Types()
	var b strings.Builder
	fmt.Fprintf(&b, "%s: from %s to %s\n\n", task.Name(), in, out)
	if version := task.Version(); version != "" {
		fmt.Fprintf(&b, "It is of version %s: the workers of a cluster must have the same.\n", version)
	}
	fmt.Fprintf(&b, "It takes %s: as arguments, as lines of --from FILE or of standard input.\n", source.Describe(task))
	if source.TakesRanges(task) {
		fmt.Fprintf(&b, "An argument may be a range of them: %s run %s 1..1000\n", p.name, task.Name())
	}
	if other, ok := reflect.Zero(in).Interface().(interface{ InputFields() any }); ok {
		in = reflect.TypeOf(other.InputFields())
	}
	writeFields(&b, "An input", in)
	writeFields(&b, "A value", out)
	return plain.Text(b.String())
}

// writeFields lists the fields that the JSON of a struct has.
func writeFields(b *strings.Builder, what string, of reflect.Type) {
	for of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	if of.Kind() != reflect.Struct {
		return
	}
	var lines []string
	for _, field := range reflect.VisibleFields(of) {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if !field.IsExported() || field.Anonymous || name == "-" && options == "" {
			continue
		}
		if name == "" {
			name = field.Name
		}
		line := fmt.Sprintf("  %-16s %s", name, strings.TrimLeft(field.Type.String(), "*"))
		if strings.Contains(options, "omit") {
			line += ", may be left out"
		}
		lines = append(lines, line)
	}
	if len(lines) > 0 {
		fmt.Fprintf(b, "\n%s has these fields in JSON:\n%s\n", what, strings.Join(lines, "\n"))
	}
}
