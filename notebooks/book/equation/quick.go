package equation

import "os"

// quickVariable names the environment variable that makes notebooks run on
// smaller samples, for tests.
const quickVariable = "VDM_QUICK"

// Samples returns how many random draws a check takes: full, or a twentieth where
// VDM_QUICK is set. Take tolerances from standard errors, and both pass.
func Samples(full int) int {
	if os.Getenv(quickVariable) != "" {
		return max(1, full/20)
	}
	return full
}
