package source_test

import (
	"fmt"
	"strings"

	"example.com/overlap/source"
)

// Rows of CSV become values of a struct by the names of their columns.
func ExampleDecode() {
	type city struct {
		Name   string
		People int `csv:"inhabitants"`
	}
	text := "name,inhabitants,country\nPisa,89158,Italy\n\"Paris, Texas\",24171,USA\n"
	rows := source.CSV{Header: true}.Items(strings.NewReader(text), "cities.csv")
	for c, err := range source.Decode[city](rows) {
		fmt.Println(c.Name, c.People, err)
	}
	// Output:
	// Pisa 89158 <nil>
	// Paris, Texas 24171 <nil>
}

func ExampleColumns() {
	split, _ := source.SplitBy(`\s+`)
	for row, err := range (source.Columns{Split: split}).Items(strings.NewReader("1  2\n3 4\n"), "numbers") {
		fmt.Println(row.Line, row.Value.(source.Row).Fields, err)
	}
	// Output:
	// 1 [1 2] <nil>
	// 2 [3 4] <nil>
}

func ExampleJSONLines() {
	for item, err := range source.JSONLines(strings.NewReader(`{"url": "http://127.0.0.1/"}`+"\nhttp\n"), "urls.jsonl") {
		fmt.Println(item, err != nil)
	}
	// Output:
	// {"url": "http://127.0.0.1/"} false
	//  true
}
