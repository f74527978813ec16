// Package plotting draws pictures from plain arrays with gonum/plot: curves, histograms,
// quantile plots, spectra, maps, film strips of clips and animations. It knows nothing
// of models or files, so that anything with numbers in it can be drawn.
//
// # Conventions
//
// A function takes arrays and one options struct and returns a [Picture]. The zero value
// of every option is useful. A bad argument (shapes that disagree, limits out of order,
// a logarithmic axis without a positive value) is an error that says what was found and
// what was expected; nothing panics.
//
// A Picture is drawn when it is made. It gives PNG bytes for a notebook, an image for a
// test, and a PDF for a paper; in the PDF lines are vectors, letters are text in embedded
// fonts, and only the cells of maps are pixels.
//
// Sizes are centimetres on paper, font sizes are points, and the default
// resolution is 150 dots per inch. Arrays are row-major with the last index
// fastest: a field is height×width, a clip is frames×height×width. Row 0 is at
// the bottom, as in climate grids that count from the south, unless
// descending coordinates say otherwise.
//
// A value that is not finite is missing: lines break there, and cells are hatched grey.
// A value that is not positive is missing on a logarithmic axis, except that an empty
// histogram bin is drawn at the floor of the axis.
//
// # Text
//
// Labels may contain any letter of the Liberation fonts. Two marks set scripts, ^{…}
// above and _{…} below the line, as in "mm h^{-1}" or "α_{t}"; Unicode's own
// superscripts and subscripts are set the same way, and combining accents such as in
// "x̂" sit over their letter. Everything else is taken literally, so that a file name
// with an underscore is safe.
//
// # Colours
//
// Lines use the colours of Okabe and Ito (without yellow), which readers with the common
// forms of colour blindness can tell apart, and dashes where two of them are nearly the same
// grey; a method or a set of data that occurs in many figures has the same ones in all. Continuous scales come from
// gonum.org/v1/plot/palette/moreland. The rain classes of [RainScale] darken steadily
// from dry to extreme, so that they keep their order in grey print and for colour-blind
// readers; the tests of this package check it by simulation.
package plotting
