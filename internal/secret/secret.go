// Package secret keeps passwords out of messages that repeat text which could not be read.
package secret

import "regexp"

// In JSON, a quotation mark that ends a string is no part of a password, and one after a backslash is.
var (
	inAddress = regexp.MustCompile(`(//[^/?#@:\s"]*:)(?:[^"\\]|\\.)*@`)
	inHeader  = regexp.MustCompile(`(?i)("(?:proxy-)?(?:authorization|cookie)"\s*:\s*")(?:[^"\\]|\\.)*`)
)

// Mask replaces what may be a password in an address, and the values of the headers Authorization and Cookie in JSON,
// wherever they stand in text.
func Mask(text string) string {
	text = inAddress.ReplaceAllString(text, "${1}xxxxx@")
	return inHeader.ReplaceAllString(text, "${1}xxxxx")
}
