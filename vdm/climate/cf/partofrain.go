package cf

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// partWords match descriptions of rain that another process makes than the rest: models
// give convective rain and the rain of their grid apart.
var partWords = regexp.MustCompile(`convective|cumulus|large.scale|grid.?scale|stratiform|non-?convective`)

// partOfRain returns a note where a variable is a part of the rain only, with the other
// variables of the file that are rain.
func (d *dataset) partOfRain(v *variable) []string {
	words := strings.ToLower(v.text("standard_name") + " " + longName(v))
	what := partWords.FindString(words)
	if what == "" {
		return nil
	}
	note := fmt.Sprintf("it is a part of the rain, by the word %q", what)
	var others []string
	for _, o := range d.dataVariables() {
		signs := climate.Signs{Name: o.base(), LongName: longName(o), StandardName: o.text("standard_name"), Units: o.text("units")}
		if o != v && o.group == v.group && climate.Recognise(signs).Kind == climate.KindRain {
			others = append(others, o.name)
		}
	}
	if len(others) > 0 {
		note += "; the file also has " + strings.Join(others, ", ")
	}
	return []string{note}
}
