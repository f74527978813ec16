package run

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
)

// Create makes a run folder with initial weights and returns the opened run. Transforms
// that are not fitted yet are fitted on train, which must contain training data only.
//
// If dir is already a run, it is opened if its configuration is the same apart from
// settings that may change on a resume; otherwise the error names the settings that
// differ. So a cell or a command that creates and trains can be run again.
func Create(dir string, c Config, train vdm.Clips) (*Run, error) {
	return createRun(dir, c, func(c Config) (map[string][]float32, error) { return c.initialWeights(train) }, train)
}

// CreateWith does what [Create] does, with the given weights instead of random ones: by
// name, all variables of [Config.FullNetwork], those fitted on data among them.
// Transforms must already be fitted.
func CreateWith(dir string, c Config, weights map[string][]float32) (*Run, error) {
	return createRun(dir, c, func(Config) (map[string][]float32, error) { return weights, nil }, nil)
}

// createRun makes a run whose first weights are those that initial returns for its
// configuration, completed.
func createRun(dir string, c Config, initial func(c Config) (map[string][]float32, error), train vdm.Clips) (*Run, error) {
	c = c.WithDefaults()
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(dir, configName)); err == nil {
		return reopen(dir, c, train)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	// A folder with a snapshot of step 0 and no configuration is one whose creation was
	// interrupted.
	if steps, err := checkpoint.List(filepath.Join(dir, snapshotsDir)); err != nil {
		return nil, fmt.Errorf("run folder: %w", err)
	} else if len(steps) > 0 && slices.Max(steps) > 0 {
		return nil, fmt.Errorf("%s has snapshots up to step %d but no %s: restore it, or take another folder", dir, slices.Max(steps), configName)
	}
	c, err := fit(c.WithScheduleBounds(), train)
	if err != nil {
		return nil, err
	}
	for _, d := range []string{dir, filepath.Join(dir, SamplesDir), filepath.Join(dir, FiguresDir)} {
		if err := checkpoint.MakeFolder(d); err != nil {
			return nil, fmt.Errorf("run folder: %w", err)
		}
	}
	m := &Run{Dir: dir, Config: c}
	weights, err := initial(c)
	if err != nil {
		return nil, err
	}
	if err := m.start(weights); err != nil {
		return nil, err
	}
	if err := writeConfig(dir, c); err != nil { // last: a folder with it is a run
		return nil, err
	}
	return m, m.prepare()
}

// reopen opens an existing run for a configuration that must agree with the stored one.
func reopen(dir string, c Config, train vdm.Clips) (*Run, error) {
	m, err := Open(dir)
	if err != nil {
		return nil, err
	}
	if c, err = keepFits(c, m.Config, train); err != nil {
		return nil, err
	}
	if c, err = fit(c, train); err != nil {
		return nil, err
	}
	if diff := differences(m.Config, c); len(diff) > 0 {
		return nil, fmt.Errorf("the run in %s has other settings: %s; take another folder, or the run's settings", dir, strings.Join(diff, "; "))
	}
	// Equal to the stored settings, and written as the run has them.
	c.Schedule, c.Training.From = m.Config.Schedule, m.Config.Training.From
	c.Clip.Kilometres = cmp.Or(c.Clip.Kilometres, m.Config.Clip.Kilometres)
	m.Config = c
	return m, writeConfig(dir, c)
}

