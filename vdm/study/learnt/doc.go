// Package learnt fits the dissertation's learnt transform: a monotone function of rain, a
// network 1 → 16 → 16 → 1 with tanh after each layer and weights of at least 0, plus a
// small slope times its input, rescaled to [−1, 1] by its values at the ends of the data's
// range. Its parameters are trained together with a network that predicts v, by
//
//	loss = mean (v − v̂)² − mean (mask·ln dy/dx), mask = 1 for rain above 0.01 mm/h.
//
// The first term alone is smallest for a transform that leaves nothing to predict; the
// second is the change of the density by the transform, so that the likelihood of the
// rain itself counts. [Fit] returns the transform as a step of kind learnt (package
// transform), which any run takes; the network of the fit is dropped.
//
// # As it was run, and corrected
//
// The dissertation's program took the ends g(0) and g(2) of the rescaling y = 2(g − g(0))/(g(2)
// − g(0)) − 1 for constants when it computed gradients (Options.EndsConstant). But ln dy/dx =
// ln g′ − ln(g(2) − g(0)) + a constant: without the second term the loss seems to fall wherever
// g becomes steeper, although the rescaling takes the steepness back. The gradient then
// points to a g that is steep anywhere, instead of to one that shares its range out. In the
// corrected form the ends count, which is tested against finite differences; the inverse
// is the one of the function and not a table of 100,000 points.
//
// # The collapse
//
// Without the mask and with a slope of 0.001 the fit collapsed, and does so here with either
// gradient. The reason is the objective itself. Five of six cells are dry and lie at one
// point, x = 0. Unmasked, the loss contains −0.83·ln y′(0), which falls without bound as the
// slope at 0 grows: the transform turns into a step between dry and wet. What the wet cells
// lose is bounded by the slope that each keeps, ln 0.001 for the sixth that is wet. So no
// minimum exists, and in the limit all of the range goes to the step but slope/(1 + slope) of
// it: 9 % for 0.1, and 0.1 % for 0.001. Nothing is lost in exact
// arithmetic, since the inverse exists; but an error of 0.01 in y, which is small for a
// network, is then an error of many mm/h. With the mask the point mass has no part in it,
// and with a slope of 0.1 every rate keeps a share of the range.
//
// After 4000 steps on frames of 8 × 8 cells of synthetic rain (go run ./vdm/bench/learnt;
// batches of 16, Adam with 3e-3, a small convolutional network):
//
//	form                                y(0.01)   y(1)  y(10)  dy/dx at 0  range for rain ≥ 0.1  1 mm/h is wrong by, if y is by 0.01
//	as it was run                        −0.987  0.268  0.947   1.23 h/mm                93.0 %  0.015 mm/h
//	corrected                            −0.983  0.218  0.934   1.68 h/mm                91.6 %  0.015 mm/h
//	slope 0.001, no mask, as it was run  −0.206  0.944  0.999     96 h/mm                10.2 %   0.13 mm/h
//	slope 0.001, no mask, corrected       0.737  0.757  0.935   4029 h/mm                13.0 %   0.51 mm/h
//	slope 0.001, mask, corrected         −0.979  0.287  0.993   2.09 h/mm                90.1 %   0.014 mm/h
//	slope 0.1, no mask, corrected         0.201  0.261  0.804   3455 h/mm                39.7 %   0.17 mm/h
//
// So it is the mask that prevents the collapse; the slope only bounds it, and the gradient
// of the ends changes little while the mask is on. Unmasked, the losses are −3 to −6 and
// still falling, those with the mask 0.11 to 0.13.
//
// # Where it ends
//
// The transform is 1 at Max, the largest value of the data, and a line beyond; all-dry data are
// refused, and one wet cell in a million is enough for a range.
package learnt
