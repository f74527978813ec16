package netcdf

import (
	"strings"
	"unicode/utf8"

	nc "github.com/fhs/go-netcdf/netcdf"
)

// dataset is an open file with all its metadata in Go.
type dataset struct {
	path string
	ds   nc.Dataset
	vars []*variable
}

// variable is a variable of the root group or of a group below: its name then begins
// with the groups, as in "Grid/precipitation".
type variable struct {
	name  string
	group string // with a slash at its end, "" for the root
	ds    nc.Dataset
	id    int
	v     nc.Var
	typ   nc.Type
	dims  []string
	shape []int
	attrs map[string]attribute
	chunk []int // chunk lengths along dims; nil means not chunked
}

// attribute is a text or numbers.
type attribute struct {
	typ     nc.Type
	text    string
	numbers []float64
}

// cleanText returns a text without the zero bytes with which some writers end it,
// converted to UTF-8.
func cleanText(s string) string {
	s = strings.TrimSpace(strings.TrimRight(s, "\x00"))
	if utf8.ValidString(s) {
		return s
	}
	latin := make([]rune, 0, len(s)) // Latin-1, the encoding seen besides UTF-8
	for _, b := range []byte(s) {
		latin = append(latin, rune(b))
	}
	return string(latin)
}
