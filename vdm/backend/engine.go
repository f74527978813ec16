package backend

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomlx/compute"
)

// preferred is the order in which Open tries engines. On the CPU `make bench` found ONNX
// Runtime faster than XLA, 0.85 s and 0.90 s a training step.
var preferred = []string{"xla:cuda", "onnx", "xla:cpu", "go"}

// forms are the requests that errors list as known.
const forms = `xla, xla:cuda, xla:cpu, xla:/path/to/plugin.so, onnx, onnx:cuda, go`

// labels are the engines' names for messages.
var labels = map[string]string{
	"xla":       "XLA",
	"xla:cuda":  "XLA CUDA",
	"xla:cpu":   "XLA CPU",
	"onnx":      "ONNX Runtime",
	"onnx:cuda": "ONNX Runtime",
	"go":        "pure Go",
}

// aliases are the names under which GoMLX's engines register.
var aliases = map[string]string{
	"xla": "xla", "stablehlo": "xla", "shlo": "xla", "hlo": "xla",
	"onnx": "onnx", "onnxruntime": "onnx",
	"go": "go",
}

// plan is an engine ready for its constructor: nothing is left to search for, so that
// the constructor has no reason to download.
type plan struct {
	name    string // Choice.Name
	label   string
	driver  string // name in GoMLX's registry
	config  string // without the driver
	library string // path, "" if none
}

// choice describes the engine.
func (p plan) choice(skipped []Skip) Choice {
	return Choice{Name: p.name, Label: p.label, Config: p.driver + ":" + p.config, Library: p.library, Skipped: skipped}
}

// patience says in words how long a check of the engine takes.
func (p plan) patience() string {
	if p.driver == "onnx" {
		return "ten seconds"
	}
	return "a minute"
}

// resolve returns the plan for a request in the form of GOMLX_BACKEND, "driver" or
// "driver:config". "xla" without a plugin's name means the GPU's or else the CPU's
// plugin, and the reason against the GPU is returned beside it.
func (p places) resolve(request string) (plan, []Skip, error) {
	driver, config, _ := strings.Cut(strings.TrimSpace(request), ":")
	canonical, ours := aliases[driver]
	if ours {
		driver = canonical
	}
	switch linked := slices.Contains(compute.List(), driver); {
	case !linked && ours:
		return plan{}, nil, fmt.Errorf("the engine %q is not linked into this program: %w", driver, errNoImport)
	case !linked:
		return plan{}, nil, fmt.Errorf("no engine %q: want one of %s", request, forms)
	case !ours: // the program itself registered it
		return plan{name: driver, label: driver, driver: driver, config: config}, nil, nil
	}
	switch driver {
	case "onnx":
		one, err := p.planONNX(config)
		return one, nil, err
	case "xla":
		return p.planXLA(config)
	}
	// The parallel scheduler of the pure Go engine can deadlock in matrix products: it
	// is sequential unless the user says otherwise.
	if !strings.Contains(config, "ops_") {
		config = strings.TrimSuffix("ops_sequential,"+config, ",")
	}
	return plan{name: "go", label: labels["go"], driver: driver, config: config}, nil, nil
}

// planONNX names the device, since without one compute-onnx looks for a GPU.
func (p places) planONNX(config string) (plan, error) {
	one := plan{name: "onnx", driver: "onnx", config: config}
	device := "CPU"
	for option := range strings.SplitSeq(strings.ToLower(config), ",") {
		if option = strings.TrimSpace(option); option == "cuda" || option == "gpu" {
			device, one.name = "CUDA", "onnx:cuda"
		}
	}
	if device == "CPU" && !strings.Contains(strings.ToLower(config), "cpu") {
		one.config = strings.TrimSuffix("cpu,"+config, ",")
	}
	lib, err := p.findONNX()
	if err != nil {
		return one, err
	}
	if device == "CUDA" {
		provider := filepath.Join(filepath.Dir(lib.path), "libonnxruntime_providers_cuda.so")
		if _, err := checkLibrary(provider, "GetProvider"); err != nil {
			return one, fmt.Errorf("this ONNX Runtime runs on the CPU only: %w", err)
		}
	}
	one.library = lib.path
	one.label = strings.Join(strings.Fields(labels[one.name]+" "+lib.version), " ") + " (" + device + ")"
	return one, nil
}

// planXLA gives the plugin by its absolute path: go-xla starts its installer only for a
// plugin by name.
func (p places) planXLA(config string) (plan, []Skip, error) {
	plugin, options, _ := strings.Cut(config, ",")
	if options != "" {
		options = "," + options
	}
	with := func(name string, lib library) plan {
		return plan{name: name, label: labels[name], driver: "xla", config: lib.path + options, library: lib.path}
	}
	switch {
	case plugin == "":
		lib, errCUDA := p.findCUDA()
		if errCUDA == nil {
			return with("xla:cuda", lib), nil, nil
		}
		lib, err := p.findPJRT("cpu")
		if err != nil {
			return plan{}, nil, fmt.Errorf("%w; %w", errCUDA, err)
		}
		return with("xla:cpu", lib), []Skip{{"xla:cuda", oneLine(errCUDA.Error())}}, nil
	case strings.ContainsRune(plugin, filepath.Separator):
		path, err := filepath.Abs(plugin)
		if err != nil {
			return plan{}, nil, err
		}
		lib, err := checkLibrary(path, pjrtSymbol)
		if err != nil {
			return plan{}, nil, err
		}
		return with(pluginName(filepath.Base(path)), lib), nil, nil
	case plugin == "cuda":
		lib, err := p.findCUDA()
		return with("xla:cuda", lib), nil, err
	}
	lib, err := p.findPJRT(plugin)
	return with(pluginName(plugin), lib), nil, err
}

// findCUDA returns the CUDA plugin. Without a GPU it is not searched for: loading it
// there takes seconds and fails.
func (p places) findCUDA() (library, error) {
	if !p.hasGPU() {
		return library{}, errors.New("no NVIDIA GPU")
	}
	return p.findPJRT("cuda")
}

// pluginName returns the kind of device from a plugin's name, as go-xla does.
func pluginName(plugin string) string {
	upper := strings.ToUpper(plugin)
	switch {
	case strings.Contains(upper, "CUDA"), strings.Contains(upper, "NVIDIA"):
		return "xla:cuda"
	case strings.Contains(upper, "CPU"):
		return "xla:cpu"
	}
	return "xla"
}

// errNoImport is the error in a program that links no engine.
var errNoImport = errors.New(`add the import _ "` + modulePath + `/vdm/backend/engines"`)
