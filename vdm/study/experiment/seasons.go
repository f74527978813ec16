package experiment

import (
	"fmt"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// seasons contains prepared data and their clips.
type seasons struct {
	*climate.Record
	folder   string
	training *climate.Windows // of the training seasons, at every offset
	test     *climate.Windows // of the test seasons, without overlap
}

// openSeasons opens the data of a folder with their clips of a number of frames. The
// caller closes them.
func openSeasons(folder string, frames int, log report.Log) (*seasons, error) {
	record, err := climate.OpenRecord([]string{folder}, climate.RecordOptions{})
	if err != nil {
		return nil, err
	}
	s := &seasons{Record: record, folder: folder}
	if err := s.cut(frames); err != nil {
		s.Close()
		return nil, err
	}
	log.Line("training: " + s.training.Summary())
	log.Line("test: " + s.test.Summary())
	return s, nil
}

func (s *seasons) cut(frames int) (err error) {
	if s.Split == nil {
		return fmt.Errorf("%s has no split into training and test seasons: prepare it with one", s.folder)
	}
	o := climate.WindowOptions{Frames: frames}
	if s.training, err = s.Train(o); err != nil {
		return fmt.Errorf("training seasons of %s: %w", s.folder, err)
	}
	if s.test, err = s.Test(o); err != nil {
		return fmt.Errorf("test seasons of %s: %w", s.folder, err)
	}
	return nil
}

// sum returns the checksum of the data.
func (s *seasons) sum() string { return s.Sources[0].SHA256 }

// about returns the name of the data and how they were made.
func (s *seasons) about() string {
	return fmt.Sprintf("%s, SHA-256 %s; %s", s.Sources[0].Name, s.sum(), strings.Join(s.History, "; "))
}

// checkOrigin reports whether the run in a folder says on which data it was trained, and
// refuses one that was trained on others.
func (s *seasons) checkOrigin(run string) (said bool, err error) {
	before, err := climate.ReadOrigin(run)
	if err != nil || before == nil {
		return false, err
	}
	now := s.Origin()
	if !before.SameSources(now) {
		return true, fmt.Errorf("the run in %s was trained on other data (%s) than %s (%s)", run, before, s.folder, now)
	}
	if before.HeldOut != now.HeldOut {
		return true, fmt.Errorf("the run in %s was trained by another split than that of %s: %q, not %q", run, s.folder, before.HeldOut, now.HeldOut)
	}
	return true, nil
}

// writeOrigin writes into the folder of a run that it is trained on the data, and
// refuses one that was trained on others.
func (s *seasons) writeOrigin(run string) error {
	if said, err := s.checkOrigin(run); said || err != nil {
		return err
	}
	return s.Origin().Write(run)
}
