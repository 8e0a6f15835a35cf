package secret

import "testing"

func TestMask(t *testing.T) {
	for text, want := range map[string]string{
		`http://me:hush@h/a`:                         `http://me:xxxxx@h/a`,
		`http://me:hu/s?h#@h`:                        `http://me:xxxxx@h`,
		`{"url":"http://me:h\"u sh@h","x":"a@b"}`:    `{"url":"http://me:xxxxx@h","x":"a@b"}`,
		`{"url":"http://me:hush@h`:                   `{"url":"http://me:xxxxx@h`,
		`{"header":{"authorization": "Bearer hush"}`: `{"header":{"authorization": "xxxxx"}`,
		`{"Cookie":"a=hush; b=hush","A":"b"}`:        `{"Cookie":"xxxxx","A":"b"}`,
		`{"Proxy-Authorization":"hush`:               `{"Proxy-Authorization":"xxxxx`,
		`http://h:80/a`:                              `http://h:80/a`,
		`http://me@h/a:b`:                            `http://me@h/a:b`,
		`mail me@h`:                                  `mail me@h`,
	} {
		if got := Mask(text); got != want {
			t.Errorf("%s became %s, want %s", text, got, want)
		}
	}
}
