// Package equation records, from notebook cells, whether the numbered equations of the
// dissertation's drafts hold.
//
// Every claim is evaluated by two routes, and can fail: [Holds], [Approximates],
// [Exceeds] and [Corrects] show both values, the discrepancy and the tolerance with its
// reason, and panic when the claim is not met, so that the cell fails. [Defines] is for
// equations that are true by naming, [Claim.Definition] for a check of a consequence,
// and [Claim.Slip] for an equation that holds once its notation is corrected. The output
// contains a record that the generator of notebooks/EQUATIONS.md reads back from the
// executed notebook.
//
// Numbers are those of the draft of 12 April 2023; a number of the draft of 28 March
// 2023 has "first:" before it: "2.53", "A.25–A.27", "first:2.2".
package equation
