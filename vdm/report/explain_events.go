package report

import (
	"fmt"

	"github.com/climate-vdm/climate-vdm/vdm/verify"
)

// eventPages are the pages of scores of events and of patterns.
var eventPages = map[string]page{
	"fss": {
		"fractions skill score",
		"Whether forecast and truth reach a threshold in the same share of the cells of a window, so that a shower a few cells away is nearly right (Roberts and Lean 2008).",
		"FSS = 1 − Σ (M − O)² / (Σ M² + Σ O²), M and O the shares in each window; of an ensemble M is the mean over members",
		"1 is perfect, 0 is no overlap in any window. It rises with the window: the scale from which on a forecast is of use is where it exceeds ½ + f/2, f being how often the event came (base_rate). --window gives several. Frames that are dry in both change nothing.",
		func() string {
			truth, moved := box(16, 6, 2, 4, 3, 6), box(16, 6, 2, 4, 7, 10)
			s := must(verify.NewFSS(1, 6, 16, []float64{1}, []int{1, 5, 9, 13}))
			check(s.Add([][]float32{moved}, truth))
			v := s.Value()[0]
			var names []string
			for _, n := range v.Scales {
				names = append(names, fmt.Sprintf("%2d cells", n))
			}
			return drawFields(16, 1, []string{"truth", "forecast"}, truth, moved) + "FSS by window\n" + drawBars(names, v.Score)
		},
	},
	"contingency": {
		"yes-or-no scores: CSI, ETS, POD, FAR, POFD, frequency bias",
		"Whether cells reach a threshold, each member being a forecast of its own.",
		"CSI = hits/(hits + misses + false alarms)      POD = hits/(hits + misses)\n" +
			"FAR = false alarms/(hits + false alarms)       POFD = false alarms/(false alarms + correct negatives)\n" +
			"ETS = CSI less the hits of chance              frequency bias = (hits + false alarms)/(hits + misses)",
		"CSI, ETS and POD are best at 1, FAR and POFD at 0, the frequency bias at 1. Forecasting the event everywhere has the best POD, forecasting it hardly ever the best FAR: read them together. Rain that is displaced counts twice, as a miss and a false alarm; the FSS tolerates a displacement. FAR is a share of the warnings, POFD of the dry cells.",
		func() string {
			truth, moved := box(16, 5, 1, 4, 3, 8), box(16, 5, 1, 4, 5, 11)
			s := must(verify.NewContingency(1, []float64{1}))
			check(s.Add([][]float32{moved}, truth))
			v := s.Value()[0]
			return drawFields(16, 1, []string{"truth", "forecast"}, truth, moved) +
				fmt.Sprintf("hits %d, misses %d, false alarms %d, correct negatives %d\nCSI %s  ETS %s  POD %s  FAR %s  POFD %s  frequency bias %s\n", v.Hits, v.Misses, v.FalseAlarms, v.CorrectNegatives,
					Format(v.CSI()), Format(v.ETS()), Format(v.POD()), Format(v.FAR()), Format(v.POFD()), Format(v.FrequencyBias()))
		},
	},
	"brier": {
		"Brier score, its parts and the reliability diagram",
		"The mean square of the forecast probability of an event, the share of members that reach a threshold, minus the outcome (1 or 0).",
		"Brier = mean (k/m − o)² = reliability − resolution + uncertainty\n" +
			"skill = 1 − Brier/uncertainty",
		"0 is perfect and lower is better. Reliability is how far the event's frequency is from the forecast probability (best 0), resolution how far from the mean frequency it gets (best high), uncertainty belongs to the truth alone. A skill above 0 beats a constant forecast of the mean frequency. Take the fair form to compare ensembles of different size. In the diagram (--figures) the curve should follow the diagonal.",
		func() string {
			s := must(verify.NewExceedance(1, 1))
			check(s.Add([][]float32{{2, 2, 2, 0, 0, 0, 0, 2}, {2, 2, 0, 2, 0, 0, 0, 0}}, []float32{2, 2, 2, 0, 0, 0, 0, 0}))
			b := s.Brier()
			var names []string
			var values []float64
			for _, p := range s.Reliability() {
				names, values = append(names, fmt.Sprintf("forecast %3.0f %% in %d cells", 100*p.Probability, p.Cells)), append(values, p.Observed)
			}
			return "frequency of the event, by the share of the 2 members that forecast it\n" + drawBars(names, values) +
				fmt.Sprintf("Brier %s = reliability %s − resolution %s + uncertainty %s; skill %s\n", Format(b.Score), Format(b.Reliability), Format(b.Resolution), Format(b.Uncertainty), Format(b.Skill))
		},
	},
	"roc": {
		"relative operating characteristic",
		"Whether the ensemble tells cells that reach a threshold from others, whatever probability it gives them: hit rate against false alarm rate as \"yes\" is said at ever fewer members.",
		"area = probability that a cell with the event had more members for it than one without, ties half",
		"1 is perfect, ½ no discrimination. It does not depend on calibration, and is lower for few members, which have more ties; compare ensembles of one size. Rare events make it look good: most cells are easy.",
		func() string {
			s := must(verify.NewExceedance(1, 1))
			check(s.Add([][]float32{{2, 2, 2, 0, 0, 0, 0, 2}, {2, 2, 0, 2, 0, 0, 0, 0}}, []float32{2, 2, 2, 0, 0, 0, 0, 0}))
			v := s.ROC()
			text := "members that say yes   hit rate   false alarm rate\n"
			for i := range v.HitRate {
				name := fmt.Sprintf("at least %d", len(v.HitRate)-1-i)
				if i == 0 {
					name = "never"
				}
				text += fmt.Sprintf("%-22s %-10s %s\n", name, Format(v.HitRate[i]), Format(v.FalseAlarmRate[i]))
			}
			return text + fmt.Sprintf("area %s\n", Format(v.Area))
		},
	},
	"sal": {
		"structure, amplitude and location",
		"Whether rain objects are too large or flat (structure), the domain too wet (amplitude) and the rain in the wrong place (location), member by member (Wernli et al. 2008).",
		"S = relative difference of the objects' scaled volume, −2 … 2\n" +
			"A = relative difference of the domain's mean, −2 … 2\n" +
			"L = distance of the centres of mass and of the objects about them, 0 … 2",
		"0 is perfect in each. S above 0: objects too large or too flat; A of 1 is three times the rain, −1 a third; L is relative to the domain's diagonal. Frames in which forecast or truth is dry have no SAL and are left out.",
		func() string {
			truth, wide := box(16, 6, 2, 4, 3, 6), box(16, 6, 1, 5, 7, 13)
			for i := range wide {
				if truth[i] > 0 {
					truth[i] += float32(i % 3)
				}
			}
			s := must(verify.NewSAL(1, 6, 16))
			check(s.Add([][]float32{wide}, truth))
			v := s.Value()
			return drawFields(16, 1, []string{"truth", "forecast"}, truth, wide) + fmt.Sprintf("structure %s, amplitude %s, location %s\n", signed(v.Structure), signed(v.Amplitude), Format(v.Location))
		},
	},
}
