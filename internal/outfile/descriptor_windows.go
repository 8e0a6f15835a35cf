package outfile

import "os"

func descriptor(string) (fd int, ok bool) { return 0, false }

func isProcessLink(string) bool { return false }

func openDescriptor(int, string) (*os.File, error) { panic("outfile: no path is a descriptor here") }

func openInPlace(at place, _ <-chan struct{}) (*os.File, error) {
	return os.OpenFile(at.path, os.O_WRONLY, 0)
}

func isInvalid(error) bool { return false }
