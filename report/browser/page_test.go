package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The page draws itself within its own policy, from one file, in the light and in the dark, and in any width.
func TestPageDraws(t *testing.T) {
	for _, c := range []struct {
		name, scheme  string
		width, height int64
	}{{"light", "light", 1280, 900}, {"dark", "dark", 1280, 900}, {"narrow", "light", 390, 800}} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, c.width, c.height, c.scheme, examples(t)...)
			b.isQuiet()
			if n := eval[int](b, `document.querySelectorAll('canvas.calls').length`); n != 2*5+8 {
				t.Errorf("%d timelines", n)
			}
			// Each timeline has something in it, in more than one colour.
			blank := eval[int](b, `[...document.querySelectorAll('canvas.calls, .plot canvas, .scaling canvas')].filter((c) => {
				const d = new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer);
				return new Set(d).size < 2;
			}).length`)
			if blank > 0 {
				t.Errorf("%d pictures are blank", blank)
			}
			if over := eval[int](b, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
				t.Errorf("the page is %d pixels too wide", over)
			}
			b.picture(c.name)
		})
	}
}

const moved = input.DispatchMouseEventTypeMouseMoved

// pressed has a mouse move with its left button down.
func pressed(e *input.DispatchMouseEventParams) { e.Buttons = 1 }

// The pointer finds a call, and drags over a time to zoom to it; all pictures of a job follow.
func TestPointer(t *testing.T) {
	b := open(t, 1280, 900, "light", examples(t)...)
	const canvas = `document.querySelectorAll('#job-1 canvas.calls')[0]`
	at := func(share float64) (x, y float64) {
		b.do(chromedp.Evaluate[chromedp.Void](canvas + `.scrollIntoView({block: 'center'})`))
		box := eval[[]float64](b, `(() => { const r = `+canvas+`.getBoundingClientRect();
			return [r.left, r.top, r.width, r.height]; })()`)
		return box[0] + share*box[2], box[1] + box[3]/2
	}
	x, y := at(0.505)
	b.do(chromedp.MouseEvent(moved, x, y), frames)
	const tip = `[...document.querySelectorAll('.tip')].filter((t) => !t.hidden).map((t) => t.innerText).join('|')`
	if said := eval[string](b, tip); !strings.Contains(said, "call 50: succeeded, 16") ||
		!strings.Contains(said, "\n51\n") {
		t.Errorf("the tip says %q", said)
	}
	labels := `[...document.querySelectorAll('#job-1 .tools button')].map((b) => b.disabled).join()`
	before := eval[string](b, labels)
	from, _ := at(0)
	to, y := at(0.1)
	b.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, from+1, y, chromedp.ButtonLeft),
		chromedp.MouseEvent(moved, to, y, chromedp.ButtonLeft, pressed),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, to, y, chromedp.ButtonLeft), frames)
	if after := eval[string](b, labels); before == after {
		t.Errorf("dragging does not zoom: %s", after)
	}
	x, y = at(0.5)
	b.do(chromedp.MouseEvent(moved, x, y), frames)
	if said := eval[string](b, tip); !strings.Contains(said, "call 4:") && !strings.Contains(said, "call 5:") {
		t.Errorf("after zooming to a tenth, the tip in its middle says %q", said)
	}
	b.picture("zoomed")
	b.isQuiet()
}

// All of it can be done with keys, and is said aloud.
func TestKeyboard(t *testing.T) {
	b := open(t, 1280, 900, "light", examples(t)...)
	b.do(chromedp.Focus(chromedp.CSS(`#job-1 canvas.calls`)))
	const spoken = `document.querySelector('#job-1 .spoken').innerText`
	for _, c := range []struct{ keys, want string }{
		{kb.ArrowRight, "sync, call 0: succeeded"}, {kb.ArrowRight, "call 1:"}, {kb.End, "call 99:"}, {kb.ArrowLeft, "call 98:"},
		{kb.Home, "call 0:"}, {"+", "call 0:"}, {"0", "call 0:"}, {kb.Escape, ""},
	} {
		b.do(chromedp.KeyEvent(c.keys), frames)
		if said := eval[string](b, spoken); !strings.Contains(said, c.want) || c.want == "" && said != "" {
			t.Errorf("after %q it says %q, want %q", c.keys, said, c.want)
		}
	}
	if eval[string](b, `document.querySelector('#job-1 .spoken').getAttribute('role')`) != "status" {
		t.Error("it is not said aloud")
	}
	b.isQuiet()
}

