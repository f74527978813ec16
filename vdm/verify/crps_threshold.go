package verify

import "fmt"

// NewThresholdCRPS returns an empty threshold-weighted CRPS for forecasts of leads
// frames: a CRPS in which only amounts of at least the threshold count, so that a
// forecast is judged by heavy rain and not by the many dry cells. It is
//
//	∫_t^∞ (F(z) − 1{y ≤ z})² dz
//
// (Gneiting and Ranjan 2011, Journal of Business & Economic Statistics 29, 411), F being
// the forecast distribution and t the threshold, in the units of the data. It equals the
// CRPS of the members and the truth after all values below t are raised to t (Allen,
// Ginsbourger and Ziegel 2023, SIAM/ASA Journal on Uncertainty Quantification 11, 906);
// so there is a plain and a fair form, as of [CRPS], and a cell where truth and members
// lie below t adds 0.
func NewThresholdCRPS(leads int, threshold float64) (*CRPS, error) {
	if err := checkThresholds("threshold-weighted crps", []float64{threshold}); err != nil {
		return nil, err
	}
	s, err := NewCRPS(leads)
	if err != nil {
		return nil, fmt.Errorf("threshold-weighted %w", err)
	}
	s.floor = threshold
	return s, nil
}
