package verification

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// Python with netCDF4, which writes files as other programs do.
const python = "/usr/bin/python3"

func needPython(t *testing.T) {
	t.Helper()
	if err := exec.Command(python, "-c", "import netCDF4").Run(); err != nil {
		t.Skipf("no python3 with netCDF4: %v", err)
	}
}

// Members of other programs are read whatever their dimension is called, in whatever order
// the dimensions come, packed, upside down, and without a dimension of members as one.
func TestMembersOfOtherPrograms(t *testing.T) {
	needPython(t)
	data := record(t)
	dir := t.TempDir()
	ours := forecastFile(t, filepath.Join(dir, "ours.nc"), data, 4, 5, 2, []float32{1, 4}, nil)
	want := scored(t, Options{Data: data}, ours)
	script := `
import netCDF4, numpy as np, sys
ours, out, member, order, how = sys.argv[1:]
a = netCDF4.Dataset(ours); v = a["pr"]
x = v[:].filled(np.nan); dims = list(v.dimensions)
old = {"time": "time", member: [d for d in dims if d not in ("time", "lat", "lon")][0], "y": "lat", "x": "lon"}
names = order.split(",")
b = netCDF4.Dataset(out, "w")
rows = slice(None, None, -1) if "upside-down" in how else slice(None)
x = np.moveaxis(x, [dims.index(old[n]) for n in names if n in old], range(len([n for n in names if n in old]))) if member in names else np.take(x, 0, dims.index(old[member]))
if "ahead" in how: x = x[tuple(slice(2, None) if n == "time" else slice(None) for n in names)]
x = x[tuple(rows if n == "y" else slice(None) for n in names)]
for n, size in zip(names, x.shape): b.createDimension(n, size)
t = b.createVariable("time", "f8", ("time",)); t.units = "seconds since 2018-03-01 00:00:00"; t.long_name = "forecast time"
dates = netCDF4.num2date(a["time"][:], a["time"].units, a["time"].calendar)
t[:] = netCDF4.date2num(dates[2:] if "ahead" in how else dates, t.units)
y = b.createVariable("y", "f4", ("y",)); y.units = "degrees_north"; y.standard_name = "latitude"; y[:] = a["lat"][:][rows]
l = b.createVariable("x", "f4", ("x",)); l.units = "degrees_east"; l.standard_name = "longitude"; l[:] = a["lon"][:]
if member in names:
    m = b.createVariable(member, "i4", (member,)); m[:] = 1 + np.arange(len(b.dimensions[member])); m.long_name = "ensemble member"
p = b.createVariable("pr", "i2" if "packed" in how else "f4", names, fill_value=-1)
if "packed" in how: p.scale_factor = 0.001
p.units = "mm h-1"; p.standard_name = "lwe_precipitation_rate"; p[:] = x
b.close()`
	for i, c := range []struct{ member, order, how string }{
		{"realization", "realization,time,y,x", ""},
		{"number", "time,number,y,x", "packed ahead"},
		{"ens", "time,y,x,ens", ""},
		{"ens_number", "ens_number,time,y,x", "ahead"}, // pysteps
		{"member", "y,x,member,time", "upside-down"},
		{"ensemble_member", "time,y,x", "one"}, // a forecast without members
	} {
		path := filepath.Join(dir, strconv.Itoa(i)+".nc")
		if out, err := exec.Command(python, "-c", script, ours, path, c.member, c.order, c.how).CombinedOutput(); err != nil {
			t.Fatalf("%+v: %v\n%s", c, err, out)
		}
		r := scored(t, Options{Data: data}, path)
		members, crps := 2, want.value(0, "crps")
		if c.how == "one" {
			members, crps = 1, 1
		}
		if got := r.value(0, "crps"); math.Abs(got-crps) > 1e-3 || r.Groups[0].Entries[0].Members != members {
			t.Errorf("%+v: %d members with a CRPS of %v, want %d with %v", c, r.Groups[0].Entries[0].Members, got, members, crps)
		}
		if known, ahead := r.Groups[0].Known.Span(), len(r.Groups[0].Known.Ahead()); ahead != 3 || strings.Contains(c.how, "ahead") && known != 4 {
			t.Errorf("%+v: %d known and %d ahead", c, known, ahead)
		}
	}
}

