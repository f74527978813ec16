package verify

import "fmt"

// coverage is the share of intervals of [MeanInterval], at 95 %, that contain
// the true mean of simulated series: TestCoverageTable finds it again. The last
// column is the one that tables go by: scores of rain are skewed, and cases that
// follow each other in time resemble each other.
var coverage = []struct {
	cases int
	// Of independent normal scores, of such with a correlation of 0.5 and 0.8
	// with the next case, and of the exponentials of the first two.
	shares [5]float64
}{
	{5, [5]float64{0.95, 0.81, 0.56, 0.85, 0.70}},
	{10, [5]float64{0.96, 0.80, 0.59, 0.87, 0.73}},
	{20, [5]float64{0.95, 0.86, 0.68, 0.88, 0.78}},
	{50, [5]float64{0.95, 0.89, 0.81, 0.91, 0.84}},
	{100, [5]float64{0.95, 0.91, 0.88, 0.93, 0.88}},
	{200, [5]float64{0.95, 0.93, 0.91, 0.94, 0.90}},
	{400, [5]float64{0.96, 0.95, 0.94, 0.95, 0.93}},
	{1000, [5]float64{0.96, 0.95, 0.95, 0.95, 0.94}},
}

// trusted is the coverage from which on an interval may be called by its level.
const trusted = 0.9

// IntervalName returns what a table may call the intervals of [MeanInterval] over a
// number of cases: "95 % interval" where at least 0.9 of them contain the true mean of
// skewed scores, correlated by 0.5 with the next case, and otherwise the number of cases
// and the coverage, such as "interval (5 cases, coverage about 0.7)".
func IntervalName(cases int) string {
	name := fmt.Sprintf("interval (%d cases, coverage below %.1f)", cases, correlatedCoverage(0))
	for i, row := range coverage {
		if cases < row.cases {
			break
		}
		if share := correlatedCoverage(i); share >= trusted {
			name = "95 % interval"
		} else {
			name = fmt.Sprintf("interval (%d cases, coverage about %.1f)", cases, share)
		}
	}
	return name
}

// correlatedCoverage returns what tables go by in a row of coverage.
func correlatedCoverage(row int) float64 { return coverage[row].shares[4] }
