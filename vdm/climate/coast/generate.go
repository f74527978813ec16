//go:build ignore

// Makes outlines.bin from land-50m.json of the npm package world-atlas 2.0.2 (Natural
// Earth 4.1.0, public domain):
//
//	npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
//	go run generate.go package/land-50m.json outlines.bin
package main

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"log"
	"math"
	"os"
)

const (
	unit      = 100  // units a degree
	tolerance = 0.02 // degrees by which a vertex that is left out may be off the line
)

func main() {
	var atlas struct {
		Transform struct{ Scale, Translate [2]float64 }
		Arcs      [][][2]int64
	}
	text, err := os.ReadFile(os.Args[1])
	if err == nil {
		err = json.Unmarshal(text, &atlas)
	}
	if err != nil {
		log.Fatal(err)
	}
	var plain []byte
	for _, arc := range atlas.Arcs {
		var at [2]int64
		var line [][2]float64
		for _, d := range arc {
			at[0], at[1] = at[0]+d[0], at[1]+d[1]
			line = append(line, [2]float64{
				float64(at[0])*atlas.Transform.Scale[0] + atlas.Transform.Translate[0],
				float64(at[1])*atlas.Transform.Scale[1] + atlas.Transform.Translate[1]})
		}
		line = simplified(line)
		plain = binary.AppendUvarint(plain, uint64(len(line)))
		var before [2]int64
		for _, p := range line {
			for k := range p {
				now := int64(math.Round(p[k] * unit))
				plain = binary.AppendVarint(plain, now-before[k])
				before[k] = now
			}
		}
	}
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		log.Fatal(err)
	}
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(os.Args[2], out.Bytes(), 0o644); err != nil {
		log.Fatal(err)
	}
}

// simplified leaves out vertices by Douglas and Peucker's method (1973, Cartographica 10).
func simplified(line [][2]float64) [][2]float64 {
	if len(line) < 3 {
		return line
	}
	a, b := line[0], line[len(line)-1]
	dx, dy := b[0]-a[0], b[1]-a[1]
	long := math.Hypot(dx, dy)
	most, at := -1.0, 0
	for i := 1; i < len(line)-1; i++ {
		off := math.Hypot(line[i][0]-a[0], line[i][1]-a[1])
		if long > 0 {
			off = math.Abs(dx*(line[i][1]-a[1])-dy*(line[i][0]-a[0])) / long
		}
		if off > most {
			most, at = off, i
		}
	}
	if most <= tolerance {
		return [][2]float64{a, b}
	}
	first, second := simplified(line[:at+1]), simplified(line[at:])
	return append(first[:len(first)-1:len(first)-1], second...)
}
