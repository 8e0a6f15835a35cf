package markdown

import (
	"strings"
	"testing"
)

func TestTable(t *testing.T) {
	var got strings.Builder
	if err := Table(&got, []string{"what", "µs"}, [][]string{{"a|b", "1"}, {"long enough", "20 µs"}}); err != nil {
		t.Fatal(err)
	}
	want := "" +
		"| what        | µs    |\n" +
		"| ----------- | ----- |\n" +
		"| a\\|b        | 1     |\n" +
		"| long enough | 20 µs |\n"
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}

func TestTableTellsOfAShortRow(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("did not panic")
		}
	}()
	_ = Table(&strings.Builder{}, []string{"one", "two"}, [][]string{{"only one"}})
}
