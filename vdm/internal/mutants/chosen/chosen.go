// Package chosen contains the functions that changed code calls in a test of its tests:
// each returns the value of the code or, for the one change that the environment names,
// the changed value. So one test binary serves all changes. Only the overlays of
// [github.com/climate-vdm/climate-vdm/vdm/internal/mutants] import it.
package chosen

import (
	"cmp"
	"fmt"
	"os"
	"strconv"
	"sync"
)

// These are environment variables: the number of the active change, and the file to
// which each change that is reached appends its number.
const (
	Mutant  = "VDM_MUTANT"
	Reached = "VDM_MUTANTS_REACHED"
)

// The environment is read once, before anything of the changed code runs.
var (
	mutant    = numbered(os.Getenv(Mutant))
	recording = os.Getenv(Reached) != ""
	reached   sync.Map
)

func numbered(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}

// Is reports whether a change is the active one. Changed code calls it wherever the
// change would matter.
func Is(id int) bool { return id == mutant || recording && record(id) }

// record notes that a change was reached, and returns false.
func record(id int) bool {
	if _, before := reached.LoadOrStore(id, true); before {
		return false
	}
	f, err := os.OpenFile(os.Getenv(Reached), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err == nil {
		_, err = fmt.Fprintln(f, id)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		panic(err)
	}
	return false
}

// Number is a type for arithmetic.
type Number interface {
	Integer | ~float32 | ~float64 | ~complex64 | ~complex128
}

// Integer is a type for counting.
type Integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
}

// Pick returns right, or wrong where the change is active. Both are evaluated.
func Pick[T any](id int, wrong, right T) T {
	if Is(id) {
		return wrong
	}
	return right
}

// Add returns x + y; changed, x − y.
func Add[T Number](id int, x, y T) T {
	if Is(id) {
		return x - y
	}
	return x + y
}

// Sub returns x − y; changed, x + y.
func Sub[T Number](id int, x, y T) T {
	if Is(id) {
		return x + y
	}
	return x - y
}

// Mul returns x·y; changed, x/y.
func Mul[T Number](id int, x, y T) T {
	if Is(id) {
		return x / y
	}
	return x * y
}

// Div returns x/y; changed, x·y.
func Div[T Number](id int, x, y T) T {
	if Is(id) {
		return x * y
	}
	return x / y
}

// Negated returns −x; changed, x.
func Negated[T Number](id int, x T) T {
	if Is(id) {
		return x
	}
	return -x
}

// Signed returns x; changed, −x.
func Signed[T Number](id int, x T) T {
	if Is(id) {
		return -x
	}
	return x
}

// Less returns x < y; changed, x ≤ y.
func Less[T cmp.Ordered](id int, x, y T) bool { return x < y || Is(id) && x <= y }

// AtMost returns x ≤ y; changed, x < y.
func AtMost[T cmp.Ordered](id int, x, y T) bool {
	if Is(id) {
		return x < y
	}
	return x <= y
}

// Before returns i; changed, i − 1, but never less than 0.
func Before[T Integer](id int, i T) T {
	if Is(id) && i > 0 {
		return i - 1
	}
	return i
}

// After returns i; changed, i + 1.
func After[T Integer](id int, i T) T {
	if Is(id) {
		return i + 1
	}
	return i
}

// Min returns the smaller of two values; changed, the larger.
func Min[T cmp.Ordered](id int, x, y T) T {
	if Is(id) {
		return max(x, y)
	}
	return min(x, y)
}

// Max returns the larger of two values; changed, the smaller.
func Max[T cmp.Ordered](id int, x, y T) T {
	if Is(id) {
		return min(x, y)
	}
	return max(x, y)
}
