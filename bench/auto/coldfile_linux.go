package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"sync"
	"syscall"
)

const (
	coldBlocks = 16 << 10
	coldBlock  = 4 << 10
)

// openColdFile makes a file of 64 MiB, in the folder for such files. It has no name, and so is gone with this program.
var openColdFile = sync.OnceValues(func() (*os.File, error) {
	file, err := os.CreateTemp("", "overlap-bench")
	if err != nil {
		return nil, err
	}
	err = os.Remove(file.Name())
	random, chunk := rand.NewChaCha8([32]byte{}), make([]byte, 1<<20) // no file system can leave these out
	for range coldBlocks * coldBlock / len(chunk) {
		_, _ = random.Read(chunk) // never fails
		_, failed := file.Write(chunk)
		err = errors.Join(err, failed)
	}
	return file, errors.Join(err, file.Sync())
})

// coldFile makes calls that each read 4 KiB of a file of which nothing is in memory, each another part.
func coldFile() (func(context.Context, int) error, func(), error) {
	file, err := openColdFile()
	if err != nil {
		return nil, nil, err
	}
	const random, notNeeded = 1, 4 // POSIX_FADV_RANDOM, POSIX_FADV_DONTNEED
	if err := errors.Join(advise(file, random), advise(file, notNeeded)); err != nil {
		return nil, nil, err
	}
	return func(_ context.Context, i int) error {
		const apart = 7919 // has no divisor in common with how many there are, so none is read twice
		_, err := file.ReadAt(make([]byte, coldBlock), int64(i*apart%coldBlocks)*coldBlock)
		return err
	}, func() {}, nil
}

// advise says how all of a file will be read.
func advise(file *os.File, how uintptr) error {
	if _, _, errno := syscall.Syscall6(syscall.SYS_FADVISE64, file.Fd(), 0, 0, how, 0, 0); errno != 0 {
		return errno
	}
	return nil
}
