package experiment

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
)

// draw draws the missing clips, of one task and method after the other.
func (w *conditional) draw(ctx context.Context) error {
	methods, err := w.methods()
	if err != nil {
		return err
	}
	if err := checkpoint.MakeFolder(filepath.Join(w.Run, ConditionalDir)); err != nil {
		return err
	}
	_, choice, err := w.model.Engine()
	if err != nil {
		return err
	}
	w.Log.Line("engine: " + choice.Label)
	bounded := ctx
	if w.DrawFor > 0 {
		var cancel context.CancelFunc
		bounded, cancel = context.WithTimeout(ctx, w.DrawFor)
		defer cancel()
	}
	all := w.Windows * w.Members
	for _, task := range w.Tasks {
		for _, m := range methods {
			g, err := w.drawOne(bounded, task, m, all)
			if err != nil && !(errors.Is(err, vdm.ErrInterrupted) && ctx.Err() == nil) {
				return fmt.Errorf("%s, %s: %w", task, m.name, err)
			}
			if g.Len() >= all {
				w.drawn[task] = append(w.drawn[task], drawn{m, g})
				continue
			}
			missing := fmt.Sprintf("%s, %s: %d of %d clips", task, m.name, g.Len(), all)
			w.missing = append(w.missing, missing)
			w.Log.Line("Not complete: " + missing + "; the time for drawing is over, run again to go on")
		}
	}
	return nil
}

// mostAtOnce bounds the number of values of known clips in memory: they, their
// transforms and marks take four times 128 MiB.
const mostAtOnce = 1 << 25

// drawOne draws the missing clips of one task and method. The clip of number i belongs
// to window i/members. The noise of number i is the same for all tasks and methods.
func (w *conditional) drawOne(ctx context.Context, task string, m method, all int) (*Generated, error) {
	clip := w.model.Config.Clip
	f, height, width, channels := w.test.Shape()
	size := f * height * width * channels
	o := w.sampling()
	o.Guidance = m.guidance
	recipe, err := w.model.Recipe(o, task)
	if err != nil {
		return nil, err
	}
	o.Batch = recipe.Batch
	s := drawnBy(recipe, w.test)
	s.given = &given{Data: w.sum(), Task: task, Known: known(task, f), Guidance: recipe.Guidance, Members: w.Members}
	if r, ok := m.guidance.(vdm.Reconstruction); ok && r.Mean {
		s.given.Batch = w.SamplerBatch
	}
	text, err := json.Marshal(s.withoutRecipe())
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("%s-%s-%.8x.f32", task, m.file, sha256.Sum256(text))
	g, err := openGenerated(filepath.Join(w.Run, ConditionalDir, name), clip, s)
	if err != nil {
		return nil, err
	}
	w.open = append(w.open, g)
	if g.Len() >= all {
		w.Log.Line(fmt.Sprintf("%s, %s: all %d clips are there already", task, m.name, all))
		return g, nil
	}
	if g.truncateToBatch(w.SamplerBatch); g.Len() > 0 {
		w.Log.Line(fmt.Sprintf("%s, %s: %d of %d clips are there already", task, m.name, g.Len(), all))
	}
	began, first := time.Now(), g.Len()
	defer func() {
		w.stages.Took(fmt.Sprintf("%s, %s: drawing %d clips", task, m.name, g.Len()-first), began)
	}()
	o.Each = func(_ int, clip []float32) error { return g.add(clip) }
	o.Progress = w.Log.Bar(task + ", " + m.name)
	for g.Len() < all {
		if ctx.Err() != nil { // before the step is compiled
			return g, vdm.ErrInterrupted
		}
		o.First = g.Len()
		o.Count = min(all-o.First, max(1, mostAtOnce/size/o.Batch)*o.Batch)
		clips := make([]float32, o.Count*size)
		for i := range o.Count {
			if err := w.test.Clip(w.windows[(o.First+i)/w.Members], clips[i*size:(i+1)*size]); err != nil {
				return g, err
			}
		}
		if _, err := w.model.Interpolate(ctx, clips, s.given.Known, o); err != nil {
			return g, err
		}
	}
	return g, nil
}
