// Package coast contains the outlines of the land, which pictures draw over fields so that
// a reader sees where they lie.
//
// They are of Natural Earth 4.1.0 at 1:50 million (naturalearthdata.com, public domain), by
// way of the npm package world-atlas 2.0.2, with vertices left out that lie within 0.02
// degrees of the rest, and in steps of 0.01 degrees: generate.go makes the file. So they
// are right to a few kilometres, as far as a map of some hundred cells can show.
package coast

import (
	"bytes"
	"compress/flate"
	_ "embed"
	"encoding/binary"
	"io"
	"math"
	"sync"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

//go:embed outlines.bin
var packed []byte

// unit is how many units of the file make a degree.
const unit = 100

// Line is a part of an outline: longitudes and latitudes in degrees, or, where a function
// says so, columns and rows of a grid.
type Line struct{ X, Y []float64 }

// Outlines returns all outlines, in degrees: X from −180 to 180, Y from −90 to 90. The lines
// belong to the package and must not be changed.
var Outlines = sync.OnceValue(func() (all []Line) {
	plain, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
	if err != nil {
		panic("coast: the outlines within this program: " + err.Error())
	}
	for len(plain) > 0 {
		n, used := binary.Uvarint(plain)
		plain = plain[used:]
		line, at := Line{}, [2]int64{}
		for range n {
			for k := range at {
				d, used := binary.Varint(plain)
				plain = plain[used:]
				at[k] += d
			}
			line.X, line.Y = append(line.X, float64(at[0])/unit), append(line.Y, float64(at[1])/unit)
		}
		all = append(all, line)
	}
	return all
})

// Over returns the outlines that cross a grid, in columns and rows of its cells, from 0 at
// the middle of the first. It returns nothing for a grid that does not say where its cells
// lie. Grids with longitudes and latitudes of all cells may be projected in any way, as
// long as neighbouring cells are neighbours on the earth.
func Over(g *climate.Grid) (lines []Line) {
	lat, lon, ok := g.Geographic()
	if !ok || g.Height < 2 || g.Width < 2 {
		return nil
	}
	in := &inverse{h: g.Height, w: g.Width, lat: lat, lon: lon}
	south, north := math.Inf(1), math.Inf(-1)
	for _, v := range lat {
		south, north = min(south, v), max(north, v)
	}
	margin := 1 + (north-south)/float64(g.Height)
	for _, outline := range Outlines() {
		var part Line
		end := func() {
			if len(part.X) > 1 {
				lines = append(lines, part)
			}
			part = Line{}
		}
		for i := range outline.X {
			if outline.Y[i] < south-margin || outline.Y[i] > north+margin {
				end()
				continue
			}
			x, y, inside := in.find(outline.X[i], outline.Y[i])
			if n := len(part.X); n > 0 && math.Abs(x-part.X[n-1]) > float64(g.Width)/2 {
				end() // from one edge to the other of a grid around the earth
			}
			if !inside {
				end()
				continue
			}
			part.X, part.Y = append(part.X, x), append(part.Y, y)
		}
		end()
	}
	return lines
}
