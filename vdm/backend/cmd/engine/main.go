// Command engine prints which engine runs the graphs on this machine and why, and can
// fetch one. notebooks/tools/setup.sh calls it, and package backend starts it to check an
// engine in a process of its own.
//
//	engine                       print the engine that backend.Open chooses
//	engine -check NAME           open the engine NAME and run a small graph on it
//	engine -fetch-xla DIR        download go-xla's PJRT plugin for the CPU into DIR
//	engine -fetch-xla-wheel DIR  the same out of a Python package, see wheel.go
//	engine -fetch-cuda DIR       download the one for CUDA, and NVIDIA's libraries
//	                             into the folder nvidia beside DIR
//
// Its exit status is 3 where the chosen engine is the slow pure Go one, and 1 for any
// error.
package main

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/backend"
	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
	"github.com/climate-vdm/climate-vdm/vdm/internal/proof"
)

const onlySlow = 3 // exit status

func main() {
	proof.Serve()
	check := flag.String("check", "", "open this engine and run a small graph on it")
	fetch := flag.String("fetch-xla", "", "download the PJRT plugin for the CPU into this folder")
	wheel := flag.String("fetch-xla-wheel", "", "download a Python package with a PJRT plugin for the CPU (63 MB), and unpack the plugin into this folder")
	cuda := flag.String("fetch-cuda", "", "download the PJRT plugin for CUDA into this folder, and NVIDIA's libraries (2 GB) beside it")
	limit := flag.Duration("limit", 90*time.Second, "time limit of the download")
	flag.Parse()
	if flag.NArg() > 0 {
		fail(fmt.Errorf("unexpected argument %q", flag.Arg(0)))
	}
	switch {
	case *fetch != "":
		fail(fetchXLA(*fetch, *limit))
	case *wheel != "":
		fail(fetchXLAWheel(*wheel, *limit, xlaWheel))
	case *cuda != "":
		fail(fetchCUDA(*cuda, *limit))
	case *check != "":
		b, choice, err := backend.OpenNamed(*check)
		fail(err)
		fail(tryOut(b))
		fmt.Println(choice)
	default:
		_, choice, err := backend.Open()
		fail(err)
		fmt.Println(choice)
		if choice.Name == "go" {
			os.Exit(onlySlow)
		}
	}
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "engine:", err)
		os.Exit(1)
	}
}

// tryOut checks the gradient of Σ x² on the engine.
func tryOut(b compute.Backend) error {
	got, err := graph.CallOnce(b, func(x *graph.Node) *graph.Node {
		return graph.Gradient(graph.ReduceAllSum(graph.Mul(x, x)), x)[0]
	}, []float32{1, -2, 3})
	if err != nil {
		return err
	}
	values, ok := got.Value().([]float32)
	if !ok || len(values) != 3 {
		return errors.New("a small graph gives a result of another shape")
	}
	for i, want := range []float64{2, -4, 6} {
		if math.Abs(float64(values[i])-want) > 1e-5 {
			return fmt.Errorf("a small graph gives %v, want [2 -4 6]", values)
		}
	}
	return nil
}
