package run

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
)

// MetricsLine is one line of a run's metrics.jsonl.
type MetricsLine struct {
	Step     int64    `json:"step"`
	Loss     *float64 `json:"loss,omitempty"`      // mean of the training loss since the line before
	HeldOut  *float64 `json:"held_out,omitempty"`  // held-out loss of the averaged weights
	GradNorm *float64 `json:"grad_norm,omitempty"` // norm of this step's gradient, before clipping
	Rate     *float64 `json:"rate,omitempty"`
	Seconds  float64  `json:"seconds"` // seconds since this process began to train
}

const metricsName = "metrics.jsonl"

// ReadMetrics returns the lines of a run's metrics, up to one that was not written whole:
// the last one of a killed process, or one with the zeros that a power cut leaves where
// bytes had not reached the disk. Those steps are not in a snapshot either.
func ReadMetrics(dir string) ([]MetricsLine, error) {
	f, err := os.Open(filepath.Join(dir, metricsName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return parseMetrics(f.Name(), f)
}

func parseMetrics(name string, text io.Reader) ([]MetricsLine, error) {
	var records []MetricsLine
	lines := bufio.NewScanner(text)
	for n := 1; lines.Scan(); n++ {
		var r MetricsLine
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			if bytes.IndexByte(lines.Bytes(), 0) >= 0 || !lines.Scan() {
				break
			}
			return nil, fmt.Errorf("%s, line %d: %w", name, n, err)
		}
		records = append(records, r)
	}
	return records, lines.Err()
}

// metricsFile appends lines to a run's metrics.
type metricsFile struct{ f *os.File }

// openMetrics opens a run's metrics for appending lines of steps beyond lastStep. Lines
// of later steps, which a killed process wrote after its last snapshot, are removed,
// because those steps are taken again.
func openMetrics(dir string, lastStep int64) (*metricsFile, error) {
	records, err := ReadMetrics(dir)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, metricsName)
	err = checkpoint.WriteFile(path, func(w io.Writer) error { return encodeMetrics(w, records, lastStep) })
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0o644)
	return &metricsFile{f}, err
}

// encodeMetrics writes the lines of steps up to lastStep.
func encodeMetrics(w io.Writer, records []MetricsLine, lastStep int64) (err error) {
	encoder := json.NewEncoder(w)
	for _, r := range records {
		if r.Step <= lastStep {
			err = errors.Join(err, encoder.Encode(r))
		}
	}
	return err
}

func (m *metricsFile) add(r MetricsLine) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = m.f.Write(append(line, '\n'))
	return err
}

// sync makes the lines so far durable. It is called before a snapshot, so that a run that
// resumes has the metrics of all steps before it.
func (m *metricsFile) sync() error { return m.f.Sync() }

func (m *metricsFile) Close() error { return m.f.Close() }
