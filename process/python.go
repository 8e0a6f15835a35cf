package process

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

//go:embed python/overlap_worker.py
var pythonHelper []byte

// pythonMeasure is for package compare.
//
//go:embed python/overlap_measure.py
var pythonMeasure []byte

// PythonPath is a PYTHONPATH with which a program in Python can import overlap_worker: that of this process's environment,
// followed by a folder that has overlap_worker.py, so that a copy which the user has put elsewhere is preferred. Give
// it to workers by [Environment]:
//
//	path, err := process.PythonPath()
//	…
//	workers := process.Command([]string{"python3", "my_task.py"}, 4, process.Environment("PYTHONPATH="+path))
//
// The folder is in the user's cache (see [os.UserCacheDir]). It is made at the first call, is named for what the file
// holds, and stays. An error says why it could not be made. Safe for concurrent use, also by several processes.
func PythonPath() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("there is no cache folder for overlap_worker.py: %w", err)
	}
	sum := sha256.Sum256(slices.Concat(pythonHelper, pythonMeasure))
	folder := filepath.Join(cache, "overlap", "python-"+hex.EncodeToString(sum[:8]))
	for _, file := range []struct {
		name    string
		content []byte
	}{{"overlap_worker.py", pythonHelper}, {"overlap_measure.py", pythonMeasure}} {
		if err := keepFile(filepath.Join(folder, file.name), file.content); err != nil {
			return "", fmt.Errorf("%s could not be put where Python finds it: %w", file.name, err)
		}
	}
	if own := os.Getenv("PYTHONPATH"); own != "" {
		return own + string(os.PathListSeparator) + folder, nil
	}
	return folder, nil
}

// keepFile sees to it that a file has the content. Other processes that do the same never see half of it.
func keepFile(path string, content []byte) error {
	if there, err := os.ReadFile(path); err == nil && bytes.Equal(there, content) {
		return nil
	}
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	part, err := os.CreateTemp(folder, "new-*")
	if err != nil {
		return err
	}
	defer os.Remove(part.Name())
	_, err = part.Write(content)
	if closeErr := part.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Chmod(part.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(part.Name(), path)
	}
	return err
}
