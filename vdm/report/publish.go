package report

import (
	"os"
	"path/filepath"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// Publish saves drawings in the folder of a run, writes its page and, last, the
// summary.
func (s *Summary) Publish(dir string, drawings ...Drawing) (err error) {
	began := time.Now()
	if s.Figures, err = Save(filepath.Join(dir, run.FiguresDir), drawings...); err != nil {
		return err
	}
	s.Stages.Took("figures", began)
	if err := s.WritePage(dir, run.FiguresDir); err != nil {
		return err
	}
	return s.Write(dir)
}

// Complete reports whether every file that the summary names is in the run's folder.
func (s *Summary) Complete(dir, figures string) bool {
	names := []string{filepath.Join(PageDir, PageName)}
	for _, f := range s.Figures {
		names = append(names, filepath.Join(figures, f.File))
	}
	for _, name := range names {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			return false
		}
	}
	return true
}
