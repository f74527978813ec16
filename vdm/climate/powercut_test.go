package climate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/internal/powercut"
)

// prepareThree writes the record of [threeParts], or continues, and makes each part
// durable.
func prepareThree(dir string, change float32, replace bool, promise func()) (err error) {
	h, f := threeParts()
	h.Recipe = append(h.Recipe, fmt.Sprint("changed by ", change))
	w, err := CreatePrepared(dir, h, replace)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	for part := range h.Parts {
		if _, finished := w.Part(part); finished {
			continue
		}
		frames := make([]float32, 24)
		for i := range frames {
			frames[i] = f.Data[24*part+i] + change
		}
		if err := errors.Join(w.Write(0, 2*part, frames), w.Finish(part, Source{Name: fmt.Sprint("part ", part)}, nil)); err != nil {
			return err
		}
		w.mu.Lock()
		err := w.flush()
		w.mu.Unlock()
		if err != nil {
			return err
		}
		promise()
	}
	return w.Commit(context.Background(), nil)
}

// preparedBy returns what the data of a folder were changed by, and an error unless they
// are whole.
func preparedBy(dir string) (change float32, err error) {
	p, err := OpenPrepared(dir)
	if err != nil {
		return 0, err
	}
	defer p.Close()
	if err := p.Verify(); err != nil {
		return 0, err
	}
	_, f := threeParts()
	got := p.Fields()[0].Data
	change = got[0] - f.Data[0]
	for i, want := range f.Data {
		if got[i] != want+change && !math.IsNaN(float64(want)) {
			return 0, fmt.Errorf("value %d is %v, want %v", i, got[i], want+change)
		}
	}
	return change, nil
}

// With the power cut at any moment of a preparation, parts that were made safe are not
// written again, data that were present before stay until the new ones are whole, and the
// preparation continues.
func TestPowerCutPrepared(t *testing.T) {
	powercut.Run(t, powercut.Case{
		Write: func(dir string, promise func()) error { return prepareThree(dir, 1, false, promise) },
		Check: func(dir string, promises int) error {
			change, err := preparedBy(dir)
			if promises < 4 && errors.Is(err, fs.ErrNotExist) {
				if promises == 0 {
					return nil
				}
				h, _ := threeParts()
				h.Recipe = append(h.Recipe, "changed by 1")
				w, err := CreatePrepared(dir, h, false)
				if err != nil {
					return err
				}
				defer w.Close()
				for part := range promises {
					if _, finished := w.Part(part); !finished {
						return fmt.Errorf("part %d is lost", part)
					}
				}
				return nil
			}
			if err == nil && change != 1 {
				err = fmt.Errorf("the data are changed by %v", change)
			}
			return err
		},
		States: 150,
	})
}

// The same where other data are replaced.
func TestPowerCutPreparedReplaced(t *testing.T) {
	powercut.Run(t, powercut.Case{
		Before: func(dir string) error { return prepareThree(dir, 1, false, func() {}) },
		Write: func(dir string, promise func()) error {
			change, err := preparedBy(dir)
			return prepareThree(dir, 2, err != nil || change != 2, func() {})
		},
		Check: func(dir string, promises int) error {
			change, err := preparedBy(dir)
			if err == nil && change != 2 && (change != 1 || promises > 0) {
				err = fmt.Errorf("the data are changed by %v", change)
			}
			return err
		},
		States: 150,
	})
}
