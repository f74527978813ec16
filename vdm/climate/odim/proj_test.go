package odim

import (
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
)

// Every projection agrees with PROJ to a centimetre in both directions, also that with an
// earth in kilometres.
func TestProjectionsAgreeWithPROJ(t *testing.T) {
	file, err := os.Open("testdata/proj.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil || len(rows) < 70 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	names := map[string]bool{}
	for _, row := range rows[1:] {
		p, err := parseProjection(row[0])
		if err != nil {
			t.Error(err)
			continue
		}
		names[p.name] = true
		var v [4]float64
		for i := range v {
			if v[i], err = strconv.ParseFloat(row[i+1], 64); err != nil {
				t.Fatal(err)
			}
		}
		near := 0.01 / p.unit
		if p.isAngular() {
			near = 1e-9
		}
		if x, y := p.forward(v[0], v[1]); !(math.Abs(x-v[2]) < near && math.Abs(y-v[3]) < near) {
			t.Errorf("%s: %v %v is at %v %v, want %v %v", row[0], v[0], v[1], x, y, v[2], v[3])
		}
		if lat, lon := p.inverse(v[2], v[3]); !(math.Abs(lat-v[0]) < 1e-7 && math.Abs(lon-v[1]) < 1e-7) {
			t.Errorf("%s: %v %v is %v %v, want %v %v", row[0], v[2], v[3], lat, lon, v[0], v[1])
		}
	}
	if len(names) != 9 {
		t.Errorf("%d projections are tested: %v", len(names), names)
	}
}

// A definition that is not understood is refused, not taken for another.
func TestProjectionsRefused(t *testing.T) {
	for definition, says := range map[string]string{
		"":                                      "none of aeqd",
		"+proj=geos +h=35785831":                `"+h=35785831"`,
		"+proj=ob_tran":                         "none of aeqd",
		"+init=epsg:3067":                       "epsg:3067",
		"+proj=laea +lat_0=many":                "expected a number",
		"+proj=laea +lat_0=NaN":                 "expected a number",
		"+proj=laea +lat_0=500":                 "lat_0=500",
		"+proj=laea +ellps=flat":                `ellipsoid "flat"`,
		"+proj=laea +a=1":                       "earth of radius 1",
		"+proj=laea +units=ft":                  `units "ft"`,
		"+proj=utm":                             "zone",
		"+proj=stere +lat_0=90 +pm=paris":       "pm=paris",
		"+proj=stere +lat_0=90 +axis=neu":       "axis=neu",
		"+proj=merc +to_meter=0.3 +ellps=WGS84": "to_meter",
	} {
		if _, err := parseProjection(definition); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: error %v, want one that says %q", definition, err, says)
		}
	}
}
