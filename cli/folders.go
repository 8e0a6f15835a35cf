package cli

import (
	"os"
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
	case f.results.isKept && absolute(folder) == absolute(f.results.output): // which would be known when all calls are made
		return usageErrorf("%s %s and -o %s name one place, which cannot be both a folder and a file: give one of them "+
			"another name", flag, folder, f.results.output)
	case s.elastic:
		return nil
	}
	return readyFolder(flag, folder)
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
