package likelihood

import (
	"fmt"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// term returns a row of a table: nats a clip and bits a dimension.
func term(name string, n vdm.Nats, dimensions int) []string {
	bits := n.BitsPerDim(dimensions)
	return []string{name, fmt.Sprintf("%.2f ± %.2f", n.Mean, n.StdErr), fmt.Sprintf("%.4f ± %.4f", bits.Mean, bits.StdErr)}
}

func table(title string, clips, dimensions int, rows ...[]string) report.Table {
	return report.Table{
		Title: title, Columns: []string{"Term of −log p", "Nats a clip", "Bits a dimension"}, Rows: rows,
		Notes: []string{fmt.Sprintf("mean and standard error over %d clips of %d values", clips, dimensions)},
	}
}

// boundRows returns the terms of a bound.
func boundRows(b vdm.Bound) [][]string {
	return [][]string{
		term("reconstruction", b.Reconstruction, b.Dimensions), term("prior", b.Prior, b.Dimensions),
		term("diffusion", b.Diffusion, b.Dimensions),
	}
}

// Table returns a bound beside the exact value of each clip.
func Table(b vdm.Bound, exactly []float64) report.Table {
	rows := append(boundRows(b), term("their sum, the bound", b.Total, b.Dimensions))
	return table("The bound and the truth", len(b.Clips), b.Dimensions, append(rows, compared(b.Clips, exactly, b.Dimensions)...)...)
}

// FlowTable returns a likelihood by the flow beside the exact value of each clip.
func FlowTable(f vdm.Flow, exactly []float64) report.Table {
	rows := [][]string{
		term("prior, where the flow ends", f.Prior, f.Dimensions), term("trace", f.Trace, f.Dimensions),
		term("their sum", f.Total, f.Dimensions),
	}
	return table("The probability flow and the truth", len(f.Clips), f.Dimensions, append(rows, compared(f.Clips, exactly, f.Dimensions)...)...)
}

func compared(estimated, exactly []float64, dimensions int) [][]string {
	zero := make([]float64, len(exactly))
	return [][]string{
		term("exact", Differences(exactly, zero), dimensions),
		term("difference, clip by clip", Differences(estimated, exactly), dimensions),
	}
}

// ModelTable returns a model's bound, in the units of its data, and its likelihood by
// the flow, for the clips for which each was computed.
func ModelTable(b vdm.Bound, f vdm.Flow) report.Table {
	rows := append(boundRows(b),
		term("transform and rounding", b.Volume, b.Dimensions), term("bound", b.Total, b.Dimensions),
		term(fmt.Sprintf("probability flow (%d clips)", len(f.Clips)), f.Total, f.Dimensions))
	return table("The first model on held-out rain", len(b.Clips), b.Dimensions, rows...)
}
