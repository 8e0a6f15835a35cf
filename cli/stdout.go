package cli

import (
	"errors"
	"io"
	"os"
	"sync"
)

// standardOutput is where results go. It remembers that something could not be written, so that no command ends as if
// all of it had been.
type standardOutput struct {
	to io.Writer

	mu  sync.Mutex
	err error // the first
}

var errClosedOutput = errors.New("it is closed (or the null device, opened for reading, too)")

// Write implements io.Writer.
func (s *standardOutput) Write(b []byte) (n int, err error) {
	if err = s.unusable(); err == nil {
		n, err = s.to.Write(b)
	}
	if err != nil {
		err = withoutPath(err)
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.err == nil {
			s.err = err
		}
	}
	return n, err
}

// unusable says why nothing can be written, if that is known beforehand.
func (s *standardOutput) unusable() error {
	if file, ok := s.to.(*os.File); ok && file == os.Stdout {
		return unusableOutput(file)
	}
	return nil
}

// failure is the first error of a write.
func (s *standardOutput) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// needsStdout refuses to begin what could not be written.
func (p *program) needsStdout(what, instead string) error {
	if err := p.stdout.unusable(); err != nil {
		return usageErrorf("%s would go to standard output, and %w: %s", what, err, instead)
	}
	return nil
}
