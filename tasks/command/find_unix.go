//go:build unix

package command

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// environment is what a command gets: that of this program, and what its input adds; and where programs are looked for
// in it.
func (r *Runner) environment(added map[string]Text) (environ []string, path string) {
	if len(added) == 0 {
		return r.system.environ, r.system.path
	}
	for _, variable := range r.system.environ {
		name, _, _ := strings.Cut(variable, "=")
		if _, replaced := added[name]; !replaced {
			environ = append(environ, variable)
		}
	}
	path = r.system.path
	for _, name := range slices.Sorted(maps.Keys(added)) {
		environ = append(environ, name+"="+string(added[name]))
		if name == "PATH" {
			path = string(added[name])
		}
	}
	return environ, path
}

// find finds the program that a command names: by PATH if there is no slash in it. A name with a slash counts from the
// directory where the command is to run.
func (r *Runner) find(name, dir, path string) (string, error) {
	if name == "" {
		return "", fail(NoCommand, name, nil, "the command's name is empty")
	}
	if strings.Contains(name, "/") {
		from := name
		if dir != "" && !filepath.IsAbs(name) {
			from = filepath.Join(dir, name)
		}
		if err := executable(from); err != nil {
			return "", cannotRun(name, err)
		}
		return name, nil
	}
	usual := dir == "" && path == r.system.path
	if found, ok := r.paths.Load(name); ok && usual {
		return found.(string), nil
	}
	var denied string
	for _, folder := range filepath.SplitList(path) {
		if folder == "" {
			folder = "."
		}
		candidate := filepath.Join(folder, name)
		if !strings.Contains(candidate, "/") {
			candidate = "./" + candidate
		}
		look := candidate
		if dir != "" && !filepath.IsAbs(candidate) {
			look = filepath.Join(dir, candidate)
		}
		switch executable(look) {
		case nil:
			if usual && filepath.IsAbs(candidate) {
				r.paths.Store(name, candidate)
			}
			return candidate, nil
		case syscall.EACCES:
			denied = candidate
		}
	}
	if denied != "" {
		return "", cannotRun(denied, syscall.EACCES)
	}
	return "", fail(NotFound, name, os.ErrNotExist, "there is no command %s in any folder of PATH (%s)", Quote(name), path)
}

// forget looks a program up again next time.
func (r *Runner) forget(name string) { r.paths.Delete(name) }

// executable reports whether a file can be run: nil, or why not.
func executable(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return err
	case info.IsDir():
		return syscall.EISDIR
	case unix.Access(path, unix.X_OK) != nil:
		return syscall.EACCES
	}
	return nil
}

func cannotRun(name string, err error) error {
	switch {
	case os.IsNotExist(err):
		return fail(NotFound, name, err, "there is no file %s to run", Quote(name))
	case err == syscall.EISDIR:
		return fail(NotExecutable, name, err, "%s is a directory, and no command", Quote(name))
	case os.IsPermission(err):
		return fail(NotExecutable, name, err,
			"%s may not be executed; chmod +x would allow it if it is a program", Quote(name))
	}
	return fail(CannotStart, name, err, "%s cannot be run: %v", Quote(name), err)
}

// longestWord is the most bytes that Linux lets a program have in one argument: 32 pages of the usual size, without the
// byte that ends it.
const longestWord = 131_071

// checkSize refuses an argument that is too long, before anything is opened for the command.
func checkSize(words, environ []string) error {
	for _, word := range words {
		if isLinux && len(word) > longestWord {
			return tooLong(words, environ)
		}
	}
	return nil
}

// tooLong says which argument is too long or, if none is by itself, that all together are.
func tooLong(words, environ []string) error {
	all := 0
	for i, word := range words {
		all += len(word) + 1
		if isLinux && len(word) > longestWord {
			return fail(TooLong, words[0], syscall.E2BIG, "argument %d of %s has %s, and the system allows %s: "+
				"give the input by --stdin or in a file", i, Quote(words[0]), bytesText(int64(len(word))), bytesText(longestWord))
		}
	}
	variables := 0
	for _, variable := range environ {
		if variables += len(variable) + 1; isLinux && len(variable) > longestWord {
			name, _, _ := strings.Cut(variable, "=")
			return fail(TooLong, words[0], syscall.E2BIG, "the variable %s of the environment has %s, and the system allows %s",
				name, bytesText(int64(len(variable))), bytesText(longestWord))
		}
	}
	return fail(TooLong, words[0], syscall.E2BIG, "the arguments of %s have %s and the environment %s, and the system "+
		"allows %s together: give the command less at once",
		Quote(words[0]), bytesText(int64(all)), bytesText(int64(variables)), bytesText(mostArguments()))
}

// mostArguments is how many bytes the arguments and the environment of a program may have: a quarter of the stack's
// limit, and on Linux no more than 6 MiB and no less than 128 KiB.
func mostArguments() int64 {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_STACK, &limit) != nil {
		return 128 << 10
	}
	return int64(max(min(uint64(limit.Cur)/4, 6<<20), 128<<10))
}
