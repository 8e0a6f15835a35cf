package command

import (
	"io"
	"os"
)

// copyFile copies the first bytes of a file. It does not move the place in the file where whoever else has it goes on
// writing.
func copyFile(to io.Writer, file *os.File, size int64) (int64, error) {
	if size <= mostInMemory {
		b, err := readExactly(file, size)
		if err != nil {
			return 0, err
		}
		n, err := to.Write(b)
		return int64(n), err
	}
	if fd := reopen(int(file.Fd())); fd >= 0 {
		again := os.NewFile(uintptr(fd), "output of a command")
		defer again.Close()
		return io.Copy(to, &io.LimitedReader{R: again, N: size})
	}
	return io.Copy(to, io.NewSectionReader(file, 0, size))
}
