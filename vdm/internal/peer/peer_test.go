package peer

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/internal/installed"
)

// A shell answers lines with JSON, with what is none, and then ends.
func TestAsk(t *testing.T) {
	installed.Programs(t, "sh")
	p, err := Start(exec.Command("sh", "-c", `read line; echo "{\"said\": \"$line\"}"; read line; echo nothing; read line`))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Stop()
	var a struct{ Said string }
	if err := p.Ask("two words", &a); err != nil || a.Said != "two words" {
		t.Errorf("answer %+v (%v)", a, err)
	}
	for _, says := range []string{`answer "nothing"`, "the process ended"} {
		if err := p.Ask("more", &a); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want one that says %q", err, says)
		}
	}
}

func TestStartRefuses(t *testing.T) {
	if _, err := Start(exec.Command("/no/such/program")); err == nil {
		t.Error("a program that is not there has started")
	}
}
