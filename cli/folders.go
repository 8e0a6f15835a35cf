package cli

import (
	"os"
)

// readyFolders makes the folders that the calls keep files in and tries to write there, so that a folder that cannot be
// used is one refusal instead of a failure for each call. Those of another machine are for its workers to find out.
func (f *runFlags) readyFolders(s strategy, exec *execJob) error {
	switch {
	case s.elastic:
		return nil
	case exec != nil && exec.results != "":
		return readyFolder("--results", exec.results)
	case f.fetch != nil && f.fetch.save != "":
		return readyFolder("--save", f.fetch.save)
	}
	return nil
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
