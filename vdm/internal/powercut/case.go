package powercut

import (
	"os"
	"strconv"
	"testing"
)

// Case is a writer, and what must be true whenever the power is cut under it.
type Case struct {
	// Before makes the last good state in an empty folder. nil means none.
	Before func(dir string) error

	// Write is the writer. It calls promise whenever it has been told, by a call that
	// returned without an error, that something is safe; its own return without an
	// error is one promise more. It must also be able to resume: it is called again in
	// what each cut leaves.
	Write func(dir string, promise func()) error

	// Check returns an error if a folder is neither as it was before nor as it is
	// after, or if less is present than has been promised. promises is the number of
	// them; after a resume it is [Resumed].
	Check func(dir string, promises int) error

	// States is how many different states of the disk the quick suite looks at, of all
	// that there are. 0 means 60.
	States int

	// MayStay reports whether a file that no undisturbed writer leaves may stay after a
	// resume, by its path in the folder. nil means that none may.
	MayStay func(path string) bool
}

// Resumed is the number of promises with which Check is called after a resume: all.
const Resumed = 1 << 30

// Env names the environment variable with the number of states of each test; make
// powercut sets it.
const Env = "VDM_CUTS"

// states returns how many states a test looks at, and with which seed they are chosen.
func (c Case) states(t testing.TB) (n int, seed uint64) {
	n = c.States
	if n == 0 {
		n = 60
	}
	read := func(name string, bits int) (uint64, bool) {
		text := os.Getenv(name)
		if text == "" {
			return 0, false
		}
		v, err := strconv.ParseUint(text, 10, bits)
		if err != nil {
			t.Fatalf("%s is %q, want a number", name, text)
		}
		return v, true
	}
	if v, ok := read(Env, 31); ok {
		n = int(v)
	}
	seed, _ = read(Env+"_SEED", 64)
	return n, seed
}
