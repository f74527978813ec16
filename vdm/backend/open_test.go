package backend

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gomlx/compute"
)

// fake is an engine that knows only how it was configured.
type fake struct {
	compute.Backend
	config    string
	finalized bool
}

func (f *fake) Name() string      { return "fake" }
func (f *fake) Finalize()         { f.finalized = true }
func (f *fake) IsFinalized() bool { return f.finalized }

// constructor makes fakes that fail as their configuration says.
func constructor(driver string) compute.Constructor {
	return func(config string) (compute.Backend, error) {
		switch {
		case strings.Contains(config, "refuse"):
			return nil, errors.New("refused\nin two lines")
		case strings.Contains(config, "panic"):
			panic("broken driver")
		case strings.Contains(config, "hang"):
			select {}
		case strings.Contains(config, "nothing"):
			return nil, nil
		}
		if driver == "onnx" {
			config += " with " + os.Getenv(onnxPathEnv)
		}
		return &fake{config: driver + ":" + config}, nil
	}
}

var withoutEngines error

// TestMain asks for an engine before any is linked, then links fakes.
func TestMain(m *testing.M) {
	os.Unsetenv(compute.ConfigEnvVar)
	_, _, withoutEngines = Open()
	for _, driver := range []string{"xla", "onnx", "go", "foreign"} {
		compute.Register(driver, constructor(driver))
	}
	os.Exit(m.Run())
}

func TestNoEngineLinked(t *testing.T) {
	want := `import _ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"`
	if withoutEngines == nil || !strings.Contains(withoutEngines.Error(), want) {
		t.Errorf("error %v, want %s in it", withoutEngines, want)
	}
}

// machineWith makes a machine with the libraries named: "cuda", "cpu", "onnx",
// and "gpu" for the device file of a GPU.
func machineWith(t *testing.T, have ...string) places {
	t.Setenv(compute.ConfigEnvVar, "")
	t.Setenv(onnxPathEnv, "")
	dir := t.TempDir()
	p := places{
		onnxDirs:   []string{filepath.Join(dir, "none"), filepath.Join(dir, "onnxruntime")},
		pjrtDirs:   []string{filepath.Join(dir, "none"), filepath.Join(dir, "xla")},
		gpuDevices: []string{filepath.Join(dir, "dev", "nvidia[0-9]*")},
	}
	for _, what := range have {
		switch what {
		case "gpu":
			writeFile(t, filepath.Join(dir, "dev", "nvidia0"), "")
		case "onnx":
			buildLibrary(t, p.onnxDirs[1], "libonnxruntime.so.1", onnxSymbol, "VERS_1.30.0")
		case "cuda":
			buildLibrary(t, p.pjrtDirs[1], "pjrt_c_api_cuda_plugin.so", pjrtSymbol, "")
		case "cpu":
			buildLibrary(t, p.pjrtDirs[1], "pjrt_c_api_cpu_v0.114.0_plugin.so", pjrtSymbol, "")
		}
	}
	return p
}

func openerFor(p places) *opener {
	return newOpener(func() places { return p }, 2*time.Second) // a busy machine is slow to answer
}

