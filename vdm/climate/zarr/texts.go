package zarr

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// Texts reads an array of texts.
func (a *array) Texts() ([]string, error) {
	if a.dtype.typ != cf.String || a.dtype.unread != "" {
		return nil, errors.New("it holds no texts that are read")
	}
	const most = 1 << 20
	total := 1
	for _, n := range a.shape {
		if n > 0 && total > most/n {
			return nil, fmt.Errorf("it holds more than %d texts", most)
		}
		total *= n
	}
	texts := make([]string, total)
	if total == 0 {
		return texts, nil
	}
	places, _ := a.touched(make([]int, len(a.shape)), a.shape)
	for place := range places {
		of, err := a.textsAt(place)
		if err != nil {
			return nil, err
		}
		for k, text := range of {
			at, inside := 0, true
			for i := range a.shape {
				x := place[i]*a.chunk[i] + k/a.strides[i]%a.chunk[i]
				at, inside = at*a.shape[i]+x, inside && x < a.shape[i]
			}
			if inside {
				texts[at] = text
			}
		}
	}
	return texts, nil
}

// textsAt are the texts of one chunk.
func (a *array) textsAt(place []int) ([]string, error) {
	size := -1
	if a.dtype.kind != 'O' {
		size = a.chunkValues * a.dtype.size
	}
	b, err := a.unpack(place, size)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // texts that were never written are empty
	}
	if err != nil {
		return nil, err
	}
	var texts []string
	if size >= 0 {
		for ; len(b) > 0; b = b[a.dtype.size:] {
			texts = append(texts, a.dtype.text(b[:a.dtype.size]))
		}
		return texts, nil
	}
	if len(b) < 4 {
		return nil, fmt.Errorf("chunk %s is too short for texts", a.key(place))
	}
	for b = b[4:]; len(b) >= 4 && len(texts) < a.chunkValues; {
		n := int(binary.LittleEndian.Uint32(b))
		if b = b[4:]; n > len(b) {
			return nil, fmt.Errorf("chunk %s has a text of %d bytes where %d are left", a.key(place), n, len(b))
		}
		texts, b = append(texts, cf.CleanText(string(b[:n]))), b[n:]
	}
	return texts, nil
}

// text is a text of fixed size.
func (d *dtype) text(b []byte) string {
	if d.kind == 'S' {
		return cf.CleanText(string(b))
	}
	order := d.order
	if order == nil {
		order = binary.LittleEndian
	}
	var s strings.Builder
	for ; len(b) >= 4; b = b[4:] {
		if r := order.Uint32(b); r != 0 && r <= 0x10ffff {
			s.WriteRune(rune(r))
		}
	}
	return cf.CleanText(s.String())
}
