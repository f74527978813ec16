package vdm

import (
	"os"
	"testing"

	"github.com/gomlx/compute"

	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
)

// Examples run on the pure Go engine, unless GOMLX_BACKEND names another: it starts
// fastest. What depends on the engine is tested on every one at hand.
func TestMain(m *testing.M) {
	if os.Getenv(compute.ConfigEnvVar) == "" {
		os.Setenv(compute.ConfigEnvVar, "go")
	}
	os.Exit(m.Run())
}
