package vdm

// ForwardRate returns β(t) = d/dt log(1 + exp(−λ_t)), per unit of time, which is all
// that the forward process needs as a stochastic differential equation (2.37–2.39):
//
//	dz = −½β(t)·z dt + √β(t) dw,  z₀ ~ N(α₀x, σ₀²)
//
// With −dλ/dt = 1/p_Λ(λ) (2.58) it is σ_t²/p_Λ(λ_t), and its integral from s to t is
// 2·log(α_s/α_t). For the cosine schedule with the bounds ±30 it rises from 1e-6 to 1e7:
// steps that are equal in t cannot follow it at the end.
func ForwardRate(s Schedule, t float64) float64 {
	logSNR := s.LogSNR(t)
	sigma := Sigma(logSNR)
	return sigma * sigma / s.Density(logSNR)
}
