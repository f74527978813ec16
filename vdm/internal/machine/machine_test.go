package machine

import (
	"runtime"
	"strings"
	"testing"
)

// The description is the same each time, names the architecture, and on Linux more.
func TestProcessor(t *testing.T) {
	said := Processor()
	if said != Processor() || !strings.HasPrefix(said, runtime.GOARCH) || strings.Contains(said, "processor\t") {
		t.Errorf("the processor is %q", said)
	}
	if runtime.GOOS == "linux" && !strings.Contains(said, "\n") {
		t.Errorf("nothing but the architecture: %q", said)
	}
}
