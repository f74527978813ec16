package experiment

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// seasons are prepared data and their clips.
type seasons struct {
	data     *climate.Prepared
	folder   string
	training *climate.Windows // of the training seasons, at every offset
	test     *climate.Windows // of the test seasons, without overlap
}

// readSeasons finds the clips of so many frames in the data of a folder.
func readSeasons(data *climate.Prepared, folder string, frames int, log report.Log) (s *seasons, err error) {
	split := data.Split()
	if split == nil {
		return nil, fmt.Errorf("%s has no split into training and test seasons: prepare it with one", folder)
	}
	s = &seasons{data: data, folder: folder}
	fields := data.Fields()
	o := climate.WindowOptions{Frames: frames, Ranges: split.Train}
	if s.training, err = climate.NewWindows(o, fields...); err != nil {
		return nil, fmt.Errorf("training seasons of %s: %w", folder, err)
	}
	o.Ranges, o.StrideT = split.Test, frames
	if s.test, err = climate.NewWindows(o, fields...); err != nil {
		return nil, fmt.Errorf("test seasons of %s: %w", folder, err)
	}
	log.Line("training: " + s.training.Summary())
	log.Line("test: " + s.test.Summary())
	return s, nil
}

// origin says what a run of the data is trained on.
func (s *seasons) origin() *report.Origin {
	f := s.data.Fields()[0]
	return &report.Origin{
		Variables: report.OriginVariables(s.data.Fields()),
		Sources:   []climate.Source{{Name: filepath.Base(s.folder), SHA256: s.data.SHA256()}},
		Training:  fmt.Sprintf("%s to %s", f.Date(0), f.Date(f.Frames()-1)), HeldOut: s.data.Split().Rule,
	}
}

// about names the data and how they came to be.
func (s *seasons) about() string {
	return fmt.Sprintf("%s, SHA-256 %s; %s", filepath.Base(s.folder), s.data.SHA256(), strings.Join(s.data.Recipe(), "; "))
}

// belongs says whether the run in a folder was trained on the data; known is false
// where the run does not say on which it was.
func (s *seasons) belongs(run string) (known bool, err error) {
	before, err := report.ReadOrigin(run)
	if err != nil || before == nil {
		return false, err
	}
	now := s.origin()
	if !before.SameSources(now) {
		return true, fmt.Errorf("the run in %s was trained on other data (%s) than %s (%s)", run, before, s.folder, now)
	}
	if before.HeldOut != now.HeldOut {
		return true, fmt.Errorf("the run in %s was trained by another split than that of %s: %q, not %q", run, s.folder, before.HeldOut, now.HeldOut)
	}
	return true, nil
}

// claim says in the folder of a run that it is of the data, and refuses one of
// others.
func (s *seasons) claim(run string) error {
	if known, err := s.belongs(run); known || err != nil {
		return err
	}
	return s.origin().Write(run)
}
