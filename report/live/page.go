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

// page is the same for every job: what it shows comes by events. It has one script and one style, which its policy
// allows by their hashes, and may connect to where it comes from.
type page struct{ text, policy string }

// thePage is made when somebody looks.
var thePage = sync.OnceValue(func() page {
	style := assets.Style(pageFiles, "page/live.css")
	script := assets.Script(pageFiles, "page/rows.js", "page/curves.js", "page/panels.js", "page/live.js")
	t := template.Must(template.New("page").Parse(assets.Text(pageFiles, "page/live.html")))
	var b bytes.Buffer
	if err := t.Execute(&b, map[string]any{"Style": template.CSS(style), "Script": template.JS(script)}); err != nil {
		panic(err) // it is part of the program
	}
	policy := assets.Policy(script, style) + "; connect-src 'self'; img-src data:; frame-ancestors 'none'"
	return page{b.String(), policy}
})

func servePage(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", thePage().policy)
	_, _ = io.WriteString(w, thePage().text) // its error: a reader that has gone
}
