package cf

import (
	"fmt"
	"maps"
	"strings"
	"unicode/utf8"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// Dataset is an open file of a format: its metadata, and a way to its values. A format
// makes one in [Format.Open].
type Dataset struct {
	Variables  []*Variable
	Attributes map[string]Attribute // global ones
	Close      func()               // nil for nothing to close
}

// Variable is what a format says of one variable. That of a group has the groups in
// front of its name, as in "Grid/precipitation".
type Variable struct {
	Name       string
	Group      string // with a slash at its end, "" for the root
	Type       Type
	Dims       []string
	Shape      []int
	Attributes map[string]Attribute
	Chunk      []int // chunk lengths along Dims; nil if stored whole
	Values     Values
	Notes      []string // what the format decided about it, a sentence each

	Kind climate.Kind // what the format itself says that it is; KindAuto leaves it to the attributes
}

// Values reads the stored values of a variable.
type Values interface {
	// Read fills dst, a slice of the variable's type ([]int8 to []float64), with the block
	// of count places from start along each dimension; both are empty for one value.
	Read(dst any, start, count []int) error
	// Texts returns the texts of a variable of characters or strings, one for each place.
	Texts() ([]string, error)
	// Why says what is known of values that cannot be read, to stand between
	// "cannot be read" and the error.
	Why() string
}

// Attribute is a text or numbers.
type Attribute struct {
	Type    Type
	Text    string
	Numbers []float64
}

// Type is the type of stored values.
type Type int

// The types that files have.
const (
	NoType Type = iota
	Byte
	UByte
	Short
	UShort
	Int
	UInt
	Int64
	UInt64
	Float
	Double
	Char
	String
)

var typeNames = [...]string{"none", "byte", "ubyte", "short", "ushort", "int", "uint", "int64", "uint64", "float", "double", "char", "string"}

func (t Type) String() string {
	if t < 0 || int(t) >= len(typeNames) {
		return fmt.Sprintf("type %d", int(t))
	}
	return typeNames[t]
}

// dataset is a data set with its variables as this package uses them.
type dataset struct {
	globals map[string]Attribute
	vars    []*variable
}

func newDataset(d *Dataset) *dataset {
	all := &dataset{globals: d.Attributes}
	for _, v := range d.Variables {
		all.vars = append(all.vars, newVariable(v))
	}
	return all
}

type variable struct {
	name, group string
	typ         Type
	dims        []string
	shape       []int
	attrs       map[string]Attribute
	chunk       []int
	values      Values
	notes       []string
	kind        climate.Kind
}

func newVariable(v *Variable) *variable {
	return &variable{name: v.Name, group: v.Group, typ: v.Type, dims: v.Dims, shape: v.Shape, attrs: v.Attributes, chunk: v.Chunk, values: v.Values, notes: v.Notes, kind: v.Kind}
}

// globalTexts are the global attributes that are text, but for Conventions, which the
// writer of samples adds.
func (d *dataset) globalTexts() map[string]string {
	texts := map[string]string{}
	for name, a := range maps.All(d.globals) {
		if a.Text != "" && name != "Conventions" {
			texts[name] = a.Text
		}
	}
	return texts
}

// CleanText drops the zero bytes that some writers end texts with, and brings other
// encodings to UTF-8.
func CleanText(s string) string {
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