// keepFits returns c with the numbers that a run has fitted, where a transform has none
// and is the same otherwise. They may have been fitted in another way; where they do not
// suit the training clips at all these are other data, and c is left to be fitted.
func keepFits(c, stored Config, train vdm.Clips) (Config, error) {
	if train == nil {
		return c, nil
	}
	if err := checkClips(c, train); err != nil {
		return c, err
	}
	keep := func(channel int, spec *transform.Spec, was transform.Spec) error {
		if !spec.NeedsValues() || was.Unfitted().String() != spec.String() {
			return nil
		}
		fits, err := fitsClips(was, train, channel)
		if fits {
			*spec = was
		}
		return err
	}
	c.Clip.Channels, c.Conditions.Covariates = slices.Clone(c.Clip.Channels), slices.Clone(c.Conditions.Covariates)
	if len(c.Clip.Channels) != len(stored.Clip.Channels) || len(c.Conditions.Covariates) != len(stored.Conditions.Covariates) {
		return c, nil // an error later
	}
	for i := range c.Clip.Channels {
		if err := keep(i, &c.Clip.Channels[i].Transform, stored.Clip.Channels[i].Transform); err != nil {
			return c, err
		}
	}
	for i := range c.Conditions.Covariates {
		v := &c.Conditions.Covariates[i]
		if v.FirstGuess {
			continue
		}
		if err := keep(len(c.Clip.Channels)+i, &v.Transform, stored.Conditions.Covariates[i].Transform); err != nil {
			return c, err
		}
	}
	return c, nil
}

// Exists reports whether a folder contains a run.
func Exists(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, configName))
	return err == nil
}

// ErrNoRun is wrapped by the error of [Open] where a folder contains no run.
var ErrNoRun = errors.New("create one first")

// Open returns the run in a folder with the state of its newest good snapshot. The
// Warnings of the run name snapshots that could not be read.
func Open(dir string) (*Run, error) {
	c, err := ReadConfig(filepath.Join(dir, configName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no run in %s (it has no %s): %w", dir, configName, ErrNoRun)
	}
	if err != nil {
		return nil, err
	}
	m := &Run{Dir: dir, Config: c}
	snapshot, warnings, err := checkpoint.Latest(filepath.Join(dir, snapshotsDir))
	for _, w := range warnings {
		m.Warnings = append(m.Warnings, w.String())
	}
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", dir, err)
	}
	if err := m.restore(snapshot); err != nil {
		return nil, fmt.Errorf("run %s, snapshot of step %d: %w", dir, snapshot.Step, err)
	}
	return m, m.prepare()
}

// fit returns c with every transform that is not fitted yet fitted on its channel of
// train.
func fit(c Config, train vdm.Clips) (Config, error) {
	if train != nil {
		if err := checkClips(c, train); err != nil {
			return c, err
		}
	}
	fitted := func(channel int, name string, spec transform.Spec) (transform.Spec, error) {
		if !spec.Fitted() && train == nil {
			return spec, fmt.Errorf("transform of %s (%s) is not fitted, and there are no training clips to fit it on", name, spec)
		}
		fitted, err := FitTransform(spec, train, channel)
		if err != nil {
			return spec, fmt.Errorf("fitting the transform of %s: %w", name, err)
		}
		return fitted, nil
	}
	var err error
	c.Clip.Channels = slices.Clone(c.Clip.Channels)
	for i, ch := range c.Clip.Channels {
		if c.Clip.Channels[i].Transform, err = fitted(i, ch.Name, ch.Transform); err != nil {
			return c, err
		}
	}
	c.Conditions.Covariates = slices.Clone(c.Conditions.Covariates)
	for i, v := range c.Conditions.Covariates {
		if v.FirstGuess {
			c.Conditions.Covariates[i].Transform = c.Clip.Channels[0].Transform
			continue
		}
		if c.Conditions.Covariates[i].Transform, err = fitted(len(c.Clip.Channels)+i, v.Name, v.Transform); err != nil {
			return c, err
		}
	}
	return c, nil
}

func writeConfig(dir string, c Config) error {
	text, err := c.Encode()
	if err != nil {
		return err
	}
	path := filepath.Join(dir, configName)
	if have, err := os.ReadFile(path); err == nil && bytes.Equal(have, text) {
		return nil // a run that is opened is not touched
	}
	if err := checkpoint.WriteBytes(path, text); err != nil {
		return fmt.Errorf("run folder: %w", err)
	}
	return nil
}
