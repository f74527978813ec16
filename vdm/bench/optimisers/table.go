package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
)

// reached returns how many clips the training took to reach a loss, between two
// measurements by interpolation; +Inf where it never did.
func (o *outcome) reached(loss float64) float64 {
	for i, p := range o.Curve {
		switch {
		case p.Loss > loss:
		case i == 0:
			return p.Clips
		default:
			before := o.Curve[i-1]
			return p.Clips - (p.Clips-before.Clips)*(loss-p.Loss)/(before.Loss-p.Loss)
		}
	}
	return math.Inf(1)
}

// last returns the held-out loss at the end.
func (o *outcome) last() float64 { return o.Curve[len(o.Curve)-1].Loss }

// against returns the row of the table: the shares of the clips and of the processor's
// time that the training needed to reach the baseline's last loss.
func (o *outcome) against(base *outcome) string {
	loss := base.last()
	clips := o.reached(loss) / base.reached(loss)
	cost := o.PerClip / base.PerClip
	return fmt.Sprintf("| %s | %s | %d | %d | %.4f | %s | %.2f | %s | %s |",
		o.Setting, o.Size, o.Clips, o.Batch, o.last(), ratio(clips), cost, ratio(clips*cost), o.Commit)
}

func ratio(x float64) string {
	if math.IsInf(x, 1) {
		return "not reached"
	}
	return fmt.Sprintf("%.2f", x)
}

// addRow adds a row to the table, or replaces the one of the same setting, size and
// number of clips.
func addRow(path, row string) error {
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	same := func(line string) bool {
		a, b := strings.SplitN(line, "|", 5), strings.SplitN(row, "|", 5)
		return len(a) == 5 && slices.Equal(a[:4], b[:4])
	}
	if i := slices.IndexFunc(lines, same); i >= 0 {
		lines[i] = row
	} else {
		lines = append(lines, row)
	}
	return checkpoint.WriteFile(path, func(w io.Writer) error {
		_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
		return err
	})
}
