// Package torture says how often tests kill the processes that they start.
package torture

import (
	"os"
	"strconv"
	"testing"
)

// Env names the environment variable with the number of kills of each test: make torture
// sets it.
const Env = "VDM_KILLS"

// Kills returns how often a test kills: as the variable says, else the usual number.
func Kills(t testing.TB, usual int) int {
	t.Helper()
	text := os.Getenv(Env)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < usual {
		t.Fatalf("%s is %q, want a number of at least %d", Env, text, usual)
	}
	return n
}
