// Package equation records, from notebook cells, what was found about the
// numbered equations of the dissertation's drafts.
//
// Every claim is evaluated by two routes, and can fail: [Holds],
// [Approximates], [Exceeds] and [Corrects] show both values, the discrepancy
// and the tolerance with its reason, and panic when the claim is not met, so
// that the cell fails. [Defines] is for what is true by naming, [Claim.Definition]
// for a check of what follows from it, and [Claim.Slip] for an equation that holds
// once its notation is put right. What is shown
// carries a record that the generator of notebooks/EQUATIONS.md reads back from
// the executed notebook.
//
// Numbers are those of the draft of 12 April 2023; a number of the draft of
// 28 March 2023 has "first:" before it: "2.53", "A.25–A.27", "first:2.2".
package equation
