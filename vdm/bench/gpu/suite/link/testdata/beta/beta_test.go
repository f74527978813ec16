package beta_test

import (
	"os"
	"syscall"
	"testing"
	"time"
)

func TestAsTold(t *testing.T) {
	switch os.Getenv("BETA") {
	case "fail":
		t.Error("as told")
	case "wait":
		time.Sleep(time.Minute)
	case "interrupted": // alone, as if the suite had not heard of it yet
		if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
	}
}

func TestElsewhere(t *testing.T) { t.Error("it was to be left out") }
