package report

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/climate-vdm/climate-vdm/plotting"
	"github.com/climate-vdm/climate-vdm/vdm/internal/powercut"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// Each file of a report is the old one or all of the new one, and the summary is new only
// where the page and the figures are.
func TestPowerCutReport(t *testing.T) {
	publish := func(dir, title string, height float64) error {
		p, err := plotting.Curves([]plotting.Series{{X: []float64{0, 1}, Y: []float64{0, height}}}, plotting.CurveOptions{})
		if err != nil {
			return err
		}
		s := &Summary{Title: title, Version: 1}
		return s.Publish(dir, Drawing{File: "a.png", Title: "A", Picture: p})
	}
	reference := map[string]string{}
	for title, height := range map[string]float64{"old": 1, "new": 2} {
		reference[title] = t.TempDir()
		if err := publish(reference[title], title, height); err != nil {
			t.Fatal(err)
		}
	}
	// The time that drawing took is in the page and the summary.
	title := func(dir string) (string, error) {
		s, err := ReadSummary(dir)
		if err != nil || s == nil {
			return "", err
		}
		if !s.Complete(dir, run.FiguresDir) {
			return "", fmt.Errorf("the summary %q is not complete", s.Title)
		}
		return s.Title, nil
	}
	figure := func(dir string) string {
		b, _ := os.ReadFile(filepath.Join(dir, run.FiguresDir, "a.png"))
		return string(b)
	}
	powercut.Run(t, powercut.Case{
		Before: func(dir string) error { return publish(dir, "old", 1) },
		Write:  func(dir string, _ func()) error { return publish(dir, "new", 2) },
		Check: func(dir string, promises int) error {
			got, err := title(dir)
			if err != nil {
				return err
			}
			if got != "new" && (got != "old" || promises > 0) {
				return fmt.Errorf("the summary is %q", got)
			}
			now := figure(dir)
			if now != figure(reference["new"]) && (now != figure(reference["old"]) || got == "new") {
				return fmt.Errorf("the summary is %q, the figure has %d bytes", got, len(now))
			}
			page, err := os.ReadFile(filepath.Join(dir, PageDir, PageName))
			if err == nil && (len(page) < 500 || string(page[len(page)-8:]) != "</html>\n") {
				err = fmt.Errorf("the page ends with %q", page[max(0, len(page)-20):])
			}
			return err
		},
		States: 60,
	})
}
