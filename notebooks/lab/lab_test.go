package lab

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// A cell ends on an error with a status that the kernel sees, and with the
// error's text, not a trace.
func TestCheckEndsTheCell(t *testing.T) {
	if os.Getenv("VDM_TEST_FAIL") != "" {
		Must(1, errors.New("no such record"))
		t.Log("still here")
		return
	}
	c := exec.Command(os.Args[0], "-test.run=TestCheckEndsTheCell", "-test.v")
	c.Env = append(os.Environ(), "VDM_TEST_FAIL=1")
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("ended with %v, want status 1", err)
	}
	if text := string(out); !strings.Contains(text, "no such record") || strings.Contains(text, "goroutine") || strings.Contains(text, "still here") {
		t.Errorf("printed %q", text)
	}
}

func TestMustPassesValuesOn(t *testing.T) {
	if got := Must(7, nil); got != 7 {
		t.Errorf("Must is %d", got)
	}
	if a, b := Must2(7, "x", nil); a != 7 || b != "x" {
		t.Errorf("Must2 is %d, %q", a, b)
	}
	Progress("outside a notebook")(vdm.Progress{Step: 1, Steps: 1})
}

// Errors that a reader can do something about say what.
func TestAdvice(t *testing.T) {
	_, absent := run.Open(t.TempDir())
	for _, c := range []struct {
		err  error
		says string
	}{
		{fmt.Errorf("train: %w", vdm.ErrInterrupted), "run the cell again"},
		{absent, "run the cells above"},
	} {
		if got := advice(c.err); !strings.Contains(got, c.says) {
			t.Errorf("%v: advice %q, want one that says %q", c.err, got, c.says)
		}
	}
	if got := advice(errors.New("another")); got != "" {
		t.Errorf("advice %q about an error that says enough", got)
	}
}
