package cf

// Array is a variable of a file of results: numbers or labels along named dimensions.
type Array struct {
	Name       string
	Dims       []string
	Shape      []int
	Values     []float64 // row by row; NaN is missing
	Labels     []string  // in place of Values, along one dimension
	Attributes map[string]string
}
