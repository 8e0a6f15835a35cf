package fetch

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// redact is a URL without a password it may hold, for messages.
func redact(raw string) string {
	u, err := parseURL(raw)
	switch {
	case err != nil || u.Host == "":
		raw = maskUnread(raw)
	case u.User != nil:
		raw = u.Redacted()
	}
	return printable(raw)
}

// maskUnread masks what may be a password in an address that cannot be read: there is no telling where its host ends.
func maskUnread(raw string) string {
	from := 0
	scheme, rest, _ := strings.Cut(raw, ":")
	if i := strings.Index(raw, "//"); i >= 0 && !strings.Contains(raw[:i], "@") {
		from = i + 2
	} else if strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https") {
		from = len(raw) - len(strings.TrimLeft(rest, "/"))
	}
	at := strings.LastIndexByte(raw, '@')
	if at < from {
		return raw
	}
	if colon := strings.IndexByte(raw[from:at], ':'); colon >= 0 {
		return raw[:from+colon+1] + mask + raw[at:]
	}
	return raw
}

const mask = "xxxxx" // as url.URL.Redacted has it

// mayHoldPassword reports whether parts of raw must not be repeated.
func mayHoldPassword(raw string) bool { return strings.Contains(raw, "@") }

// withoutPassword is Redacted, which forgets addresses such as me:secret@host.
func withoutPassword(u *url.URL) string {
	if u.Host == "" {
		return printable(maskUnread(u.String()))
	}
	return u.Redacted()
}

// printable writes the control characters of a text as escapes, so that no server moves the cursor of a terminal.
func printable(text string) string {
	if !strings.ContainsFunc(text, isControl) {
		return text
	}
	var b strings.Builder
	for _, c := range text {
		if isControl(c) {
			quoted := strconv.QuoteRune(c)
			b.WriteString(quoted[1 : len(quoted)-1])
		} else {
			b.WriteRune(c)
		}
	}
	return b.String()
}

func isControl(c rune) bool { return c < ' ' || 0x7f <= c && c < 0xa0 }

// refuse makes an error of a request. Its text is fit for a terminal.
func (r Request) refuse(why Reason, cause error, format string, values ...any) *Error {
	return &Error{
		Reason: why, Method: r.method(), URL: redact(r.URL), Idempotent: r.idempotent(),
		text: printable(fmt.Sprintf(format, values...)), Err: cause,
	}
}
