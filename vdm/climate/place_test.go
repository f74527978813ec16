package climate

import (
	"math"
	"strings"
	"testing"
)

func TestParsePlace(t *testing.T) {
	second := 62 + 30./60 + 12./3600
	for text, want := range map[string][2]float64{
		"60.2N,24.9E": {60.2, 24.9}, "24.9E, 60.2N": {60.2, 24.9}, "60.2,24.9": {60.2, 24.9}, "-27.5,153": {-27.5, 153}, "27.5S,153E": {-27.5, 153},
		"52.489471,-1.898575": {52.489471, -1.898575}, "1.9w,52.5n": {52.5, -1.9}, "60.2°N,24.9°E": {60.2, 24.9}, "60.2N,24.9": {60.2, 24.9},
		"62°30'N,25°15'E": {62.5, 25.25}, "62 30 N, 25 15 E": {62.5, 25.25}, "62°30′12″N 25°15′E": {second, 25.25}, `62° 30' 12" N, 25° 15' 0.0" E`: {second, 25.25},
		"\u221234.2/18.4": {-34.2, 18.4}, "−34°12′/18°24′": {-34.2, 18.4}, "34 12 s 18 24 e": {-34.2, 18.4}, "N62 30 E25 15": {62.5, 25.25}, "N 62°30.2', W 0°15.3'": {62 + 30.2/60, -15.3 / 60},
		"60.2 24.9": {60.2, 24.9}, "60.2N 24.9E": {60.2, 24.9}, "60.2;-24.9": {60.2, -24.9}, "62:30:12N,25:15E": {second, 25.25}, "62 30, 25 15": {62.5, 25.25},
		"62º30’N, 25º15’E": {62.5, 25.25}, "62deg 30'N, 25deg E": {62.5, 25}, "62°30'12''N,25°E": {second, 25}, "-0°30',-0 15": {-0.5, -0.25}, " 60N , 25E ": {60, 25}, "60,375": {},
	} {
		lat, lon, err := ParsePlace(text)
		if want == [2]float64{} {
			if err == nil || !strings.Contains(err.Error(), "375 is beyond 360") {
				t.Errorf("%q: %v, %v (%v)", text, lat, lon, err)
			}
			continue
		}
		if err != nil || math.Abs(lat-want[0]) > 1e-12 || math.Abs(lon-want[1]) > 1e-12 {
			t.Errorf("%q is %v, %v (%v), want %v", text, lat, lon, err, want)
		}
	}
	for text, says := range map[string]string{
		"": "one latitude and one longitude", "60.2": "one latitude and one longitude", "60.2N": "one latitude and one longitude", "60,2N 24,9E": "points in decimal numbers",
		"60N,24N": "both are latitudes", "60E,24E": "both are longitudes", "60.2N,24.9E,3": "one latitude and one longitude", "95,0": "latitude 95 is beyond 90", "60,400": "longitude 400",
		"-60S,20E": "a minus and a letter", "north,east": `"NORTH" is not understood`, "24.9,60.2N": "needs E or W", "24.9E,60.2": "needs N or S", "62 75 N,25E": "75 minutes, want less than 60", "62 30 60 N,25E": "60 seconds",
		"62.5 30 N,25E": "a fraction of degrees", "62 30.5 12 N,25E": "a fraction of minutes", "N62E,25E": "two letters", "62 30 25 15": "one latitude and one longitude", `62°30"N,25E`: "not understood", "6230N,2515E": "latitude 6230",
	} {
		if lat, lon, err := ParsePlace(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, %v (%v), want an error that says %q", text, lat, lon, err, says)
		}
	}
}

func FuzzParsePlace(f *testing.F) {
	for _, text := range []string{"62°30′12″N 25°15′E", "60.2,24.9", "−34.2/18.4", "N62 30 E25 15"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if lat, lon, err := ParsePlace(text); err == nil && !(math.Abs(lat) <= 90 && math.Abs(lon) <= 360) {
			t.Errorf("%q is taken for %v, %v", text, lat, lon)
		}
	})
}
