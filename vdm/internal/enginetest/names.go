package enginetest

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"

	"github.com/climate-vdm/climate-vdm/vdm/backend"
)

// testEngineEnv names, with commas, the engines of the tests that run on every engine;
// the first one also takes the place of pure Go in tests with small graphs. `make
// test-xla` sets it.
const testEngineEnv = "VDM_TEST_ENGINE"

// Names returns the names of the engines for a test that runs on every one. Without a
// choice these are the available ones but XLA on the CPU, whose compiler needs most of an
// hour for all tests: the quick suite has tests of its own for it, with [XLA].
func Names() []string {
	if chosen := os.Getenv(testEngineEnv); chosen != "" {
		return strings.Split(chosen, ",")
	}
	return slices.DeleteFunc(backend.AtHand(), func(name string) bool { return name == "xla:cpu" })
}

// Has reports whether the engine with a name is available.
func Has(name string) bool {
	_, _, err := backend.OpenNamed(name)
	return err == nil
}

// Small returns the engine for tests with small graphs: pure Go, which compiles nothing,
// or the one that was chosen for all tests.
func Small(t testing.TB) compute.Backend {
	t.Helper()
	name, _, _ := strings.Cut(os.Getenv(testEngineEnv), ",")
	if name == "" {
		name = "go"
	}
	return Named(t, name)
}

// XLA returns XLA on the CPU with at least the given number of devices, and skips the
// test where there is none.
func XLA(t testing.TB, devices int) compute.Backend {
	t.Helper()
	if testing.Short() || !Has("xla:cpu") {
		t.Skip("no XLA on the CPU")
	}
	be := Named(t, "xla:cpu")
	if has := be.NumDevices(); has < devices {
		t.Skipf("XLA has %d devices here, the test needs %d", has, devices)
	}
	return be
}

// Named returns the engine with a name, which must be available.
func Named(t testing.TB, name string) compute.Backend {
	t.Helper()
	be, _, err := backend.OpenNamed(name)
	if err != nil {
		t.Fatal(err)
	}
	return be
}
