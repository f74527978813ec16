package backend

import "strings"

// Choice says which engine was opened and why.
type Choice struct {
	// Name is the name of the engine: "xla:cuda", "xla:cpu", "onnx" or "go"; "onnx:cuda"
	// or the name of a foreign engine where GOMLX_BACKEND asks for it.
	Name string
	// Label is the name for messages, with the version where the library tells it: "ONNX
	// Runtime 1.30.0 (CPU)".
	Label string
	// Config is the configuration passed to GoMLX, in the form of GOMLX_BACKEND:
	// "onnx:cpu", "xla:/path/plugin.so".
	Config string
	// Library is the path of the shared library that was loaded, "" if none.
	Library string
	// Why is one line that says why this engine was chosen.
	Why string
	// Skipped lists the preferred engines that could not be opened, or failed their check.
	Skipped []Skip
	// Warning says what the engine's check found wrong on this machine, "" if nothing.
	// Only an engine that GOMLX_BACKEND names is used then.
	Warning string
	// Unproved says why an engine that should have been checked was not, "" if it was.
	Unproved string
}

// Provenance returns the label to write into what the engine computes, with the warning.
func (c Choice) Provenance() string {
	if c.Warning == "" {
		return c.Label
	}
	return c.Label + " (WARNING: failed its check on this machine: " + c.Warning + ")"
}

// Skip is an engine that could not be opened, or failed its check.
type Skip struct {
	Name string // as in Choice.Name
	Why  string // one line
}

// String returns one line to print before a run, such as
//
//	engine: ONNX Runtime 1.30.0 (CPU) — no NVIDIA GPU; no PJRT plugin "cpu" in …
func (c Choice) String() string {
	s := "engine: " + c.Provenance()
	if c.Name == "go" {
		s += " (slow: a last resort; make run installs a faster one)"
	}
	if c.Why != "" {
		s += " — " + c.Why
	}
	if c.Unproved != "" {
		s += "; not checked on this machine: " + c.Unproved
	}
	return s
}

// oneLine returns any text as one line for a message.
func oneLine(s string) string {
	return strings.Join(strings.Fields(s), " ")
}
