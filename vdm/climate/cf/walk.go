package cf

import (
	"fmt"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/internal/machine"
)

// Walk reads the values of a data set through, a block at a time, to find what cannot be
// read: of every numeric variable, or only of those that can be coordinates.
func Walk(d *Dataset, coordinates bool) error {
	for _, v := range newDataset(d).vars {
		if v.isText() { // may be dates; an error shows when they are wanted
			_, _ = v.values.Texts()
		}
		coordinate := len(v.shape) <= 2 || isLatitude(v) || isLongitude(v) || strongRole(v) == roleTime || boundsName.MatchString(v.base())
		if !v.isNumeric() || coordinates && !coordinate {
			continue
		}
		if err := v.walk(); err != nil {
			return fmt.Errorf("variable %q cannot be read%s: %w", v.name, v.values.Why(), err)
		}
	}
	return nil
}

// walk reads a variable, a block at a time.
func (v *variable) walk() error {
	raw := newSlab(v, &unpacker{})
	if len(v.shape) == 0 {
		return raw.read(nil, nil)
	}
	return v.eachBlock(raw.bytes(), raw.read)
}

// eachBlock cuts a variable into blocks along one of its dimensions: the first of
// which a row is small, so that one whose first dimension has the length 1, as the
// member of an ensemble has, does not make one block.
func (v *variable) eachBlock(bytes int, do func(start, count []int) error) error {
	if slices.Contains(v.shape, 0) {
		return nil
	}
	start, count := make([]int, len(v.shape)), slices.Clone(v.shape)
	along, row := len(v.shape)-1, bytes
	for along > 0 && row*v.shape[along] <= slabBytes {
		row *= v.shape[along]
		along--
	}
	if free := machine.FreeMemory(); free > 0 && int64(row) > free {
		return fmt.Errorf("one row takes %d bytes, %d are free", row, free)
	}
	for i := range along {
		count[i] = 1
	}
	most := v.blockLength(along, row)
	for {
		for at := 0; at < v.shape[along]; at += most {
			start[along], count[along] = at, min(most, v.shape[along]-at)
			if err := do(start, count); err != nil {
				return err
			}
		}
		i := along - 1 // on to the next place along the dimensions before
		for ; i >= 0; i-- {
			if start[i]++; start[i] < v.shape[i] {
				break
			}
			start[i] = 0
		}
		if i < 0 {
			return nil
		}
	}
}