func TestOrderOfPreference(t *testing.T) {
	for _, test := range []struct {
		have, want string
		skipped    []string
	}{
		{"gpu cuda cpu onnx", "xla:cuda", nil},
		{"cuda cpu onnx", "onnx", []string{"xla:cuda"}},
		{"gpu cpu", "xla:cpu", []string{"xla:cuda", "onnx"}},
		{"gpu onnx", "onnx", []string{"xla:cuda"}},
		{"onnx", "onnx", []string{"xla:cuda"}},
		{"", "go", []string{"xla:cuda", "onnx", "xla:cpu"}},
	} {
		t.Run(test.have, func(t *testing.T) {
			p := machineWith(t, strings.Fields(test.have)...)
			o := openerFor(p)
			b, c, err := o.open()
			if err != nil {
				t.Fatal(err)
			}
			var skipped []string
			for _, s := range c.Skipped {
				skipped = append(skipped, s.Name)
				if s.Why == "" || strings.Contains(s.Why, "\n") {
					t.Errorf("%s skipped because %q, want one line", s.Name, s.Why)
				}
			}
			if c.Name != test.want || !slices.Equal(skipped, test.skipped) {
				t.Errorf("chose %q past %q, want %q past %q", c.Name, skipped, test.want, test.skipped)
			}
			if strings.Contains(c.String(), "\n") || !strings.HasPrefix(c.String(), "engine: ") {
				t.Errorf("not one line: %q", c)
			}
			// The configuration that reached the constructor names a file, so
			// that nothing is left to install.
			got := b.(*fake).config
			switch {
			case test.want == "go" && got != "go:ops_sequential",
				test.want == "onnx" && got != "onnx:cpu with "+c.Library,
				strings.HasPrefix(test.want, "xla") && (got != "xla:"+c.Library || !filepath.IsAbs(c.Library)):
				t.Errorf("constructed with %q, library %q", got, c.Library)
			}
			if left := os.Getenv(onnxPathEnv); left != "" {
				t.Errorf("%s was left as %q", onnxPathEnv, left)
			}
			if again, c2, err := o.open(); again != b || err != nil || c2.String() != c.String() {
				t.Errorf("opened again: %v, %v, %v", again, c2, err)
			}
		})
	}
}

func TestChoiceString(t *testing.T) {
	p := machineWith(t, "onnx")
	_, c, err := openerFor(p).open()
	if err != nil {
		t.Fatal(err)
	}
	want := `engine: ONNX Runtime 1.30.0 (CPU) — XLA CUDA: no NVIDIA GPU`
	if c.String() != want {
		t.Errorf("got  %s\nwant %s", c, want)
	}
	_, c, err = openerFor(p).openNamed("go", "asked for by name", false)
	if err != nil {
		t.Fatal(err)
	}
	if want := "engine: pure Go (slow: a last resort; make run installs a faster one) — asked for by name"; c.String() != want {
		t.Errorf("got  %s\nwant %s", c, want)
	}
}

