package verification

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/study/archive"
)

// head is the part of a file of forecasts that stays in memory while others are read.
type head struct {
	path  string
	clip  climate.Field       // times only
	known climate.KnownFrames // according to the file; nil where it does not say
	by    string              // the forecaster that the file names
}

// Files returns the data at paths (files, and Zarr stores, which may be folders or web
// addresses). For another folder it returns all data in it, as [cf.FilesIn] does.
func Files(paths []string) ([]string, error) {
	var all []string
	for _, p := range paths {
		if cf.IsData(p) {
			all = append(all, p)
			continue
		}
		info, err := os.Stat(p)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			all = append(all, p)
			continue
		}
		found, err := cf.FilesIn(p)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("the folder %s has no file that ends in %s, and no store", p, strings.Join(climate.Endings(), ", "))
		}
		all = append(all, found...)
	}
	return all, nil
}

// readHeads returns the heads of files, in the order of their first frame.
func readHeads(ctx context.Context, paths []string, name func(string) string) ([]head, error) {
	var all []head
	for _, path := range paths {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		variables, attributes, err := cf.HeadEnsembles(path, name)
		if err != nil {
			return nil, err
		}
		f := &variables[0].Field
		h := head{path: path, by: attributes[archive.ForecasterAttribute], clip: climate.Field{Times: f.Times, Calendar: f.Calendar, Epoch: f.Epoch}}
		if known, ok := climate.ParseKnownFrames(attributes[archive.KnownAttribute], f.Frames()); ok {
			h.known = known
		}
		all = append(all, h)
	}
	slices.SortStableFunc(all, func(a, b head) int { return cmp.Compare(a.clip.Times[0], b.clip.Times[0]) })
	return all, nil
}

// firstAhead returns the time of the first frame that was not known, NaN where the file
// does not say which were.
func (h *head) firstAhead() float64 {
	if ahead := h.known.Ahead(); len(ahead) > 0 {
		return h.clip.Times[ahead[0]]
	}
	return math.NaN()
}
