package guidance

import (
	"math"

	"github.com/gomlx/compute"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/backend"
	"github.com/climate-vdm/climate-vdm/vdm/exact"
)

// Case is one clip of a Gaussian process with an observation of it.
type Case struct {
	Name    string
	Process *exact.GaussianProcess
	Clip    []float32
	Given   vdm.Observation
}

// Process returns a process of clips of mean 0 and variance 1 whose correlation falls
// with distance as exp(−d/length) along each axis: three frames or cells.
func Process(frames, rows, columns int) (*exact.GaussianProcess, error) {
	const length = 3
	return exact.NewGaussianProcess(nil, exact.Exponential(frames, length, 1), exact.Exponential(rows, length, 1), exact.Exponential(columns, length, 1))
}

// Cases returns four observations of one clip of a process:
//
//   - frames: every third frame, from the first, exactly;
//   - gauges: one cell in each stretch of a given length, with noise of standard deviation 0.1;
//   - blocks: the means of block × block cells of every frame, exactly;
//   - mean and gauges: the gauges, and the mean over all frames with noise 0.1.
func Cases(p *exact.GaussianProcess, block, every int) ([]Case, error) {
	shape, x := p.Shape(), p.Draw(7, 0)
	frame := shape[1] * shape[2] * shape[3]
	known := make([]bool, len(x))
	gauges := make([]float32, len(x))
	noise := p.Draw(8, 0) // its correlation has no consequence: any draw of the noise will do
	for i := range x {
		known[i] = i/frame%3 == 0
		if gauges[i] = float32(math.NaN()); i%every == every/2 {
			gauges[i] = x[i] + 0.1*noise[i]
		}
	}
	frames, err := vdm.KnownCells(x, known)
	if err != nil {
		return nil, err
	}
	blocks, err := vdm.BlockMeans(shape[1], shape[2], block)
	if err != nil {
		return nil, err
	}
	coarse, err := exact.Measured(blocks, x, shape, 0)
	if err != nil {
		return nil, err
	}
	all, err := vdm.TimeMeans(shape[0], shape[0])
	if err != nil {
		return nil, err
	}
	mean, err := exact.Measured(all, x, shape, 0.1)
	if err != nil {
		return nil, err
	}
	points := vdm.Measurement{Y: gauges, Std: 0.1}
	return []Case{
		{"frames", p, x, vdm.Observation{frames}},
		{"gauges", p, x, vdm.Observation{points}},
		{"blocks", p, x, vdm.Observation{coarse}},
		{"mean and gauges", p, x, vdm.Observation{mean, points}},
	}, nil
}

// Engine returns the engine that the program chooses.
func Engine() (compute.Backend, error) {
	be, _, err := backend.Open()
	return be, err
}

// SmallEngine returns the pure Go engine: on clips of a few dozen cells it is the
// fastest, because the others take longer to start an operator than it takes to compute
// it.
func SmallEngine() (compute.Backend, error) {
	be, _, err := backend.OpenNamed("go")
	return be, err
}
