package source

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Glob is the source of the files and directories that match one of the patterns, each with its path. A pattern is what
// a shell takes: * and ? stand for what is in a name, [a-z] for one character of it, \ before a character for itself,
// {png,jpg} for one of several texts, and ** as a whole name for any number of directories, also none, or at the end
// for all that is below one. A name that begins with a dot is matched where the pattern has that dot. Symbolic links to
// directories are followed where a pattern names them or matches their names, but not by **. A pattern that ends with /
// matches directories alone.
//
// The paths of a directory come sorted by name, and none comes twice. They are found as they are asked for. Memory is
// held for the names that match in one directory, and in those that lead there. A pattern that cannot be read is an
// error now; that nothing matches, and a directory that cannot be read, as the items come.
func Glob(patterns ...string) (*Source, error) {
	w := &walk{}
	for _, p := range patterns {
		alternatives, err := braces(filepath.ToSlash(p))
		if err != nil {
			return nil, fmt.Errorf("%s is no pattern: %w", quote(p), err)
		}
		for _, a := range alternatives {
			if err := w.add(a); err != nil {
				return nil, fmt.Errorf("%s is no pattern: %w", quote(p), err)
			}
		}
	}
	name := "the files that match " + strings.Join(patterns, ", ")
	return &Source{Name: name, Count: Unknown, Items: w.items(strings.Join(patterns, ", "))}, nil
}

// globPart is one name of a pattern.
type globPart struct {
	pattern string
	literal string // what it is without \, if it stands for one name
	isName  bool   // it does
	deep    bool   // **
}

// walk looks for several patterns at once. A state of it is what is left of a pattern.
type walk struct {
	roots map[string][][]globPart // by where the pattern begins: "" or "/"
	yield func(Item, error) bool
	found bool
}

// errLeft ends a walk whose items are not wanted any more.
var errLeft = errors.New("the loop was left")

func (w *walk) add(pattern string) error {
	root := ""
	if strings.HasPrefix(pattern, "/") {
		root = "/"
	}
	var parts []globPart
	for name := range strings.SplitSeq(strings.Trim(pattern, "/"), "/") {
		if name == "" {
			continue
		}
		if _, err := path.Match(name, ""); err != nil {
			return err
		}
		part := globPart{pattern: name, deep: name == "**"}
		if !strings.ContainsAny(name, "*?[") {
			part.isName, part.literal = true, unescape(name)
		}
		if part.deep && len(parts) > 0 && parts[len(parts)-1].deep {
			continue
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return errors.New("it names no file")
	}
	if strings.HasSuffix(pattern, "/") {
		parts = append(parts, globPart{}) // what is left of it where only a directory matches
	}
	if w.roots == nil {
		w.roots = map[string][][]globPart{}
	}
	w.roots[root] = append(w.roots[root], parts)
	return nil
}

func unescape(name string) string {
	var out strings.Builder
	for i := 0; i < len(name); i++ {
		if name[i] == '\\' && i+1 < len(name) {
			i++
		}
		out.WriteByte(name[i])
	}
	return out.String()
}

func (w *walk) items(patterns string) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		w := &walk{roots: w.roots, yield: yield}
		for _, root := range []string{"", "/"} {
			if len(w.roots[root]) == 0 {
				continue
			}
			if err := w.directory(root, w.roots[root]); err != nil {
				if !errors.Is(err, errLeft) {
					yield(Item{}, fmt.Errorf("cannot find all files that match %s: %w", patterns, err))
				}
				return
			}
		}
		if !w.found {
			yield(Item{}, fmt.Errorf("no file matches %s", patterns))
		}
	}
}

// directory gives what matches in a directory and below.
func (w *walk) directory(dir string, states [][]globPart) error {
	names, err := candidates(dir, states)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := w.entry(dir+name.text, name, states); err != nil {
			return err
		}
	}
	return nil
}

// entry gives what matches of one name in a directory and below.
func (w *walk) entry(at string, name dirName, states [][]globPart) error {
	var next [][]globPart
	found := ""
	for _, s := range name.after(states) {
		switch {
		case len(s) == 0:
			found = at
		case s[0].pattern != "":
			next = append(next, s)
		case found == "" && name.isDirectory(at):
			found = at + "/"
		}
	}
	if found != "" {
		w.found = true
		if !w.yield(Item{Text: filepath.FromSlash(found)}, nil) {
			return errLeft
		}
	}
	if len(next) > 0 && name.isDirectory(at) {
		return w.directory(at+"/", next)
	}
	return nil
}

// dirName is a name in a directory.
type dirName struct {
	text string
	kind fs.FileMode // its type
}

func (d dirName) isDirectory(at string) bool {
	if d.kind&fs.ModeSymlink == 0 {
		return d.kind.IsDir()
	}
	info, err := os.Stat(at)
	return err == nil && info.IsDir()
}

// after is what is left of the patterns once the name is matched; a pattern may be left in several ways.
func (d dirName) after(states [][]globPart) (left [][]globPart) {
	hidden := strings.HasPrefix(d.text, ".")
	for _, s := range states {
		if s[0].deep {
			if !hidden && d.kind&fs.ModeSymlink == 0 {
				left = add(left, s)
			}
			if s = s[1:]; len(s) == 0 {
				if !hidden {
					left = add(left, nil)
				}
				continue
			}
		}
		if s[0].matches(d.text, hidden) {
			left = add(left, s[1:])
		}
	}
	return left
}

// add adds what is left of a pattern, if it is not there yet: otherwise a/**/a/** would be left in more ways at each a.
func add(states [][]globPart, left []globPart) [][]globPart {
	for _, s := range states {
		if len(s) == len(left) && (len(s) == 0 || &s[0] == &left[0]) {
			return states
		}
	}
	return append(states, left)
}

func (p globPart) matches(name string, hidden bool) bool {
	if p.isName || p.pattern == "" {
		return p.isName && p.literal == name
	}
	if hidden && !strings.HasPrefix(p.pattern, ".") && !strings.HasPrefix(p.pattern, `\.`) {
		return false
	}
	ok, _ := path.Match(p.pattern, name)
	return ok
}

// candidates are the names in a directory that any of the patterns may match, sorted. Where all patterns say the name,
// the directory need not be readable.
func candidates(dir string, states [][]globPart) (names []dirName, err error) {
	if !slices.ContainsFunc(states, func(s []globPart) bool { return !s[0].isName }) {
		for _, s := range states {
			name := s[0].literal
			if info, err := os.Lstat(dir + name); err == nil {
				names = append(names, dirName{name, info.Mode().Type()})
			} else if !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
		}
		return sorted(names), nil
	}
	open := dir
	if dir == "" {
		open = "."
	}
	file, err := os.Open(open)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // it has gone meanwhile
	}
	if err != nil {
		return nil, err
	}
	defer file.Close() // it was only read
	for {
		some, err := file.ReadDir(1024)
		for _, entry := range some {
			if name := (dirName{strings.Clone(entry.Name()), entry.Type()}); len(name.after(states)) > 0 {
				names = append(names, name)
			}
		}
		switch {
		case err == io.EOF:
			return sorted(names), nil
		case err != nil:
			return nil, err
		}
	}
}

func sorted(names []dirName) []dirName {
	slices.SortFunc(names, func(a, b dirName) int { return strings.Compare(a.text, b.text) })
	return slices.CompactFunc(names, func(a, b dirName) bool { return a.text == b.text })
}
