package beta_test

import (
	"os"
	"testing"
	"time"
)

func TestAsTold(t *testing.T) {
	switch os.Getenv("BETA") {
	case "fail":
		t.Error("as told")
	case "wait":
		time.Sleep(time.Minute)
	}
}

func TestElsewhere(t *testing.T) { t.Error("it was to be left out") }
