package live

import (
	"bytes"
	"embed"
	"html/template"
	"io"
	"net/http"
	"sync"

	"example.com/overlap/report/internal/assets"
)

//go:embed page
var pageFiles embed.FS

// page is the same whatever it shows, which comes by events. It has one script and one style, which its policy allows by
// their hashes, and may connect to where it comes from.
type page struct{ text, policy string }

// The pages of jobs and of comparisons. Each is made when somebody looks.
var (
	jobPage        = sync.OnceValue(func() *page { return newPage("job", "rows.js", "curves.js", "panels.js", "job.js") })
	comparisonPage = sync.OnceValue(func() *page { return newPage("comparison", "bars.js", "comparison.js") })
)

// newPage makes a page of its text and scripts.
func newPage(name string, scripts ...string) *page {
	paths := []string{"page/common.js"}
	for _, script := range scripts {
		paths = append(paths, "page/"+script)
	}
	style := assets.Style(pageFiles, "page/common.css", "page/"+name+".css")
	script := assets.Script(pageFiles, paths...)
	t := template.Must(template.New(name).Parse(assets.Text(pageFiles, "page/"+name+".html")))
	var b bytes.Buffer
	if err := t.Execute(&b, map[string]any{"Style": template.CSS(style), "Script": template.JS(script)}); err != nil {
		panic(err) // it is part of the program
	}
	policy := assets.Policy(script, style) + "; connect-src 'self'; img-src data:; frame-ancestors 'none'"
	return &page{b.String(), policy}
}

func (p *page) serve(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", p.policy)
	_, _ = io.WriteString(w, p.text) // its error: a reader that has gone
}
