package vdm

// Row is one line of the table that [Table] makes of a schedule and a weighting.
type Row struct {
	T       float64 // time: 0 at the data, 1 at the noise
	LogSNR  float64 // λ (2.53)
	Alpha   float64 // α (2.56)
	Sigma   float64 // σ (2.57)
	Density float64 // p_Λ(λ), per unit of λ (2.58)
	W       float64 // w(λ) (2.77)
	NegDW   float64 // −w′(λ), per unit of λ (2.81)
}

// Table returns a schedule and a weighting at n times, evenly spaced from t = 0 to t = 1
// with both ends; n below 2 is taken as 2.
func Table(s Schedule, w Weighting, n int) []Row {
	n = max(n, 2)
	rows := make([]Row, n)
	for i := range rows {
		t := float64(i) / float64(n-1)
		logSNR := s.LogSNR(t)
		rows[i] = Row{
			T: t, LogSNR: logSNR, Alpha: Alpha(logSNR), Sigma: Sigma(logSNR),
			Density: s.Density(logSNR), W: w.W(logSNR), NegDW: w.NegDW(logSNR),
		}
	}
	return rows
}
