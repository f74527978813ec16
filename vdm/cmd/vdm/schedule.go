package main

import (
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm"
)

func newSchedule() *cobra.Command {
	var (
		name, weighting  string
		low, high, shift float64
		params           map[string]string
		rows             int
		asCSV            bool
	)
	c := &cobra.Command{
		Use:     "schedule",
		Short:   "Print a noise schedule and a weighting of the loss as a table",
		GroupID: groupLook,
		Long: `schedule prints a table over the time t, from data (0) to noise (1):
λ, the log signal-to-noise ratio (2.53); α and σ, the shares of signal and noise
(2.56, 2.57); p_Λ, the density of λ per unit of λ when t is uniform (2.58); the
weighting w(λ) of the loss (2.77) and −w′(λ), per unit of λ (2.81).`,
		Example: `  vdm schedule
  vdm schedule --name linear --min -10 --max 10 --n 101 --csv > schedule.csv
  vdm schedule --shift -1.386 --weighting min-snr --param gamma=5`,
		Args: takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			if rows < 2 || rows > 1_000_000 {
				return misuse(c, "--n is %d: want 2 to 1000000 rows", rows)
			}
			if low == 0 && high == 0 { // for the library both 0 means its own bounds
				return misuse(c, "--min and --max are both 0: want --min below --max")
			}
			s, err := vdm.NewSchedule(name, low, high, shift)
			if err != nil {
				return err
			}
			numbers, err := parseParams(c, params)
			if err != nil {
				return err
			}
			w, err := vdm.NewWeighting(weighting, s, numbers)
			if err != nil {
				return err
			}
			table := vdm.Table(s, w, rows)
			if asCSV {
				return emit(c, scheduleCSV(table))
			}
			return emit(c, fmt.Sprintf("schedule: %v\nweighting: %v\n\n%s", s, w, scheduleText(table)))
		},
	}
	f := c.Flags()
	f.StringVar(&name, "name", "cosine", "schedule: cosine, linear, or cosine-float32 (as the dissertation's program computed it)")
	f.Float64Var(&low, "min", vdm.DefaultMinLogSNR, "smallest λ (natural logarithm of the signal-to-noise ratio)")
	f.Float64Var(&high, "max", vdm.DefaultMaxLogSNR, "largest λ")
	f.Float64Var(&shift, "shift", 0, "shift of λ of the cosine schedule, for other resolutions")
	f.StringVar(&weighting, "weighting", "v", "weighting: elbo, v, sigmoid, min-snr or edm")
	f.StringToStringVar(&params, "param", nil, "parameter of the weighting, as `name=value` (sigmoid: bias; min-snr: gamma; edm: mean, std, sigma_data)")
	f.Lookup("param").DefValue = "" // pflag would print []
	f.IntVar(&rows, "n", 11, "number of rows of the table")
	f.BoolVar(&asCSV, "csv", false, "print comma-separated values with every digit, for other programs")
	return c
}

func parseParams(c *cobra.Command, texts map[string]string) (map[string]float64, error) {
	numbers := map[string]float64{}
	for name, text := range texts {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, misuse(c, "--param %s=%s: %q is not a number", name, text, text)
		}
		numbers[name] = v
	}
	return numbers, nil
}

// cells returns the numbers of a row in the order of the columns.
func cells(r vdm.Row) []float64 {
	return []float64{r.T, r.LogSNR, r.Alpha, r.Sigma, r.Density, r.W, r.NegDW}
}

// scheduleCSV returns the table with names without Greek letters, and numbers that read
// back to the same float64.
func scheduleCSV(rows []vdm.Row) string {
	var b strings.Builder
	w := csv.NewWriter(&b) // a Builder never fails
	_ = w.Write([]string{"t", "log_snr", "alpha", "sigma", "density", "w", "neg_dw"})
	for _, r := range rows {
		var line []string
		for _, v := range cells(r) {
			line = append(line, strconv.FormatFloat(v, 'g', -1, 64))
		}
		_ = w.Write(line)
	}
	w.Flush()
	return b.String()
}

func scheduleText(rows []vdm.Row) string {
	var b strings.Builder
	for i, head := range []string{"t", "λ", "α", "σ", "p_Λ", "w", "−w′"} {
		fmt.Fprintf(&b, "%*s", columnWidth(i), head)
	}
	b.WriteByte('\n')
	for _, r := range rows {
		for i, v := range cells(r) {
			fmt.Fprintf(&b, "%*s", columnWidth(i), strconv.FormatFloat(v, 'g', 6, 64))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func columnWidth(i int) int {
	if i == 0 {
		return 8
	}
	return 14
}
