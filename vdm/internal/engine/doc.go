// Package engine compiles graphs and runs them: programs and their arguments, vectors on
// a device, errors and their meaning, the cost of a graph and the speed of an engine.
// Package backend chooses the engine; this package only uses it.
package engine
