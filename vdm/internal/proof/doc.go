// Package proof checks an engine before it is used: it takes the project's ordinary
// training step and sampling step on the engine and compares their values with those
// that ship with the project. Parity files and small networks are not enough: a plugin
// exists with which both are right, and with which an ordinary training step is NaN.
//
// Package backend decides when a check is due, keeps its result and starts the process
// in which it runs. That process is a program whose main function calls [Serve] first.
package proof
