package climate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Signs are the attributes of a file that describe a variable.
type Signs struct {
	Name, StandardName, LongName, Units string
	CellMethods                         string
}

// Finding says what kind a variable is, by which signs, and what stays uncertain.
type Finding struct {
	Kind   Kind   // KindRain or KindOther
	Reason string // the signs that decided, such as `units "m" and long_name "Total precipitation"`; "" where no sign speaks of water
	Doubt  string // why a variable that is taken as other may be rain; "" where no sign says so
	Totals bool   // whether its words speak of an accumulation
}

// Recognise decides whether a variable is precipitation, by its units, standard_name,
// long_name and name together. A standard_name that CF does not list is ignored. A
// listed one decides, unless the units contradict it.
func Recognise(s Signs) Finding {
	measure := measureOf(s.Units)
	words := strings.ToLower(s.LongName + " " + strings.ReplaceAll(s.Name, "_", " "))
	f := Finding{Kind: KindOther, Totals: accumulated.MatchString(words)}
	standard := StandardNameOf(s.StandardName)
	name := strings.ToLower(s.Name)
	name = name[strings.LastIndexByte(name, '/')+1:]
	named := rainNames[name] || strings.HasPrefix(name, "total_precipitation") || modelRain.MatchString(s.Name)
	if method := scatter.FindString(s.CellMethods); method != "" && (isRainStandardName(standard) || named || rainWords.MatchString(words)) {
		f.Doubt = fmt.Sprintf("its units %q are those of rain, its cell_methods of a statistic: %q", s.Units, s.CellMethods)
		return f
	}
	switch {
	case isRainStandardName(standard):
		f.Kind, f.Reason = KindRain, fmt.Sprintf("standard_name %q", standard)
		return f
	case standard != "" && !waterless(standard):
		f.Reason = fmt.Sprintf("standard_name %q", standard)
		if measure == measureRate && !otherWater.MatchString(standard) {
			f.Doubt = fmt.Sprintf("its units %q are a rate of water, its standard_name is %q", s.Units, standard)
		}
		return f
	case standard != "" && measure != measureRate && measure != measureAmount:
		return f // a known quantity in units of its own
	}
	if statistic.MatchString(words) && (named || rainWords.MatchString(words)) {
		if measure == measureRate || measure == measureAmount && depthOfWater(s.Units) {
			f.Doubt = fmt.Sprintf("its units %q are those of rain, its description speaks of a statistic: %q", s.Units, strings.TrimSpace(s.Name+" "+s.LongName))
		}
		return f
	}
	spoken := rainWords.MatchString(words) && !otherWater.MatchString(words) && !notDepth.MatchString(words)
	switch {
	case measure == measureNone && named, measure == measureUnknown && (named || spoken):
		// By its name it is rain; units that are absent, unknown or of another quantity
		// are refused by the conversion.
		f.Kind, f.Reason = KindRain, fmt.Sprintf("the name %q", s.Name)
	case measure == measureNone:
	case spoken && rainWords.MatchString(strings.ToLower(s.LongName)):
		f.Kind, f.Reason = KindRain, fmt.Sprintf("units %q and long_name %q", s.Units, s.LongName)
	case (named || spoken) && !otherWater.MatchString(words):
		f.Kind, f.Reason = KindRain, fmt.Sprintf("units %q and the name %q", s.Units, s.Name)
	case otherWater.MatchString(words) || notDepth.MatchString(words):
	case measure == measureRate && !motion.MatchString(words):
		f.Doubt = fmt.Sprintf("its units %q are a rate of water", s.Units)
	case measure == measureAmount && depthOfWater(s.Units):
		f.Doubt = fmt.Sprintf("its units %q are those of an amount of rain", s.Units)
	}
	return f
}

