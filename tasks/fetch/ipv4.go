package fetch

import (
	"net/netip"
	"strconv"
	"strings"
)

// plainIPv4 is an IPv4 address as people write it, for what browsers and curl take for one as well: 127.1, 0x7f.0.0.1,
// 2130706433. Other names stay as they are.
func plainIPv4(name string) string {
	parts := strings.Split(strings.TrimSuffix(name, "."), ".")
	if len(parts) > 4 {
		return name
	}
	var address uint64
	for i, part := range parts {
		n, ok := number(part)
		places := 1 // bytes that the part stands for: the last one for all that are left
		if i == len(parts)-1 {
			places = 4 - i
		}
		if !ok || n >= 1<<(8*places) {
			return name
		}
		address = address<<(8*places) | n
	}
	return netip.AddrFrom4([4]byte{byte(address >> 24), byte(address >> 16), byte(address >> 8), byte(address)}).String()
}

// number reads hexadecimal digits after 0x, octal ones after 0, and decimal ones.
func number(text string) (uint64, bool) {
	base := 10
	if digits, found := strings.CutPrefix(text, "0x"); found {
		text, base = digits, 16
	} else if len(text) > 1 && text[0] == '0' {
		base = 8
	}
	n, err := strconv.ParseUint(text, base, 32)
	return n, err == nil
}
