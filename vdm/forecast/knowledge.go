package forecast

// knowledge is a field on the grid with marks where it is known.
type knowledge struct {
	value []float64
	known []bool
}

// complete fills each of two fields from the other where it is not known.
func (k *knowledge) complete(o *knowledge) {
	for i := range k.value {
		switch {
		case k.known[i] && !o.known[i]:
			o.value[i], o.known[i] = k.value[i], true
		case o.known[i] && !k.known[i]:
			k.value[i], k.known[i] = o.value[i], true
		}
	}
}