var (
	// rainWords matches descriptions and names that speak of rain.
	rainWords = regexp.MustCompile(`precip|(?:^|[^dtrbg])rain|\bprate\b|\bprcp\b|\bapcp\b|\btp\b|niederschlag|pluie|lluvia|drizzle`)
	// otherWater matches words for other water, some of it in the units of rain.
	otherWater = regexp.MustCompile(`snow|evapo|transpir|runoff|run off|drainage|soil|vapou?r|precipitable|moisture|graupel|hail|dew|sublim|` +
		`melt|ice\b|ice_|cloud|water.path|water_path|rain.?water|mixing|content|infiltr|irrigat|throughfall|discharge|` +
		`fraction|intercept|minus|erosiv|heat|energy|water table|groundwater`)
	// statistic matches words for what is made of rain and is none, often in its units.
	statistic = regexp.MustCompile(`error|uncert|quality|anomal|probab|number of|count|percentile|quantile|spread|standard dev|\bstd|std(dev|ev)?\b|deviation|varian|` +
		`\bclass(es)?\b|\bcategor|\bbias|\btrend|differen|correlat|skewness|kurtosis|\bindex\b|\bratio\b|confiden|\bflag|\bmask|weight|duration|\bbounds?\b|` +
		`\blog(10|arithm\w*)?\b|\bln\b|\bsqrt\b|square root|cube root|\bnorm(ali[sz]ed)?\b|standardi[sz]ed|transformed|z.?score`)
	// scatter matches methods of CF whose results are no rain, in or out of its units.
	scatter = regexp.MustCompile(`:\s*(range|standard_deviation|variance|sum_of_squares|root_mean_square)\b`)
	// notDepth matches words for lengths that are no depth of water.
	notDepth = regexp.MustCompile(`sea level|sea surface|height|altitude|elevation|depth of|diameter|radius|visib|thickness|wavelength|distance|geopotential`)
	// motion matches words for quantities with the units of a speed.
	motion = regexp.MustCompile(`wind|veloc|speed|current|gust|\b[uv]\b|\b[uv]10m?\b|\buas\b|\bvas\b|\b[uvw]a?s?\b|vertical motion|subsidence`)
	// accumulated matches words for running totals.
	accumulated = regexp.MustCompile(`accum|cumul|since (the )?(start|begin|midnight|model)|running total`)
	// modelRain matches the names of rain in weather models.
	modelRain = regexp.MustCompile(`^(RAIN(NC|C|SH|CV|NCV)|PREC_ACC_(NC|C)|[A-Z]?APCP.*|ACRAIN.*|TOT_PREC|PRECT|PRECC|PRECL|RAINRATE|cmorph|tp[0-9]*h?)$`)
)

var (
	standardForm = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	modifiers    = []string{"detection_minimum", "number_of_observations", "standard_error", "status_flag"}
	singleNames  = map[string]bool{"altitude": true, "depth": true, "height": true, "time": true, "latitude": true, "longitude": true,
		"projection": true, "region": true, "realization": true, "albedo": true}
	// invented lists names that have the form of a standard name and occur in files, but
	// are not in CF's table.
	invented = map[string]bool{"total_precipitation": true, "total_rainfall": true, "precipitation_rate": true, "rain_rate": true,
		"precipitation_flux_rate": true, "hourly_precipitation": true, "daily_precipitation": true, "accumulated_precipitation": true,
		"surface_precipitation": true, "convective_precipitation": true, "large_scale_precipitation": true, "large_scale_rain": true,
		"not_available": true, "not_defined": true, "not_set": true, "no_standard_name": true, "no_name": true,
		"total_precipitation_rate": true, "rain_accumulation": true, "precipitation_accumulation": true, "rain_amount": true,
		"rain_fall": true, "rainfall_intensity": true, "precipitation_intensity": true}
)

// rainStandardNames lists CF's names of precipitation as a whole or of rain, each with
// the name of the same quantity as a rate of depth, whose units mm/h are.
var rainStandardNames = map[string]string{
	"precipitation_flux": "lwe_precipitation_rate", "precipitation_amount": "lwe_precipitation_rate",
	"lwe_precipitation_rate": "lwe_precipitation_rate", "lwe_thickness_of_precipitation_amount": "lwe_precipitation_rate",
	"convective_precipitation_flux": "lwe_convective_precipitation_rate", "convective_precipitation_amount": "lwe_convective_precipitation_rate",
	"lwe_convective_precipitation_rate": "lwe_convective_precipitation_rate", "lwe_thickness_of_convective_precipitation_amount": "lwe_convective_precipitation_rate",
	"stratiform_precipitation_flux": "lwe_stratiform_precipitation_rate", "stratiform_precipitation_amount": "lwe_stratiform_precipitation_rate",
	"lwe_stratiform_precipitation_rate": "lwe_stratiform_precipitation_rate", "lwe_thickness_of_stratiform_precipitation_amount": "lwe_stratiform_precipitation_rate",
	"large_scale_precipitation_flux": "lwe_large_scale_precipitation_rate", "large_scale_precipitation_amount": "lwe_large_scale_precipitation_rate",
	"lwe_large_scale_precipitation_rate": "lwe_large_scale_precipitation_rate", "lwe_thickness_of_large_scale_precipitation_amount": "lwe_large_scale_precipitation_rate",
	"rainfall_flux": "rainfall_rate", "rainfall_amount": "rainfall_rate", "rainfall_rate": "rainfall_rate", "thickness_of_rainfall_amount": "rainfall_rate",
	"convective_rainfall_flux": "convective_rainfall_rate", "convective_rainfall_amount": "convective_rainfall_rate",
	"convective_rainfall_rate": "convective_rainfall_rate", "thickness_of_convective_rainfall_amount": "convective_rainfall_rate",
	"stratiform_rainfall_flux": "stratiform_rainfall_rate", "stratiform_rainfall_amount": "stratiform_rainfall_rate",
	"stratiform_rainfall_rate": "stratiform_rainfall_rate", "thickness_of_stratiform_rainfall_amount": "stratiform_rainfall_rate",
	"large_scale_rainfall_flux": "large_scale_rainfall_rate", "large_scale_rainfall_amount": "large_scale_rainfall_rate",
	"large_scale_rainfall_rate": "large_scale_rainfall_rate", "thickness_of_large_scale_rainfall_amount": "large_scale_rainfall_rate",
}

