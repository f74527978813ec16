package lab

import (
	"cmp"
	"fmt"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// Read returns the record of a file with one variable, rain in mm/h, or of a folder of
// prepared data; see [climate.OpenRecord]. Blank imports link the file formats.
func Read(path string) *climate.Record {
	return Must(climate.OpenRecord([]string{path}, climate.RecordOptions{}))
}

// Clip is the size of the clips of a run, in frames and cells.
type Clip struct{ Frames, Height, Width int }

// Split holds out the last frames of a record and returns the windows before them, for
// training, and the windows in them, for tests.
func Split(record *climate.Record, heldOut int, clip Clip) (train, test *climate.Windows) {
	Check(record.HoldOut(heldOut))
	o := climate.WindowOptions{Frames: clip.Frames, Height: clip.Height, Width: clip.Width}
	return Must(record.Train(o)), Must(record.Test(o))
}

// Small returns the configuration of a run with a small U-Net (222,209 parameters for
// one variable) and training that takes minutes on a processor: 600 steps of two clips.
// Each variable is scaled to unit variance, and the network starts from the best linear
// denoiser of the data.
func Small(train *climate.Windows) run.Config {
	frames, height, width, _ := train.Shape()
	c := run.Config{
		Clip:    run.ClipConfig{Frames: frames, Height: height, Width: width},
		Network: unet.Config{Dim: 16, Multiples: []int{1, 2}, Heads: 2},

		Preconditioning: run.PreconditionSpectrum,
		// The average of the weights spans about 100 steps.
		Training: run.TrainingConfig{Steps: 600, Batch: 2, Rate: 5e-3, Warmup: 40, Clip: 1, EMA: 0.99, SnapshotEvery: 100, HeldOutEvery: 100},
	}
	for _, f := range train.Fields() {
		spec := transform.Default
		if f.Kind == climate.KindRain {
			spec = transform.DefaultRain
		}
		c.Clip.Step = f.Step()
		c.Clip.Channels = append(c.Clip.Channels, run.ChannelConfig{Name: f.Name, Units: f.Units, Transform: Must(transform.Parse(spec))})
	}
	return c
}

// NewRun returns a run in a new folder, or the one in dir if it has the same settings;
// see [run.Create].
func NewRun(dir string, c run.Config, train vdm.Clips) *run.Run {
	return Must(run.Create(dir, c, train))
}

// Train trains a run from its newest snapshot up to the step that its configuration
// names, and shows the progress. heldOut may be nil.
func Train(r *run.Run, train, heldOut vdm.Clips) {
	Check(r.Train(Context(), run.TrainOptions{
		Data: train, HeldOut: heldOut, Progress: Progress("training"), Report: func(line string) { fmt.Println(line) },
	}))
}

// Sample returns count clips of a run, in physical units.
func Sample(r *run.Run, count int) *vdm.Samples {
	return Must(r.Sample(Context(), run.SampleOptions{Count: count, Progress: Progress("sampling")}))
}

// Nowcast returns members continuations of the first known frames of a clip.
func Nowcast(r *run.Run, clip []float32, known, members int) *vdm.Samples {
	return Must(r.Nowcast(Context(), clip, known, run.SampleOptions{Count: members, Progress: Progress("nowcast")}))
}

// ClipOf returns clip i of a source, [frame, height, width, channel].
func ClipOf(clips vdm.Clips, i int) []float32 {
	frames, height, width, channels := clips.Shape()
	x := make([]float32, frames*height*width*channels)
	Check(clips.Clip(i, x))
	return x
}

// ShowClips shows up to four clips of the first variable of a run as film strips, one
// below the other.
func ShowClips(r *run.Run, name string, clips *vdm.Samples) {
	channel := r.Config.Clip.Channels[0]
	shown := Must(climate.ReadOrigin(r.Dir)).Field(channel.Name, channel.Units)
	Show(report.ClipsPicture(shown.Called(), shown.Units, cmp.Or(r.Config.Clip.Step, 1), 0, min(4, clips.Len()), report.NamedSamples{Name: name, Samples: clips}))
}
