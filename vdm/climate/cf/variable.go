package cf

import (
	"strings"
)

// number is what a variable can hold to be data.
type number interface {
	int8 | uint8 | int16 | uint16 | int32 | uint32 | int64 | uint64 | float32 | float64
}

// isNumeric says whether a variable's type is one of number.
func (v *variable) isNumeric() bool {
	switch v.typ {
	case Byte, UByte, Short, UShort, Int, UInt, Int64, UInt64, Float, Double:
		return true
	}
	return false
}

// blockLength is how many places along a dimension to read at once, when one place
// takes rowBytes: some slabBytes, in whole chunks where the memory for it is
// reasonable. A chunk that is read in parts is inflated again for each part.
func (v *variable) blockLength(dim, rowBytes int) int {
	n := max(1, slabBytes/max(1, rowBytes))
	if v.chunk == nil {
		return n
	}
	chunk := v.chunk[dim]
	if n >= chunk {
		return n / chunk * chunk
	}
	if chunk <= mostBytes/max(1, rowBytes) {
		return chunk
	}
	return n
}

const (
	// slabBytes is about what is read at once: enough for the library to run at
	// full speed, little beside a field.
	slabBytes = 2 << 20
	// mostBytes bounds the same where chunks are long in time.
	mostBytes = 512 << 20
)

func (v *variable) text(name string) string { return v.attrs[name].Text }

// base is the variable's name without its groups.
func (v *variable) base() string { return strings.TrimPrefix(v.name, v.group) }

// find finds a variable by its whole name, or by the name without groups where only
// one has it.
func (d *dataset) find(name string) *variable {
	var found *variable
	for _, v := range d.vars {
		if v.name == name {
			return v
		}
		if v.base() == name && name != "" {
			if found != nil {
				found = nil
				break
			}
			found = v
		}
	}
	return found
}

// near finds the variable that a name in an attribute of v means: in its group, else
// in one above, else anywhere.
func (d *dataset) near(v *variable, name string) *variable {
	if name == "" {
		return nil
	}
	for _, c := range d.visible(v) {
		if c.base() == name {
			return c
		}
	}
	return d.find(strings.TrimPrefix(name, "/"))
}

// visible are the variables whose dimensions are those of v where they have the same
// names: of its group and of those above, the nearest first.
func (d *dataset) visible(v *variable) []*variable {
	var all []*variable
	for group := v.group; ; {
		for _, c := range d.vars {
			if c.group == group {
				all = append(all, c)
			}
		}
		if group == "" {
			return all
		}
		group = group[:strings.LastIndexByte(strings.TrimSuffix(group, "/"), '/')+1]
	}
}

// longName returns a variable's long_name, or the attribute that models write instead.
func longName(v *variable) string {
	for _, name := range []string{"long_name", "description", "GRIB_name", "title"} {
		if text := v.text(name); text != "" {
			return text
		}
	}
	return ""
}
