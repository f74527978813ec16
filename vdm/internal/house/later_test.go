package house

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// later is the house as it is meant to become: importer and imported packages.
const later = `
vdm/cmd/vdm: vdm/internal/proof vdm/study vdm/run vdm/report vdm/pretrained vdm/climate/cf vdm/climate/netcdf vdm/climate/zarr vdm/backend/engines
vdm/bench: vdm/internal/proof vdm/run vdm/train vdm/backend/engines
vdm/bench/gpu/suite:
vdm/bench/gpu/suite/link:
vdm/backend/cmd/engine: vdm/backend vdm/backend/engines vdm/internal/proof
notebooks/lab: vdm/study vdm/report vdm/run plotting
notebooks/book/dissertation: vdm vdm/unet vdm/exact vdm/noise vdm/backend plotting notebooks/book/stochastic
notebooks/book/stochastic: vdm
notebooks/book/equation:
notebooks/book/sampling: vdm vdm/exact vdm/report
notebooks/book/guidance: vdm vdm/exact vdm/report vdm/run
notebooks/book/likelihood: vdm vdm/exact vdm/report
notebooks/book/forecasting: vdm/study vdm/report vdm/forecast vdm/verify plotting notebooks/lab
vdm/study: vdm/run vdm/report vdm/climate vdm/forecast
vdm/report: vdm/run vdm/climate vdm/forecast vdm/verify plotting
vdm/pretrained: vdm/run
vdm/internal/proof: vdm/run vdm/backend
vdm/run: vdm vdm/unet vdm/convnet vdm/spectral vdm/tiles vdm/train vdm/climate vdm/checkpoint vdm/transform
vdm/train: vdm/weights vdm/internal/engine
vdm: vdm/noise vdm/weights vdm/transform vdm/internal/engine
vdm/unet: vdm vdm/noise vdm/checkpoint vdm/internal/engine
vdm/convnet: vdm
vdm/spectral: vdm vdm/verify
vdm/tiles: vdm vdm/internal/engine
vdm/exact: vdm vdm/noise
vdm/climate: vdm/noise vdm/checkpoint
vdm/climate/cf: vdm/climate
vdm/climate/netcdf: vdm/climate/cf
vdm/climate/zarr: vdm/climate/cf
vdm/forecast: vdm/noise
vdm/verify: vdm/noise
vdm/backend/engines: vdm/backend/fusion
vdm/backend/fusion:
vdm/backend/recorder: vdm/backend vdm/backend/engines
vdm/backend: vdm/checkpoint vdm/internal/machine
vdm/internal/engine: vdm/backend
vdm/internal/machine:
vdm/noise:
vdm/weights: vdm/noise
vdm/transform:
vdm/checkpoint:
plotting:
`

// The rules allow the house that is meant, and its picture has room for it. The
// picture is written where HOUSE_LATER says.
func TestLater(t *testing.T) {
	const module = "example.org/m"
	found := map[string]*listed{}
	for line := range strings.Lines(strings.TrimSpace(later)) {
		path, imports, _ := strings.Cut(strings.TrimSpace(line), ":")
		p := &listed{ImportPath: module + "/" + path, Doc: "Package p is a package of the house as it is meant to become."}
		p.Module = &struct {
			Path string
			Main bool
		}{module, true}
		for _, i := range strings.Fields(imports) {
			p.Imports = append(p.Imports, module+"/"+i)
		}
		found[path] = p
	}
	imports := ourImports(found)
	for _, r := range rules {
		if broken := r.broken(imports); len(broken) > 0 {
			t.Errorf("rule %q: %q break it", r.name, broken)
		}
	}
	l, arrows := planned(found)
	checkLayout(t, l, arrows)
	if file := os.Getenv("HOUSE_LATER"); file != "" {
		if err := os.WriteFile(filepath.Clean(file), draw(found, l, arrows), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
