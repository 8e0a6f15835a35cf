//go:build unix

package process

import (
	"fmt"
	"os"
	"syscall"
)

// serve is the life of a worker.
func serve(nonce string) error {
	for fd := fileRequests; fd <= fileLane; fd++ {
		syscall.CloseOnExec(fd) // a grandchild that had them would keep the parent from seeing the worker's end
	}
	m, err := mapShared(os.NewFile(fileShared, "shared"))
	if err != nil {
		return err
	}
	s := &server{
		in:      newFrameReader(os.NewFile(fileRequests, "requests")),
		lane:    os.NewFile(fileLane, "lane"),
		page:    m.page(),
		answers: newAnswers(os.NewFile(fileReplies, "replies"), m),
	}
	s.say(kindHello, nonce+" "+builtAs)
	s.marks = os.Getenv(marksVariable) != ""
	os.Unsetenv(marksVariable)
	go s.reportMemory()
	go s.readCancels(os.NewFile(fileControl, "control"))
	if name := os.Getenv(initVariable); name != "" {
		if err := initialize(name); err != nil {
			s.say(kindReady, fmt.Sprintf("the initializer %s failed: %v", name, err))
			return err
		}
	}
	s.say(kindReady, "")
	return s.run()
}

// say writes a frame of the handshake.
func (s *server) say(k kind, text string) {
	b := append(appendHead(nil, k), text...)
	endFrame(b, 0)
	if _, err := s.to.Write(b); err != nil {
		os.Exit(0) // the parent is gone
	}
}
