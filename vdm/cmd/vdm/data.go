package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// readFlags say how data files are read, for every command that reads any.
type readFlags struct {
	variables []string
	units     string
	kind      string
	interval  float64
	fill      []float64
	index     map[string]int
}

func (r *readFlags) addTo(c *cobra.Command) {
	f := c.Flags()
	f.StringArrayVar(&r.variables, "variable", nil, "`name` of a variable; may be repeated, each is a channel (default: the only one in the file)")
	f.StringVar(&r.units, "units", "", "`units` of the variable where the file names none or wrong ones, as in \"mm/h\"")
	f.StringVar(&r.kind, "kind", "auto", "what the variable is: rain (becomes mm/h), other (keeps its units), or auto")
	f.Float64Var(&r.interval, "interval", 0, "`hours` over which each value of an accumulation was summed, where the file does not say")
	f.Float64SliceVar(&r.fill, "fill", nil, "more `values` that mean missing, in the file's units")
	f.StringToIntVar(&r.index, "index", nil, "place along a dimension that is neither time nor horizontal, as `name=number` from 0")
	f.Lookup("fill").DefValue, f.Lookup("index").DefValue = "", "" // pflag would print []
}

// record is data opened for reading: one field a variable, all on one grid.
type record struct {
	fields  []*climate.Field
	sources []climate.Source
	split   *climate.Split // of prepared data that have one, else nil
	close   func() error
}

// open opens one folder of prepared data, or one or more NetCDF files, which are
// joined in time.
func (r *readFlags) open(paths []string) (*record, error) {
	if len(paths) == 0 {
		return nil, errors.New("no data: give --data FILE.nc, or the folder of prepared data")
	}
	var folders int
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return nil, fmt.Errorf("data: %w", err)
		}
		if info.IsDir() {
			folders++
		}
	}
	switch {
	case folders == 1 && len(paths) == 1:
		return r.openPrepared(paths[0])
	case folders > 0:
		return nil, fmt.Errorf("--data: a folder of prepared data stands alone, %d paths are given", len(paths))
	}
	return r.openFiles(paths)
}

func (r *readFlags) openPrepared(dir string) (*record, error) {
	p, err := climate.OpenPrepared(dir)
	if err != nil {
		return nil, err
	}
	rec := &record{fields: slices.Clone(p.Fields()), split: p.Split(), close: p.Close}
	rec.sources = []climate.Source{{Name: filepath.Base(dir), SHA256: p.SHA256()}}
	if len(r.variables) == 0 {
		return rec, nil
	}
	rec.fields = nil
	for _, name := range r.variables {
		i := slices.IndexFunc(p.Fields(), func(f *climate.Field) bool { return f.Name == name })
		if i < 0 {
			return nil, errors.Join(fmt.Errorf("%s: there is no variable %q; there are: %s", dir, name, names(p.Fields())), p.Close())
		}
		rec.fields = append(rec.fields, p.Fields()[i])
	}
	return rec, nil
}

func (r *readFlags) openFiles(paths []string) (*record, error) {
	rec := &record{close: func() error { return nil }}
	var parts [][]*climate.Field // of each file, its variables
	for _, path := range paths {
		fields, err := r.readNetCDF(path)
		if err != nil {
			return nil, err
		}
		source, err := climate.HashSource(path)
		if err != nil {
			return nil, err
		}
		parts, rec.sources = append(parts, fields), append(rec.sources, source)
	}
	for i := range parts[0] {
		var pieces []*climate.Field
		for _, p := range parts {
			pieces = append(pieces, p[i])
		}
		whole, err := joinTime(pieces, paths)
		if err != nil {
			return nil, err
		}
		rec.fields = append(rec.fields, whole)
	}
	return rec, nil
}

// joinTime joins the pieces of one variable, each from a file, in the order of
// their times.
func joinTime(pieces []*climate.Field, paths []string) (*climate.Field, error) {
	if len(pieces) == 1 {
		return pieces[0], nil
	}
	first := *pieces[0]
	order := make([]int, len(pieces))
	for i, p := range pieces {
		order[i] = i
		switch {
		case p.Name != first.Name:
			return nil, fmt.Errorf("%s holds the variable %q, %s holds %q: choose one that all files have with --variable", paths[i], p.Name, paths[0], first.Name)
		case p.Units != first.Units || p.Calendar != first.Calendar || p.Epoch != first.Epoch:
			return nil, fmt.Errorf("%s: %q is in %s (%s, %s), in %s it is in %s (%s, %s): they cannot be joined",
				paths[i], p.Name, p.Units, p.Calendar, p.Epoch, paths[0], first.Units, first.Calendar, first.Epoch)
		case !reflect.DeepEqual(p.Grid, first.Grid):
			return nil, fmt.Errorf("%s: %q is on another grid than in %s: they cannot be joined", paths[i], p.Name, paths[0])
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		if pieces[a].Times[0] < pieces[b].Times[0] {
			return -1
		}
		return 1
	})
	whole := first
	whole.Times, whole.Data, whole.Notes = nil, nil, nil
	for n, i := range order {
		if p := pieces[i]; n > 0 && p.Times[0] <= whole.Times[len(whole.Times)-1] {
			return nil, fmt.Errorf("%s and %s overlap in time: the second begins at %s, the first ends at %s", paths[order[n-1]], paths[i],
				p.Date(0), climate.FormatTime(whole.Times[len(whole.Times)-1], p.Calendar))
		}
		whole.Times = append(whole.Times, pieces[i].Times...)
		whole.Data = append(whole.Data, pieces[i].Data...)
		for _, note := range pieces[i].Notes {
			if !slices.Contains(whole.Notes, note) {
				whole.Notes = append(whole.Notes, note)
			}
		}
	}
	return &whole, whole.Validate()
}

func names(fields []*climate.Field) string {
	var all []string
	for _, f := range fields {
		all = append(all, f.Name)
	}
	return strings.Join(all, ", ")
}

// period is the first and last time of a field, in words.
func period(f *climate.Field) string {
	return fmt.Sprintf("%s to %s", f.Date(0), f.Date(f.Frames()-1))
}

// splitHours holds out the last hours of a record whose frames are step hours
// apart.
func splitHours(fields []*climate.Field, hours, step float64) (first, last []*climate.Field, err error) {
	for _, f := range fields {
		a, b, err := climate.SplitTime(f, int(math.Round(hours/step)))
		if err != nil {
			return nil, nil, fmt.Errorf("holding out the last %v h: %w", hours, err)
		}
		first, last = append(first, a), append(last, b)
	}
	return first, last, nil
}

// testWindows are the clips of the test part of split data: none overlaps another
// in time, none is reflected.
func testWindows(o climate.WindowOptions, rec *record) (*climate.Windows, error) {
	o.Ranges, o.StrideT, o.Flips = rec.split.Test, o.Frames, false
	w, err := climate.NewWindows(o, rec.fields...)
	if err != nil {
		return nil, fmt.Errorf("the test part of the data: %w", err)
	}
	return w, nil
}
