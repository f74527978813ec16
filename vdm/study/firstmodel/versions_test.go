package firstmodel

import (
	"strings"
	"testing"
)

// The program's version takes the place of the revision that the go command found.
func TestVersions(t *testing.T) {
	if got := versions("0123456789ab"); !strings.Contains(got, ", vdm 0123456789ab") || strings.Contains(got, "revision") {
		t.Errorf("the report says %q", got)
	}
	if got := versions(""); strings.Contains(got, "vdm") || !strings.HasPrefix(got, "go1.") {
		t.Errorf("the report says %q", got)
	}
}
