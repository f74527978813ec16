package house

import (
	"slices"
	"strings"
	"testing"
)

// floor is a row of the house: packages that may import each other and those of the
// floors below.
type floor struct {
	name     string
	packages []string // paths below the module's; "/..." at the end stands for all below
}

// floors are those of the house, from the top. A package may be named before it
// exists.
var floors = []floor{
	{"commands and notebooks", []string{
		"vdm/cmd/...", "vdm/bench", "vdm/bench/gap", "vdm/bench/learnt", "vdm/bench/nowcast", "vdm/bench/optimisers", "vdm/bench/radar", "vdm/bench/scaling", "vdm/bench/verify", "vdm/bench/gpu/...", "vdm/backend/cmd/...",
		"notebooks/lab", "notebooks/lab/all", "notebooks/lab/exercise", "notebooks/book/...",
	}},
	{"study and report", []string{
		"vdm/study", "vdm/report", "vdm/pretrained",
		"vdm/study/archive", "vdm/study/certify", "vdm/study/choose", "vdm/study/experiment", "vdm/study/firstmodel", "vdm/study/learnt", "vdm/study/radar", "vdm/study/scaling", "vdm/study/verification",
	}},
	{"the run", []string{"vdm/run", "vdm/train", "vdm/internal/proof"}},
	{"the paper", []string{"vdm", "vdm/unet", "vdm/convnet", "vdm/spectral", "vdm/tiles", "vdm/exact"}},
	{"leaves", []string{
		"vdm/climate", "vdm/climate/cf", "vdm/climate/coast", "vdm/climate/hdf5", "vdm/climate/netcdf", "vdm/climate/odim", "vdm/climate/zarr", "vdm/forecast", "vdm/verify",
		"vdm/transform", "vdm/noise", "vdm/weights", "vdm/checkpoint",
		"vdm/backend", "vdm/backend/engines", "vdm/backend/fusion", "vdm/backend/recorder",
		"vdm/internal/engine", "vdm/internal/machine", "vdm/internal/enginetest", "vdm/internal/installed", "vdm/internal/peer", "vdm/internal/torture", "vdm/internal/powercut",
	}},
	{"aside", []string{"plotting"}},
}

// unplaced are packages without code that others could use: they look at the code.
var unplaced = []string{"vdm/internal/house", "vdm/internal/soak", "vdm/internal/mutants", "vdm/internal/mutants/chosen"}

// matches reports whether a path is the pattern's, or one below where the pattern
// ends in "/...".
func matches(path, pattern string) bool {
	if below, all := strings.CutSuffix(pattern, "/..."); all {
		return path == below || strings.HasPrefix(path, below+"/")
	}
	return path == pattern
}

// matchesAny reports whether a path matches one of several patterns.
func matchesAny(path string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(path, p) })
}

// floorOf returns the number of a package's floor from the top, −1 where no floor
// names it.
func floorOf(path string) int {
	return slices.IndexFunc(floors, func(f floor) bool { return matchesAny(path, f.packages) })
}

// TestFloors fails where a package has no place in the house, or two.
func TestFloors(t *testing.T) {
	for path := range modulePackages(t) {
		places := 0
		for _, f := range floors {
			if matchesAny(path, f.packages) {
				places++
			}
		}
		if matchesAny(path, unplaced) {
			places++
		}
		if places != 1 {
			t.Errorf("package %s is on %d floors of the house: name it once in the table of floors (floors_test.go), where it may import what is below and nothing above", path, places)
		}
	}
}
