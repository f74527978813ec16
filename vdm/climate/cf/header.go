package cf

// Header is a file to be written, but for the values of the variables that are open.
type Header struct {
	Dims       []Dimension
	Variables  []HeaderVariable
	Attributes []NamedValue // global ones
}

// Dimension is a name and a length.
type Dimension struct {
	Name   string
	Length int
}

// NamedValue is an attribute: a string, a float64 or a []float64. One that is empty is
// not written.
type NamedValue struct {
	Name  string
	Value any
}

// HeaderVariable is one variable of a Header.
type HeaderVariable struct {
	Name       string
	Type       Type // Int, Float or Double
	Dims       []string
	Attributes []NamedValue
	Values     any   // []float64 or []int32; nil for none
	Open       bool  // its values, of type Float, follow
	Chunk      []int // lengths along Dims; nil as the format likes it
	Compress   bool
}
