package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// drawDistribution returns a drawing of the step function of members and of the truth
// over amounts, and of the area between them.
func drawDistribution(members []float32, truth float32, most float64, from float64) string {
	const columns, rows = 50, 6
	sorted := slices.Sorted(slices.Values(members))
	grid := make([][]rune, rows+1)
	for r := range grid {
		grid[r] = []rune(strings.Repeat(" ", columns+1))
	}
	amount := func(c int) float64 { return float64(c) / columns * most }
	for c := range columns + 1 {
		x := amount(c)
		reached, _ := slices.BinarySearchFunc(sorted, x, func(m float32, x float64) int {
			if float64(m) <= x {
				return -1
			}
			return 1
		})
		f := float64(reached) / float64(len(sorted))
		step := 0.0
		if x >= float64(truth) {
			step = 1
		}
		for r := range rows + 1 {
			p := 1 - float64(r)/rows
			if low, high := min(f, step), max(f, step); p > low && p < high && x >= from {
				grid[r][c] = '░'
			}
			if math.Abs(p-f) < 0.5/rows {
				grid[r][c] = '─'
			}
		}
	}
	at := int(math.Round(float64(truth) / most * columns))
	for r := range rows + 1 {
		grid[r][at] = '│'
	}
	var b strings.Builder
	for r, line := range grid {
		label := "    "
		switch r {
		case 0:
			label = "1   "
		case rows:
			label = "0   "
		}
		b.WriteString(strings.TrimRight(label+string(line), " ") + "\n")
	}
	fmt.Fprintf(&b, "    0%*s\n", columns, fmt.Sprintf("%g mm/h", most))
	fmt.Fprintf(&b, "    ─ share of members %v up to an amount   │ the truth, %g   ░ what is scored\n", members, truth)
	return b.String()
}

// drawFields returns a drawing of fields side by side: # from a threshold on, · below
// it.
func drawFields(width int, threshold float32, names []string, fields ...[]float32) string {
	var b strings.Builder
	for i, name := range names {
		fmt.Fprintf(&b, "%-*s", width+3, name)
		if i == len(names)-1 {
			b.WriteString("\n")
		}
	}
	for from := 0; from < len(fields[0]); from += width {
		var line []string
		for _, f := range fields {
			row := ""
			for _, v := range f[from : from+width] {
				if v >= threshold {
					row += "#"
				} else {
					row += "·"
				}
			}
			line = append(line, row)
		}
		b.WriteString(strings.Join(line, "   ") + "\n")
	}
	return b.String()
}

// drawBars returns a drawing of numbers as bars, the longest as long as the page allows.
func drawBars(names []string, values []float64) string {
	var b strings.Builder
	widest := 0
	for _, n := range names {
		widest = max(widest, len([]rune(n)))
	}
	most := slices.Max(values)
	for i, v := range values {
		bar := strings.Repeat("█", int(math.Round(40*v/most)))
		fmt.Fprintf(&b, "%s%s %s %s\n", names[i], strings.Repeat(" ", widest-len([]rune(names[i]))), bar, Format(v))
	}
	return b.String()
}

// box returns a field of 5 mm/h in a box of rows and columns, 0 elsewhere.
func box(width, height, y0, y1, x0, x1 int) []float32 {
	f := make([]float32, width*height)
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			f[y*width+x] = 5
		}
	}
	return f
}
