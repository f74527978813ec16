// Package guidance measures what guided sampling draws against the exact
// conditional law: bias in mean, covariance and spread, by the algebra of
// [exact.LawOf] where every step is affine and by Monte Carlo where it is not;
// and what a guided step costs. It is what the notebook on guidance needs beside
// the library.
package guidance
