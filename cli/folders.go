package cli

import (
	"os"
	"slices"

	"example.com/overlap/durable"
)

// readyFolders makes the folders that the calls keep files in and tries to write there, so that a folder that cannot be
// used is one refusal instead of a failure for each call. Those of another machine are for its workers to find out.
func (f *runFlags) readyFolders(s strategy, exec *execJob) error {
	flag, folder := "", ""
	switch {
	case exec != nil:
		flag, folder = "--results", exec.results
	case f.fetch != nil:
		flag, folder = "--save", f.fetch.save
	}
	switch {
	case folder == "":
		return nil
	case f.results.isKept && f.isOfResults(folder): // which would be known when all calls are made
		return usageErrorf("%s %s and -o %s name one place, which cannot be both a folder and a file: give one of them "+
			"another name", flag, folder, f.results.output)
	case s.elastic:
		return nil
	}
	return readyFolder(flag, folder)
}

// isOfResults reports whether a folder would have the place of the file of -o, or of one beside it that it is made by.
func (f *runFlags) isOfResults(folder string) bool {
	path := absolute(f.results.output)
	partial, finished := durable.Beside(path)
	return slices.Contains([]string{path, partial, finished}, absolute(folder))
}

func readyFolder(flag, folder string) error {
	err := os.MkdirAll(folder, 0o777)
	if err == nil {
		err = tryToWrite(folder)
	}
	if err != nil {
		return usageErrorf("%s %s cannot be used: %w: give a folder that files can be made in", flag, folder, withoutPath(err))
	}
	return nil
}

func tryToWrite(folder string) error {
	file, err := os.CreateTemp(folder, ".overlap-*.part")
	if err != nil {
		return err
	}
	_ = file.Close()
	return os.Remove(file.Name())
}
