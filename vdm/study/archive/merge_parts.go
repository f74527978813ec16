package archive

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate/netcdf"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// differenceOfParts returns why two files are not parts of one ensemble, "" if they are.
// Of their attributes only the number of the first member may differ.
func differenceOfParts(a, b *netcdf.SampleFile) string {
	names := slices.Collect(maps.Keys(a.Attributes))
	names = append(names, slices.Collect(maps.Keys(b.Attributes))...)
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		x, y := a.Attributes[name], b.Attributes[name]
		if x != y && name != run.FirstMemberAttribute {
			x, y = firstDifference(x, y)
			return fmt.Sprintf("attribute %s is %q and %q", name, x, y)
		}
	}
	describe := func(s *netcdf.SampleFile) string {
		var channels []string
		for _, ch := range s.Channels {
			channels = append(channels, fmt.Sprintf("%s in %s", ch.Name, ch.Units))
		}
		return strings.Join(channels, ", ")
	}
	if !slices.EqualFunc(a.Channels, b.Channels, func(x, y netcdf.SampleChannel) bool {
		return x.Name == y.Name && x.Units == y.Units && x.LongName == y.LongName && x.StandardName == y.StandardName
	}) {
		return fmt.Sprintf("the variables are %s and %s", describe(a), describe(b))
	}
	if why := a.Grid.Difference(&b.Grid); why != "" {
		return "the grids differ: " + why
	}
	if a.Calendar != b.Calendar || a.Epoch != b.Epoch || !slices.Equal(a.Times, b.Times) {
		return "the times differ"
	}
	return ""
}

// firstDifference returns the first lines in which two texts of several lines differ.
func firstDifference(a, b string) (string, string) {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return x[i], y[i]
		}
	}
	return a, b
}
