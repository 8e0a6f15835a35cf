package fetch

import (
	"bufio"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
)

// decodeText makes the body of a response that is text UTF-8, if r wants that.
func (r Request) decodeText(response *http.Response) error {
	contentType := response.Header.Get("Content-Type")
	if r.Settings == nil || !r.Settings.UTF8 || !isText(contentType) || response.ContentLength == 0 || encodingOf(response) != "" {
		return nil
	}
	body := bufio.NewReaderSize(response.Body, 1024)
	head, err := body.Peek(1024) // in which HTML may name its charset
	if err != nil && err != io.EOF {
		return err
	}
	decoded := io.Reader(body)
	encoding, name, certain := charset.DetermineEncoding(head, contentType)
	if certain || name != unknownCharset || !isUTF8(head, err == io.EOF) {
		decoded = encoding.NewDecoder().Reader(body)
	}
	text := bufio.NewReaderSize(decoded, 16) // what is read in larger pieces goes past it
	const mark = "\ufeff"                    // which says how text is encoded, and is none of it
	if begin, err := text.Peek(len(mark)); err != nil && err != io.EOF {
		return err
	} else if string(begin) == mark {
		_, _ = text.Discard(len(mark))
	}
	response.Body = struct {
		io.Reader
		io.Closer
	}{text, response.Body}
	return nil
}

// unknownCharset is what text is taken for that does not say what it is, as in browsers.
const unknownCharset = "windows-1252"

// isUTF8 reports whether text is UTF-8. Unless it is whole, it may end in the middle of a character.
func isUTF8(text []byte, whole bool) bool {
	for cut := 0; cut < utf8.UTFMax && cut <= len(text) && (cut == 0 || !whole); cut++ {
		if utf8.Valid(text[:len(text)-cut]) {
			return true
		}
	}
	return false
}

// isText reports whether content of a type is text in some charset.
func isText(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && (strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "+xml") || strings.HasSuffix(kind, "/xml") ||
		strings.HasSuffix(kind, "/javascript"))
}