// RateStandardName returns the CF standard_name of precipitation after its conversion to
// mm/h: a flux of mass becomes a rate of depth, which has another name. It is "" where
// the given name is not CF's.
func RateStandardName(standardName string) string {
	return rainStandardNames[StandardNameOf(standardName)]
}

// waterless reports whether a standard name, as far as known, names something that never
// has the units of a rate or an amount of water; such a name on a variable with these
// units is wrong.
func waterless(name string) bool {
	return quantities.MatchString(name)
}

var quantities = regexp.MustCompile(`temperature|pressure|humidity|_angle|albedo|^time$|^latitude$|^longitude$|^region$|emissivity|reflectivity`)

// measure is the kind of quantity that units measure, as far as rain needs it.
type measure int

const (
	measureNone    measure = iota // something else, or nothing
	measureRate                   // a depth or a mass per area, per time
	measureAmount                 // a depth or a mass per area
	measureUnknown                // units that are not understood
)

func measureOf(units string) measure {
	q, err := parseQuantity(units)
	switch {
	case strings.TrimSpace(units) == "":
		return measureNone
	case err != nil && unclearRate.MatchString(units):
		return measureUnknown
	case err != nil:
		return measureNone
	case q.time == -1 && (q.length == 1 && q.mass == 0 || q.length == -2 && q.mass == 1):
		return measureRate
	case q.time == 0 && (q.length == 1 && q.mass == 0 || q.length == -2 && q.mass == 1):
		return measureAmount
	}
	return measureNone
}

// unclearRate matches units that look like units of rain and are refused: mm/3h,
// mm/month.
var unclearRate = regexp.MustCompile(`(?i)^\s*(mm|cm|in|inch(es)?|kg|millimet)`)

// depthOfWater reports whether units of an amount are used for little else than water.
func depthOfWater(units string) bool {
	return waterDepth.MatchString(units)
}

// waterDepth matches units of depth or mass, with a number before or without.
var waterDepth = regexp.MustCompile(`(?i)^[-+\d./*^e\s]*(mm|millimet|kg)`)

// rainNames lists variable names that mean precipitation in common archives.
var rainNames = map[string]bool{
	"pr": true, "prate": true, "prcp": true, "precip": true, "precipitation": true, "rain": true, "rainfall": true,
	"rainrate": true, "rain_rate": true, "rainfall_rate": true, "rr": true, "tp": true, "tot_prec": true, "ppt": true,
	"precipitationcal": true, "precip_rate": true, "rf": true, "rain_amount": true, "rainfall_amount": true, "prec": true, "pre": true, "pcp": true, "mtpr": true, "tprate": true, "avg_tprate": true, "cp": true, "lsp": true, "apcp": true, "total_precipitation": true, "precipitation_rate": true, "precipitation_flux": true,
}

// StandardNameOf returns a standard_name without modifier, "" where it cannot be one of
// CF's: those are lower-case words joined by underlines. A single word, such as
// "unknown" or "rain", is accepted only if it is in the short list of such names.
func StandardNameOf(text string) string {
	words := strings.Fields(text)
	if len(words) == 0 || len(words) > 1 && !slices.Contains(modifiers, words[1]) {
		return ""
	}
	name := words[0]
	if !standardForm.MatchString(name) || !strings.Contains(name, "_") && !singleNames[name] || invented[name] {
		return ""
	}
	return name
}

func isRainStandardName(name string) bool {
	if _, ok := rainStandardNames[name]; ok {
		return true
	}
	for _, ending := range []string{"_flux", "_rate", "_amount"} {
		if strings.HasSuffix(name, ending) && (strings.Contains(name, "precipitation") || strings.Contains(name, "rainfall")) && !otherWater.MatchString(name) && !statistic.MatchString(strings.ReplaceAll(name, "_", " ")) {
			return true
		}
	}
	return false
}
