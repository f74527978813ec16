// Command mutants tests the tests: it changes the code in one place at a time and checks
// whether a test fails. `make mutants` runs it.
//
// Without settings it makes the changes of a table, each of which no test noticed once;
// the tests that should notice a change are named beside it. It prints for each change
// the test that caught it, or that it SURVIVES, and fails if one does.
//
// With -random N it draws N changes of signs, constants, indices, comparisons and
// orders of arguments from a seed, runs the tests of the changed package, and of the
// packages that test it too, and prints those that survive, and the share that was
// noticed. A survivor is a hole in the tests or a change that makes no difference; only
// a reader can tell, and writes a test or an argument (argued.go). Results are kept in build/mutants.jsonl, and a change is not tried
// again while its file stays as it is:
//
//	go run ./vdm/internal/mutants -random 200 -seed 1 -packages vdm/verify
//	go run ./vdm/internal/mutants -random 100 -changed main
//	go run ./vdm/internal/mutants -random 200 -seed 1 -packages vdm/verify -run Quantile
//	go run ./vdm/internal/mutants -retry -packages vdm/verify
//
// Of a first 710 changes (transform, verify, train and package vdm, in equal parts to a
// factor of two) 82 % were noticed; of the same changes 95 % are noticed since tests
// were written for those that survived. Nearly all that still survive make no
// difference, such as < for ≤ where a function is continuous. One hole was in some 150
// comparisons at once: a test that fails where d > tolerance accepts NaN, and should
// fail where !(d <= tolerance).
//
// Nothing in the tree changes: the changed files are an overlay of the go command, all
// changes are built into one test binary of each package, and the environment chooses
// one; see [github.com/climate-vdm/climate-vdm/vdm/internal/mutants/chosen].
package main
