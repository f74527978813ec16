package climate

// Kind says how the values of a variable are treated.
type Kind int

const (
	KindAuto  Kind = iota // decided by everything that the file says: see Recognise
	KindRain              // precipitation: becomes a rate in mm/h, must not be negative
	KindOther             // anything else: kept in the units of its file
)
