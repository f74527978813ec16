package climate

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// ParsePlace returns a latitude and a longitude in degrees, north and east positive, of a
// place as people write it: "60.2N,24.9E" in either order, "60.2,24.9" and "-34.2/18.4"
// with the latitude first, and degrees with minutes and seconds, such as
// "62°30'N 25°15'E", "62 30 N, 25 15 E" or "62:30:12N,25:15E". The error says which part
// is not understood.
func ParsePlace(text string) (lat, lon float64, err error) {
	words := splitPlace(plainAngles.Replace(strings.ToUpper(text)))
	if len(words) != 2 {
		return 0, 0, notPlace(text, "want one latitude and one longitude with a comma or a slash between, and points in decimal numbers")
	}
	var a [2]angle
	for i, word := range words {
		var why string
		if a[i], why = parseAngle(word); why != "" {
			return 0, 0, notPlace(text, why)
		}
	}
	northern := func(letter string) bool { return letter == "N" || letter == "S" }
	eastern := func(letter string) bool { return letter == "E" || letter == "W" }
	switch {
	case eastern(a[0].letter) && !eastern(a[1].letter):
		if !northern(a[1].letter) {
			return 0, 0, notPlace(text, "a longitude stands first, so that the second needs N or S")
		}
		a[0], a[1] = a[1], a[0]
	case northern(a[1].letter) && !northern(a[0].letter):
		return 0, 0, notPlace(text, "a latitude stands second, so that the first needs E or W")
	case northern(a[1].letter):
		return 0, 0, notPlace(text, "both are latitudes")
	case eastern(a[0].letter):
		return 0, 0, notPlace(text, "both are longitudes")
	}
	lat, lon = a[0].degrees, a[1].degrees
	if math.Abs(lat) > 90 {
		return 0, 0, notPlace(text, fmt.Sprintf("the latitude %g is beyond 90 degrees", lat))
	}
	if math.Abs(lon) > 360 {
		return 0, 0, notPlace(text, fmt.Sprintf("the longitude %g is beyond 360 degrees", lon))
	}
	return lat, lon, nil
}

func notPlace(text, why string) error {
	return fmt.Errorf("%q is no place: %s; it is written as in 60.2N,24.9E or 60.2,24.9 or 62°30'N,25°15'E", text, why)
}

// plainAngles gives each sign of degrees, minutes, seconds and minus one spelling.
var plainAngles = strings.NewReplacer("\u2212", "-", "\u2013", "-", "\u00ba", "°", "\u02da", "°", "DEGREES", "°", "DEG", "°",
	"\u2033", `"`, "\u201d", `"`, "\u201c", `"`, "\u02ba", `"`, "''", `"`, "\u2032\u2032", `"`,
	"\u2032", "'", "\u2019", "'", "\u2018", "'", "\u00b4", "'", "`", "'", "\u02b9", "'", "\u00a0", " ", "\u202f", " ", "\u2009", " ", "\t", " ")

// bothAngles matches two angles with nothing but blanks between: letters behind, letters
// in front, or two plain numbers.
var bothAngles = regexp.MustCompile(`^([^NSEW]+[NSEW])([^NSEW]+[NSEW])$|^([NSEW][^NSEW]+)([NSEW][^NSEW]+)$|^ *([-+]?[0-9.]+°?) +([-+]?[0-9.]+°?) *$`)

// splitPlace returns the two angles of a place, or another number of words.
func splitPlace(text string) []string {
	text = strings.TrimSpace(text)
	if words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;/", r) }); len(words) != 1 {
		return words
	}
	var words []string
	if m := bothAngles.FindStringSubmatch(text); m != nil {
		for _, word := range m[1:] {
			if word != "" {
				words = append(words, word)
			}
		}
	}
	return words
}

// angle is a latitude or a longitude: south and west are negative; letter is "" where the
// text has none.
type angle struct {
	degrees float64
	letter  string
}

var spokenAngle = regexp.MustCompile(`^([NSEW]?) *([-+]?)([0-9]*\.?[0-9]+)(?: *[°: ] *([0-9]+\.?[0-9]*)(?: *[': ] *([0-9]+\.?[0-9]*) *"?| *')?| *°)? *([NSEW]?)$`)

// parseAngle returns an angle, or why the text is none.
func parseAngle(text string) (a angle, why string) {
	text = strings.TrimSpace(text)
	m := spokenAngle.FindStringSubmatch(text)
	if m == nil {
		return a, fmt.Sprintf("%q is not understood", text)
	}
	size := 60.0
	for i, part := range m[3:6] {
		if part == "" {
			break
		}
		value, err := strconv.ParseFloat(part, 64)
		if err != nil {
			return a, fmt.Sprintf("%q is not understood", text)
		}
		size /= 60
		what := [3]string{"degrees", "minutes", "seconds"}[i]
		if i > 0 && value >= 60 {
			return a, fmt.Sprintf("%q has %s %s, want less than 60", text, part, what)
		}
		if i < 2 && m[4+i] != "" && strings.Contains(part, ".") {
			return a, fmt.Sprintf("%q has a fraction of %s and smaller parts besides", text, what)
		}
		a.degrees += value * size
	}
	a.letter = m[1] + m[6]
	switch {
	case len(a.letter) > 1:
		return a, fmt.Sprintf("%q has two letters", text)
	case a.letter != "" && m[2] == "-":
		return a, fmt.Sprintf("%q has a minus and a letter: one of them says where it lies", text)
	case m[2] == "-" || a.letter == "S" || a.letter == "W":
		a.degrees = -a.degrees
	}
	return a, ""
}
