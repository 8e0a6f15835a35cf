package source

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// rowsOf gives the rows of a text as JSON, and the error at the end.
func rowsOf(t testing.TB, format Format, r io.Reader) (rows string, failure error) {
	t.Helper()
	for item, err := range format(r, "in.csv") {
		if err != nil {
			return rows, err
		}
		text, err := json.Marshal(item.Value)
		if err != nil {
			t.Fatal(err)
		}
		rows += string(text)
	}
	return rows, nil
}

func columns(t testing.TB, separator string, c Columns) Format {
	t.Helper()
	split, err := SplitBy(separator)
	if err != nil {
		t.Fatal(err)
	}
	c.Split = split
	return c.Items
}

func TestRows(t *testing.T) {
	long := `a,"` + strings.Repeat("b\n", 100_000)
	cases := []struct {
		format     Format
		text       string
		rows, fail string
	}{
		{CSV{}.Items, "\ufeff\"a\",b\r\n\n\"c\n\"\"d\"\"\",\n", `["a","b"]["c\n\"d\"",""]`, ""},
		{CSV{}.Items, "a\nb,c\n", `["a"]["b","c"]`, ""},
		{CSV{Header: true}.Items, "x,y\na,b\n", `{"x":"a","y":"b"}`, ""},
		{CSV{Header: true}.Items, "x,y\na,b\n\nc\n", `{"x":"a","y":"b"}`, "in.csv:4: the row has 1 field, and the header 2"},
		{CSV{Comma: ';', Comments: true}.Items, "#x\na;b", `["a","b"]`, ""},
		{CSV{}.Items, "a\n5\" b\n", `["a"]`, "in.csv:2: a quote stands in a field that has no quotes around it (column 2)"},
		{CSV{LazyQuotes: true}.Items, "5\" b\n", `["5\" b"]`, ""},
		{CSV{}.Items, "a\n\"b\"c\n", `["a"]`, "in.csv:2: the quotes of a field end in the middle of it (column 3)"},
		{CSV{}.Items, "a\n\"b\nc\n\nd", `["a"]`, "in.csv:2: the quotes of a field in this row are never closed"},
		{CSV{Longest: 100}.Items, "a\n" + long + `"`, `["a"]`, "in.csv:2: the line is longer than 100 bytes"},
		{CSV{Longest: 4}.Items, "a,bc\ndef,ghi\nh,ijk\n", `["a","bc"]`, "in.csv:2: the line is longer than 4 bytes"},
		{CSV{}.Items, inUTF16("\ufeffa,b\n", 0), ``, "in.csv: the text is UTF-16"},
		{columns(t, "\t", Columns{}), "a \"\t\"b\n\tc\n", `["a \"","\"b"]["","c"]`, ""},
		{columns(t, "|", Columns{}), "a|b", `["a","b"]`, ""},
		{columns(t, `\s+`, Columns{Header: true}), "x y\na   b\nc\n", `{"x":"a","y":"b"}`,
			"in.csv:3: the row has 1 field, and the header 2"},
		{Columns{Header: true}.Items, "x\na b\n", `{"x":"a b"}`, ""},
		{columns(t, ", ", Columns{Text: Text{Comments: true}}), "#\na, b", `["a","b"]`, ""},
	}
	for _, c := range cases {
		for _, r := range []io.Reader{strings.NewReader(c.text), iotest.OneByteReader(strings.NewReader(c.text))} {
			rows, err := rowsOf(t, c.format, r)
			if rows != c.rows || (err == nil) != (c.fail == "") || err != nil && !strings.Contains(err.Error(), c.fail) {
				t.Errorf("%.60q: %s, %v; want %s, %q", c.text, rows, err, c.rows, c.fail)
			}
		}
	}
	for _, bad := range []string{"", "(a", "a**b"} {
		if _, err := SplitBy(bad); err == nil {
			t.Errorf("%q divides columns", bad)
		}
	}
}

func TestDecodeRows(t *testing.T) {
	type size struct {
		Name   string `csv:"file name"`
		Bytes  int64
		Ratio  *json.Number `csv:"-"`
		Public bool         `json:"open,omitempty"`
	}
	files := "file name,bytes,open\na.txt,12,true\nb c,,\n"
	var got []size
	for v, err := range Decode[size](CSV{Header: true}.Items(strings.NewReader(files), "in.csv")) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, v)
	}
	if !slices.Equal(got, []size{{"a.txt", 12, nil, true}, {"b c", 0, nil, false}}) {
		t.Error(got)
	}
	item := func(columns []string, fields ...string) Item {
		return Item{Value: Row{columns, fields}, From: "in.csv", Line: 3}
	}
	named := item([]string{"a", "b"}, "1", "2")
	for _, c := range []struct {
		to   reflect.Type
		item Item
		want string // of the value, or of the error
	}{
		{reflect.TypeFor[[]string](), named, "[1 2]"},
		{reflect.TypeFor[map[string]string](), named, "map[a:1 b:2]"},
		{reflect.TypeFor[map[string]string](), item(nil, "1"), "the columns have no names"},
		{reflect.TypeFor[int](), item(nil, "7"), "7"},
		{reflect.TypeFor[int](), named, "it has 2 fields"},
		{reflect.TypeFor[struct{ B int }](), named, "{2}"},
		{reflect.TypeFor[struct{ B bool }](), named, `column b cannot be "2": invalid syntax`},
		{reflect.TypeFor[struct{ C int }](), named, "no column is named as a field of struct { C int } is: there are a, b"},
		{reflect.TypeFor[struct {
			A int `csv:"c"`
		}](), named, "there is no column c: there are a, b"},
		{reflect.TypeFor[json.RawMessage](), named, `{"a":"1","b":"2"}`},
		{reflect.TypeFor[any](), named, "1 2"},
	} {
		got, err := decoder(c.to)(c.item)
		text, isText := got.(json.RawMessage)
		if isText && string(text) != c.want || !isText && err == nil && (Item{Value: got}).String() != c.want ||
			err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v of %v: %v, %v; want %s", c.to, c.item, got, err, c.want)
		}
	}
}

// What is read as CSV is what encoding/csv reads, and a header takes nothing from it.
func FuzzCSV(f *testing.F) {
	f.Add("x,y\na,\"b\n\"\n")
	f.Add("\ufeff\"a\"\"\",\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		if isUTF16([]byte(text[:min(len(text), 64)])) {
			return
		}
		plain := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
		plain.FieldsPerRecord = -1
		want, bad := plain.ReadAll()
		for _, withHeader := range []bool{false, true} {
			got := [][]string{}
			var failure error
			for item, err := range (CSV{Header: withHeader}).Items(strings.NewReader(text), "f") {
				if failure = err; err == nil {
					row := item.Value.(Row)
					if withHeader && len(got) == 0 {
						got = append(got, row.Columns)
					}
					got = append(got, row.Fields)
				}
			}
			if bad == nil && !withHeader && (failure != nil || !slices.EqualFunc(got, want, slices.Equal)) {
				t.Fatalf("%q, %v; want %q", got, failure, want)
			}
			if bad != nil && failure == nil {
				t.Fatalf("%q is no error; want %v", text, bad)
			}
			if bad == nil && failure == nil && len(got) > 0 && !slices.EqualFunc(got, want, slices.Equal) {
				t.Fatalf("with a header %q, want %q", got, want)
			}
		}
	})
}