// Tab reaches each control, and each shows that it has the focus.
func TestTab(t *testing.T) {
	b := open(t, 1280, 900, "light", examples(t)...)
	seen := map[string]bool{}
	for range 200 {
		b.do(chromedp.KeyEvent(kb.Tab))
		at := eval[[]string](b, `(() => { const e = document.activeElement; return [e.tagName, getComputedStyle(e).outlineStyle] })()`)
		if at[0] == "BODY" {
			break
		}
		seen[at[0]] = true
		if at[1] == "none" {
			t.Errorf("%s does not show the focus", at[0])
		}
	}
	for _, tag := range []string{"A", "BUTTON", "CANVAS", "INPUT", "SUMMARY", "DIV", "PRE"} {
		if !seen[tag] {
			t.Errorf("keys do not reach any <%s>", tag)
		}
	}
	b.isQuiet()
}

// What a screen reader is given has names.
func TestAccessibilityTree(t *testing.T) {
	b := open(t, 1280, 900, "light", examples(t)...)
	b.do(chromedp.Evaluate[chromedp.Void](`for (const d of document.querySelectorAll('details')) d.open = true`))
	nodes := call(b, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{}).Nodes
	roles := map[string]int{}
	for _, n := range nodes {
		if n.Ignored || n.Role == nil {
			continue
		}
		role := strings.Trim(string(n.Role.Value), `"`)
		roles[role]++
		name := ""
		if n.Name != nil {
			name = strings.Trim(string(n.Name.Value), `"`)
		}
		switch role {
		case "button", "link", "checkbox", "application", "region", "heading", "columnheader", "rowheader":
			if name == "" {
				t.Errorf("a %s has no name", role)
			}
		}
	}
	for _, role := range []string{"main", "heading", "table", "columnheader", "rowheader", "button", "checkbox", "status", "image"} {
		if roles[role] == 0 {
			t.Errorf("there is no %s; there are %v", role, roles)
		}
	}
}

// Nothing that names, inputs or errors hold is obeyed.
func TestHostileText(t *testing.T) {
	const hostile = "</script></style></textarea><script>window.owned=1</script><img src=x onerror=window.owned=1>" +
		"\u202e\u2066[[${7*7}]]"
	reports := examples(t)
	for _, r := range reports {
		r.Command = hostile
		for _, j := range r.Jobs {
			j.Title, j.Verdict = hostile, hostile
			for index := range j.Inputs {
				j.Inputs[index] = hostile
			}
			for _, s := range j.Strategies {
				s.Name, s.Note, s.Error = s.Name+hostile, hostile, hostile
			}
		}
	}
	b := open(t, 1280, 900, "light", reports...)
	b.do(chromedp.Focus(chromedp.CSS(`#job-1 canvas.calls`)), chromedp.KeyEvent(kb.ArrowRight), frames)
	said := eval[string](b, `document.querySelector('#job-1 .spoken').innerText`)
	if !strings.Contains(said, "<img src=x onerror=window.owned=1>") || strings.ContainsAny(said, "\u202e\u2066") {
		t.Errorf("it says %q", said)
	}
	if eval[bool](b, `'owned' in window || document.images.length > 0`) {
		t.Error("what an input holds was obeyed")
	}
	if over := eval[int](b, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
		t.Errorf("the page is %d pixels too wide", over)
	}
	b.picture("hostile")
	b.isQuiet()
}

// On paper it is in the light, and the pictures are there.
func TestPrint(t *testing.T) {
	b := open(t, 1280, 900, "dark", examples(t)...)
	pdf := run(b, chromedp.PrintToPDF(chromedp.PDFPrintBackground()))
	if len(pdf) < 10_000 || string(pdf[:5]) != "%PDF-" {
		t.Errorf("%d bytes of PDF", len(pdf))
	}
	keep(t, "print.pdf", pdf)
	b.isQuiet()
}

// Text can be told from what is behind it: by 4.5 to 1, as WCAG 2.2 wants it.
func TestContrast(t *testing.T) {
	for _, scheme := range []string{"light", "dark"} {
		b := open(t, 1280, 900, scheme, examples(t)...)
		poor := eval[[]string](b, `(() => {
			const parts = (c) => c.match(/[\d.]+/g).map(Number);
			const light = (c) => parts(c).slice(0, 3).map((v) => v / 255)
				.map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
				.reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
			const behind = (e) => {
				for (; e; e = e.parentElement) {
					const c = getComputedStyle(e).backgroundColor;
					if (c !== 'transparent' && parts(c)[3] !== 0) return c;
				}
				return 'rgb(255, 255, 255)';
			};
			const poor = new Set();
			for (const e of document.querySelectorAll('body *:not(script):not(:disabled)')) {
				if (![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim() !== '')) continue;
				const [a, b] = [light(getComputedStyle(e).color), light(behind(e))];
				const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
				if (ratio < 4.5) poor.add(e.tagName + '.' + e.className + ' ' + ratio.toFixed(2));
			}
			return [...poor];
		})()`)
		for _, p := range poor {
			t.Errorf("in the %s: %s", scheme, p)
		}
	}
}