func TestBackendVariable(t *testing.T) {
	p := machineWith(t, "gpu", "cuda", "cpu", "onnx")
	plugin := filepath.Join(p.pjrtDirs[1], "pjrt_c_api_cpu_v0.114.0_plugin.so")
	text := writeFile(t, filepath.Join(t.TempDir(), "plugin.so"), "not a library")
	for _, test := range []struct{ request, name, config, err string }{
		{request: "go", name: "go", config: "go:ops_sequential"},
		{request: "go:parallelism=2", name: "go", config: "go:ops_sequential,parallelism=2"},
		{request: "go:ops_parallel", name: "go", config: "go:ops_parallel"},
		{request: "onnx", name: "onnx", config: "onnx:cpu"},
		{request: "onnxruntime:log=1", name: "onnx", config: "onnx:cpu,log=1"},
		{request: "onnx:cuda", err: "runs on the CPU only"},
		{request: "xla", name: "xla:cuda", config: "xla:" + filepath.Join(p.pjrtDirs[1], "pjrt_c_api_cuda_plugin.so")},
		{request: "stablehlo:cpu", name: "xla:cpu", config: "xla:" + plugin},
		{request: "xla:cpu,tf32=false", name: "xla:cpu", config: "xla:" + plugin + ",tf32=false"},
		{request: "xla:cpu_v0.114.0", name: "xla:cpu", config: "xla:" + plugin},
		{request: "xla:" + plugin, name: "xla:cpu", config: "xla:" + plugin},
		{request: "xla:tpu", err: `no PJRT plugin "tpu" in `},
		{request: "xla:" + text, err: "not a shared library"},
		{request: "xla:/nowhere/plugin.so", err: "/nowhere/plugin.so: no such file"},
		{request: "foreign:anything", name: "foreign", config: "foreign:anything"},
		{request: "cuda", err: `no engine "cuda": want one of xla, xla:cuda, xla:cpu`},
		{request: "foreign:refuse", err: "refused in two lines"},
		{request: "foreign:panic", err: "broken driver"},
		{request: "foreign:nothing", err: "returned nothing"},
		{request: "foreign:hang", err: "no answer within"},
	} {
		t.Run(test.request, func(t *testing.T) {
			t.Setenv(compute.ConfigEnvVar, test.request)
			b, c, err := openerFor(p).open()
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Fatalf("error %v, want %q in it", err, test.err)
				}
				if prefix := compute.ConfigEnvVar + "=" + test.request; !strings.HasPrefix(err.Error(), prefix) {
					t.Errorf("error %q does not begin with %q", err, prefix)
				}
				if b != nil || strings.Contains(err.Error(), "\n") {
					t.Errorf("backend %v, error %q", b, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if c.Name != test.name || c.Config != test.config {
				t.Errorf("got %s as %s, want %s as %s", c.Name, c.Config, test.name, test.config)
			}
			if want := compute.ConfigEnvVar + "=" + test.request; c.Why != want {
				t.Errorf("why %q, want %q", c.Why, want)
			}
		})
	}
}

func TestNotLinked(t *testing.T) {
	aliases["absent"] = "absent"
	defer delete(aliases, "absent")
	_, _, err := openerFor(machineWith(t)).openNamed("absent", "", false)
	if err == nil || !strings.Contains(err.Error(), "not linked") || !errors.Is(err, errNoImport) {
		t.Errorf("an engine that is not linked: %v", err)
	}
}

// A library that is there but unusable is passed over with the reason, and a
// good one in a later place is taken.
func TestUnusableLibraries(t *testing.T) {
	p := machineWith(t, "onnx")
	bad := writeFile(t, filepath.Join(p.onnxDirs[0], "libonnxruntime.so.1"), "<html>404</html>")
	writeFile(t, filepath.Join(p.pjrtDirs[0], "pjrt_c_api_cpu_plugin.so"), "<html>404</html>")
	_, c, err := openerFor(p).open()
	if err != nil {
		t.Fatal(err)
	}
	if c.Name != "onnx" || filepath.Dir(c.Library) != p.onnxDirs[1] {
		t.Errorf("chose %s, %s", c.Name, c.Library)
	}

	// A path that the user has set is not replaced by another.
	p.onnxFile = bad
	_, c, err = openerFor(p).open()
	if err != nil {
		t.Fatal(err)
	}
	if c.Name != "go" || !strings.Contains(c.Why, onnxPathEnv+": ") || !strings.Contains(c.Why, "pjrt_c_api_cpu_plugin.so: not a shared library") {
		t.Errorf("chose %s because %q", c.Name, c.Why)
	}
}

// An engine whose constructor fails is passed over, and one that never came
// back is not waited for twice.
func TestConstructorFails(t *testing.T) {
	p := machineWith(t)
	for _, how := range []string{"refuse", "panic", "hang", "nothing"} {
		p.onnxDirs = []string{filepath.Join(t.TempDir(), "onnxruntime")}
		p.pjrtDirs = []string{filepath.Join(t.TempDir(), how)}
		buildLibrary(t, p.pjrtDirs[0], "pjrt_c_api_cpu_plugin.so", pjrtSymbol, "")
		o := openerFor(p)
		if _, c, err := o.open(); err != nil || c.Name != "go" {
			t.Errorf("%s: chose %q, %v", how, c.Name, err)
		}
		start := time.Now()
		_, _, err := o.openNamed("xla:cpu", "", false)
		if err == nil || time.Since(start) > o.limit/2 {
			t.Errorf("%s: asked again: %v after %v", how, err, time.Since(start))
		}
	}
}

func TestFinalizedIsOpenedAgain(t *testing.T) {
	o := openerFor(machineWith(t))
	first, _, err := o.open()
	if err != nil {
		t.Fatal(err)
	}
	named, _, err := o.openNamed("go", "", false)
	if err != nil || named != first {
		t.Errorf("the same engine by name: %v, %v", named, err)
	}
	first.Finalize()
	second, _, err := o.open()
	if err != nil || second == first || second.IsFinalized() {
		t.Errorf("after Finalize: %v, %v", second, err)
	}
}
