package overlap

import (
	"context"
	"strings"
	"testing"
)

// A name that Named gives stands in errors, and the task that it was made of keeps its own.
func TestNamed(t *testing.T) {
	plain := Func(func(context.Context, int) (int, error) { return 0, context.Canceled }, Retry(1))
	named := plain.Named("lookup")
	if named.Name() != "lookup" || !strings.Contains(plain.Name(), "TestNamed") || named.Defined() {
		t.Errorf("names are %q and %q", named.Name(), plain.Name())
	}
	_, err := Do(t.Context(), Pool(1), named, 1)
	if err == nil || !strings.HasPrefix(err.Error(), "lookup[0] 1, attempt 2") {
		t.Errorf("the error does not begin with the name and keep to the options: %v", err)
	}
	if name := named.Untyped().Name(); name != "lookup" {
		t.Errorf("without types it is named %q", name)
	}
}
