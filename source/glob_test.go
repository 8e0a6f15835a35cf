package source

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// tree makes files, directories (with a / at the end) and links (name->target), and makes their directory the current
// one.
func tree(t testing.TB, names ...string) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		name, target, isLink := strings.Cut(name, "->")
		at := filepath.Join(dir, filepath.FromSlash(name))
		err := os.MkdirAll(filepath.Dir(at), 0o700)
		switch {
		case err != nil:
		case isLink:
			err = os.Symlink(target, at)
		case strings.HasSuffix(name, "/"):
			err = os.MkdirAll(at, 0o700)
		default:
			err = os.WriteFile(at, nil, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	switch t := t.(type) {
	case *testing.T:
		t.Chdir(dir)
	case *testing.F:
		t.Chdir(dir)
	}
}

func globbed(t testing.TB, patterns ...string) ([]string, error) {
	t.Helper()
	s, err := Glob(patterns...)
	if err != nil {
		return nil, err
	}
	all, err := texts(s.Items)
	for i := range all {
		all[i] = filepath.ToSlash(all[i])
	}
	return all, err
}

func TestGlob(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links and names that Windows has not")
	}
	tree(t, "a.png", "b.jpg", "B.png", ".hidden.png", "in/c.png", "in/deep/er/d.png", "in/.git/e.png", "in/x.png/",
		"link->in", "in/up->..", "in/f->c.png", "in/a/a/a/b", "st*r", "back\\slash", "empty/", "{x}", "in/gone->nowhere")
	cases := []struct {
		patterns, want string // divided by spaces
	}{
		{"*.png", "B.png a.png"},
		{".*.png", ".hidden.png"},
		{"in/**/*.png", "in/c.png in/deep/er/d.png in/x.png"},
		{"**/*.png", "B.png a.png in/c.png in/deep/er/d.png in/x.png"},
		{"in/.git/*.png", "in/.git/e.png"},
		{"in/**/b", "in/a/a/a/b"},
		{"in/**/a/**/b", "in/a/a/a/b"},
		{"**/a/**/a/**", "in/a/a/a in/a/a/a/b"},
		{"in/deep/**", "in/deep/er in/deep/er/d.png"},
		{"in/deep/**/**/er", "in/deep/er"},
		{"link/*.png", "link/c.png link/x.png"},
		{"l*/c.png", "link/c.png"},
		{"**/c.png", "in/c.png"},
		{"in/**/f", "in/f"},
		{"in/g*", "in/gone"},
		{"*/", "empty/ in/ link/"},
		{"**/x.png/", "in/x.png/"},
		{"*.{png,jpg}", "B.png a.png b.jpg"},
		{"{a,in/c}.png {b,a}.*", "a.png b.jpg in/c.png"},
		{"in/{deep/{er,no},a}/*", "in/a/a in/deep/er/d.png"},
		{"{x}", "{x}"},
		{"[ab].*", "a.png b.jpg"},
		{`st\*r`, "st*r"},
		{`back\\slash`, `back\slash`},
		{`b*k\\s*`, `back\slash`},
		{"./in//c.png", "./in/c.png"},
		{"in/../a.png", "in/../a.png"},
		{"a.png a.png", "a.png"},
	}
	for _, c := range cases {
		if got, err := globbed(t, strings.Fields(c.patterns)...); strings.Join(got, " ") != c.want || err != nil {
			t.Errorf("%s: %q, %v; want %s", c.patterns, got, err, c.want)
		}
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := globbed(t, dir+"/*.jpg"); !slices.Equal(got, []string{dir + "/b.jpg"}) || err != nil {
		t.Error(got, err)
	}
	for pattern, want := range map[string]string{
		"*.gif": "no file matches *.gif", "no/**": "no file matches no/**", "[a": `"[a" is no pattern: syntax error`,
		"": `"" is no pattern: it names no file`, strings.Repeat("{a,b}", 20): "too many",
	} {
		if got, err := globbed(t, pattern); len(got) > 0 || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %q, %v; want %q", pattern, got, err, want)
		}
	}
}

func TestGlobStopsWhereItIsLeft(t *testing.T) {
	tree(t, "a/1", "a/2", "b/1")
	s, err := Glob("**/*")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for range s.Items {
		if n++; n == 2 {
			break
		}
	}
	if n != 2 {
		t.Error(n)
	}
}

func TestGlobOfADirectoryThatCannotBeRead(t *testing.T) {
	if runtime.GOOS == "windows" || os.Geteuid() == 0 {
		t.Skip("everything can be read")
	}
	tree(t, "a", "closed/x/b")
	if err := os.Chmod("closed", 0o100); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod("closed", 0o700)
	if got, err := globbed(t, "closed/x/*"); !slices.Equal(got, []string{"closed/x/b"}) || err != nil {
		t.Error(got, err)
	}
	if got, err := globbed(t, "**/b"); len(got) > 0 || err == nil || !strings.Contains(err.Error(), "closed") {
		t.Error(got, err)
	}
}

// What a pattern gives exists, and comes once.
func FuzzGlob(f *testing.F) {
	tree(f, "a.png", ".b", "in/c.png", "in/a/a/b")
	for _, seed := range []string{"**/*", "*/../*", "in/{a,c}*", "**/a/**/b", `\a*`, "[^a]/", "./**"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		if strings.HasPrefix(filepath.ToSlash(pattern), "/") || strings.Contains(pattern, "..") || len(pattern) > 100 {
			return // not the whole machine
		}
		got, _ := globbed(t, pattern)
		seen := map[string]bool{}
		for _, name := range got {
			if _, err := os.Lstat(name); err != nil || seen[name] {
				t.Fatalf("%q gives %q: %v, before: %v", pattern, name, err, seen[name])
			}
			seen[name] = true
		}
	})
}