// What is written holds the same numbers in every format.
func TestSavedResults(t *testing.T) {
	data := record(t)
	dir := t.TempDir()
	paths, err := Files([]string{folder(t, data, 5, func(i int) []float32 { return []float32{0, float32(3 + i)} })})
	if err != nil {
		t.Fatal(err)
	}
	rival, err := ParseRival("persistence")
	if err != nil {
		t.Fatal(err)
	}
	r := scored(t, Options{Data: data, Rivals: []Rival{rival}, By: []string{ByLead}, Thresholds: []float64{0.5, 2}, Windows: []int{1, 3}}, paths...)
	save := func(name string) string {
		path := filepath.Join(dir, name)
		if err := Save(path, r); err != nil {
			t.Fatal(err)
		}
		return path
	}
	crps := r.value(0, "crps")
	text, err := os.ReadFile(save("a.json"))
	if err != nil {
		t.Fatal(err)
	}
	var again Results
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	near(t, "CRPS of the JSON", again.value(0, "crps"), crps)
	if len(again.Groups) != 4 || again.Groups[1].By != ByLead || again.Groups[1].Name != "+1 h" || again.Cases.Scored != 5 {
		t.Errorf("read back as %d groups of %+v", len(again.Groups), again.Cases)
	}
	f, err := os.Open(save("a.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string) int { return slices.Index(rows[0], name) }
	found := map[string]string{}
	for _, row := range rows[1:] {
		found[strings.Join([]string{row[at("by")], row[at("group")], row[at("forecaster")], row[at("against")], row[at("key")], row[at("lead")]}, "|")] = row[at("value")]
		if hours, ahead := strings.CutSuffix(strings.TrimPrefix(row[at("lead")], "+"), " h"); ahead != (row[at("lead_minutes")] != "") || ahead && row[at("lead_minutes")] != map[string]string{"1": "60", "2": "120", "3": "180"}[hours] {
			t.Errorf("lead %q is %q minutes", row[at("lead")], row[at("lead_minutes")])
		}
	}
	for key, want := range map[string]float64{
		"||model||crps|": crps, "||model|persistence|crps|": crps - r.value(1, "crps"), "lead|+2 h|model||crps|": float64(r.Groups[2].Entries[0].Score("crps").Value),
		"||model||fss_3cells_2|": r.value(0, "fss_3cells_2"), "||model||crps|+3 h": r.Groups[0].Entries[0].Score("crps").ByFrame[2],
	} {
		got, err := strconv.ParseFloat(found[key], 64)
		if err != nil {
			t.Errorf("%s: %v", key, err)
		}
		near(t, key, got, want)
	}
	if text, err := os.ReadFile(save("a.txt")); err != nil || !strings.Contains(string(text), "forecasts in pairs: 5 cases") || !strings.Contains(string(text), "by lead") {
		t.Errorf("the text is\n%s", text)
	}
	if err := Save(filepath.Join(dir, "a.xls"), r); err == nil || !strings.Contains(err.Error(), ".txt, .json, .csv, .nc") {
		t.Errorf("an unknown ending: %v", err)
	}
	nc := save("a.nc")
	needPython(t)
	out, err := exec.Command(python, "-c", `
import netCDF4, sys
d = netCDF4.Dataset(sys.argv[1])
print(list(d["forecaster"][:]), list(d["group"][:]), list(d["pair"][:]), sep="|")
print(*[float(v) for v in [d["crps"][0, 0], d["crps_difference"][0], d["crps_by_lead"][2, 0], d["fss_3cells_2"][0, 1], d["crps_low"][0, 0], d["csi_0p5"][3, 0], *d["lead_minutes"][:]]])
print(d["csi_0p5"].threshold, d["fss_3cells_2"].window, d["crps"].long_name)`, nc).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if want := "['model', 'persistence']|['all', 'lead: +1 h', 'lead: +2 h', 'lead: +3 h']|['model − persistence']"; lines[0] != want {
		t.Errorf("labels %s, want %s", lines[0], want)
	}
	whole := r.Groups[0].Entries
	for i, want := range []float64{crps, crps - r.value(1, "crps"), whole[0].Score("crps").ByFrame[2], r.value(1, "fss_3cells_2"), float64(whole[0].Score("crps").From), float64(r.Groups[3].Entries[0].Score("csi_0.5").Value), 60, 120, 180} {
		got, err := strconv.ParseFloat(strings.Fields(lines[1])[i], 64)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "number of the NetCDF file", got, want)
	}
	if lines[2] != "0.5 3 cells CRPS, mm/h" {
		t.Errorf("attributes %s", lines[2])
	}
}

// Files of samples are clips one after another, of one size, as if they were one file.
func TestClipsOfFiles(t *testing.T) {
	data := record(t)
	dir := t.TempDir()
	a := forecastFile(t, filepath.Join(dir, "a.nc"), data, 0, 2, 0, []float32{0, 1, 2}, nil)
	b := forecastFile(t, filepath.Join(dir, "b.nc"), data, 5, 2, 0, []float32{3}, nil)
	c, err := OpenClips([]string{a, b}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if f, h, w, channels := c.Shape(); c.Len() != 4 || f != 2 || h != height || w != width || channels != 1 {
		t.Errorf("%d clips of %d×%d×%d×%d", c.Len(), f, h, w, channels)
	}
	clip := make([]float32, 2*cells)
	for _, i := range []int{3, 0, 2} {
		if err := c.Clip(i, clip); err != nil {
			t.Fatal(err)
		}
		start := map[bool]int{true: 5, false: 0}[i == 3]
		if want := data.Fields[0].Frame(start + 1)[7] + float32(i); clip[cells+7] != want {
			t.Errorf("clip %d has %v, want %v", i, clip[cells+7], want)
		}
	}
	longer := forecastFile(t, filepath.Join(dir, "c.nc"), data, 5, 3, 0, []float32{3}, func(f *cf.SampleFile) { f.Attributes = nil })
	_, err = OpenClips([]string{a, longer}, nil)
	refused(t, err, "a.nc has pr of 2×6×8", "c.nc pr of 3×6×8")
}

// Members in amounts over intervals, stamped at their ends as weather models do, are the
// rates of data that are stamped in the middle.
func TestAmountsStampedAtTheirEnds(t *testing.T) {
	data := record(t)
	dir := t.TempDir()
	rates := forecastFile(t, filepath.Join(dir, "rates.nc"), data, 2, 5, 2, []float32{0, 3}, nil)
	for units, change := range map[string]func(*cf.SampleFile){
		"mm": func(f *cf.SampleFile) {
			f.Channels[0].Units, f.Channels[0].StandardName, f.Channels[0].CellMethods = "mm", "lwe_thickness_of_precipitation_amount", "time: sum"
		},
		"mm/h": func(f *cf.SampleFile) { f.Channels[0].CellMethods = "time: mean" },
	} {
		ends := forecastFile(t, filepath.Join(dir, "ends.nc"), data, 2, 5, 2, []float32{0, 3}, func(f *cf.SampleFile) {
			change(f)
			for i, at := range f.Times {
				f.From, f.To = append(f.From, at-0.5), append(f.To, at+0.5)
				f.Times[i] += 0.5
			}
		})
		near(t, "CRPS of "+units+" at the ends of hours", scored(t, Options{Data: data}, ends).value(0, "crps"), scored(t, Options{Data: data}, rates).value(0, "crps"))
	}
}
