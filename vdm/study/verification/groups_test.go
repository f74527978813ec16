package verification

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// The groups of cases: members lie 4(1 + lead) above the truth in the west and twice as
// much in the east, so that the CRPS of one member tells the group.
func TestGroups(t *testing.T) {
	data := record(t)
	dir := t.TempDir()
	// The first two cases are dry in truth, and lie in February.
	f := data.Fields[0]
	for k := range f.Data {
		if k/cells <= 3 {
			f.Data[k] = 0
		}
	}
	var paths []string
	for i := range 4 {
		paths = append(paths, forecastFile(t, filepath.Join(dir, string(rune('a'+i))+".nc"), data, i, 3, 1, []float32{0}, func(f *cf.SampleFile) {
			for k := range f.Channels[0].Data {
				if lead, x := k/cells-1, k%width; lead >= 0 {
					f.Channels[0].Data[k] += float32(4 * (1 + lead) * (1 + x/(width/2)))
				}
			}
		}))
	}
	r := scored(t, Options{Data: data, By: Groupings(), Scores: []string{"crps"}}, paths...)
	got := map[string]float64{}
	count := map[string]int{}
	var order []string
	for _, g := range r.Groups {
		got[g.By+" "+g.Name], count[g.By+" "+g.Name] = float64(g.Entries[0].Score("crps").Value), g.Cases
		order = append(order, g.By+" "+g.Name)
		if len(g.Rows) != 4 { // plain, fair, less the first's, missing
			t.Errorf("%s %s has the figures %v", g.By, g.Name, g.Rows)
		}
	}
	for name, want := range map[string]float64{
		" ": 9, "lead +1 h": 6, "lead +2 h": 12, "region south-west": 6, "region north-east": 12,
	} {
		near(t, "CRPS of "+name, got[name], want)
	}
	// First frames ahead at 21, 22, 23 and 0 hours.
	if count["season DJF"] != 3 || count["season MAM"] != 1 || count["lead +2 h"] != 4 || count["intensity mean below 0.1 mm/h"] != 2 {
		t.Errorf("cases %v", count)
	}
	if first := slices.Index(order, "season DJF"); order[0] != " " || order[first+1] != "season MAM" || first < slices.Index(order, "lead +2 h") || first > slices.Index(order, "region south-west") {
		t.Errorf("groups in the order %q", order)
	}
	// Classes of one's own, and blocks.
	r = scored(t, Options{Data: data, By: []string{ByIntensity, ByRegion}, Edges: []float64{0.01}, Regions: [2]int{1, 3}, Scores: []string{"rmse"}}, paths...)
	var names []string
	for _, g := range r.Groups {
		names = append(names, g.Name)
	}
	if want := []string{"", "mean below 0.01 mm/h", "mean 0.01 mm/h and more", "rows 0 to 5, columns 0 to 1", "rows 0 to 5, columns 2 to 4", "rows 0 to 5, columns 5 to 7"}; !slices.Equal(names, want) {
		t.Errorf("groups %q, want %q", names, want)
	}
	if tables := r.Tables(); len(tables) != 3 {
		t.Errorf("%d tables, want all cases and two groupings", len(tables))
	}
	_, err := Forecasts(t.Context(), paths, Options{Data: data, By: []string{ByRegion}, Regions: [2]int{7, 1}})
	refused(t, err, "7 × 1 regions of a field of 6 × 8 cells")
	_, err = Forecasts(t.Context(), paths, Options{Data: data, By: []string{"month"}})
	refused(t, err, `"month"`, "lead, season, intensity, region")
}
