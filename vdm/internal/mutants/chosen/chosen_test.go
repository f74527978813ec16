package chosen

import (
	"os"
	"path/filepath"
	"testing"
)

// Each function returns what the code had, and for the change that is made what its
// documentation says.
func TestWhatAChangeMakes(t *testing.T) {
	const id, other = 7, 8
	for name, c := range map[string]struct {
		value        func() any
		right, wrong any
	}{
		"pick":      {func() any { return Pick(id, "wrong", "right") }, "right", "wrong"},
		"add":       {func() any { return Add(id, 2, 3) }, 5, -1},
		"sub":       {func() any { return Sub(id, 2.0, 3) }, -1.0, 5.0},
		"mul":       {func() any { return Mul(id, 6i, 2) }, 12i, 3i},
		"div":       {func() any { return Div(id, 7, 2) }, 3, 14},
		"negated":   {func() any { return Negated(id, 2) }, -2, 2},
		"signed":    {func() any { return Signed(id, 2) }, 2, -2},
		"less":      {func() any { return Less(id, 1, 2) }, true, true},
		"less, eq":  {func() any { return Less(id, 2, 2) }, false, true},
		"less, gt":  {func() any { return Less(id, 3, 2) }, false, false},
		"at most":   {func() any { return AtMost(id, 1, 2) }, true, true},
		"equal":     {func() any { return AtMost(id, 2, 2) }, true, false},
		"more":      {func() any { return AtMost(id, 3, 2) }, false, false},
		"before":    {func() any { return Before(id, 3) }, 3, 2},
		"before 0":  {func() any { return Before(id, uint8(0)) }, uint8(0), uint8(0)},
		"after":     {func() any { return After(id, 3) }, 3, 4},
		"min":       {func() any { return Min(id, 1, 2) }, 1, 2},
		"max":       {func() any { return Max(id, 1, 2) }, 2, 1},
		"is":        {func() any { return Is(id) }, false, true},
		"no number": {func() any { return numbered("") == -1 && numbered("x") == -1 && numbered("12") == 12 }, true, true},
	} {
		for which, want := range map[int]any{-1: c.right, other: c.right, id: c.wrong} {
			mutant = which
			if got := c.value(); got != want {
				t.Errorf("%s with change %d made: %v, want %v", name, which, got, want)
			}
		}
	}
	mutant = -1
}

// Each change that is reached is noted once.
func TestReachedIsRecorded(t *testing.T) {
	list := filepath.Join(t.TempDir(), "list")
	t.Setenv(Reached, list)
	recording = true
	defer func() { recording = false }()
	for _, id := range []int{3, 12, 3} {
		if Is(id) {
			t.Errorf("change %d is made", id)
		}
	}
	if got, err := os.ReadFile(list); err != nil || string(got) != "3\n12\n" {
		t.Errorf("reached are %q (%v), want 3 and 12", got, err)
	}
}
