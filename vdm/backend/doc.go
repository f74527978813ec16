// Package backend chooses the engine that runs the graphs, opens it, and says which one
// it is and why.
//
// # Engines
//
//	name      what                                   needs
//	xla:cuda  XLA on an NVIDIA GPU                   a PJRT plugin and a GPU
//	onnx      ONNX Runtime on the CPU                libonnxruntime
//	xla:cpu   XLA on the CPU                         a PJRT plugin
//	go        pure Go, slow: tests and last resort   nothing
//
// [Open] obeys the environment variable GOMLX_BACKEND where it is set, and otherwise
// takes the first engine of this table that can be opened and has proved itself. On a CPU
// ONNX Runtime comes first because the project's benchmark found it faster, and because
// it compiles in a tenth of the time. The times of a check decide nothing, as the machine
// may be busy. Open looks for shared libraries
// only on this machine, in this order:
//
//   - PJRT plugins: the directories of PJRT_PLUGIN_LIBRARY_PATH,
//     build/engines/xla of the project, ~/.local/lib/go-xla (where go-xla
//     installs), /usr/local/lib/go-xla;
//   - ONNX Runtime: the file ONNXRUNTIME_SHARED_LIBRARY_PATH,
//     build/engines/onnxruntime of the project, ~/.local/lib/onnxruntime (where
//     compute-onnx installs), /usr/local/lib.
//
// The project is the checkout of this module that contains the working directory, or any
// directory above the executable that has a build/engines. A notebook elsewhere is in
// neither, so VDM_ENGINES may name a folder like build/engines, which is searched before
// the project's; the notebook kernel sets it.
//
// # Proof
//
// A library that opens may still compute wrong numbers: one is known with which small
// programs are right and an ordinary training step is NaN (XLA-NAN.md). So at the first
// use of a library on a machine, [Open] starts a process that takes the ordinary training
// step and sampling step and compares them with values that ship with the project. The
// result is kept in the user's cache folder, by the checksum of the library, the
// processor, [ProofVersion] and the variables by which XLA is set. An engine with wrong
// values, or one whose check crashes or does not end, is skipped, and [Choice] says why;
// if GOMLX_BACKEND names it, wrong values are a warning, in the choice and in what the
// engine computes. [OpenNamed] does not check, and with VDM_PROVE=no nothing does. Package
// vdm/internal/proof has the values, and the build/bin/engine of the project runs the
// check.
//
// # What is promised
//
// Nothing is ever downloaded: an engine whose library is missing is skipped (GoMLX's own
// constructors download, without a time limit). Libraries are read as ELF files before
// they are loaded, because loading a damaged one can end the process. A constructor that
// panics or does not return is an error. An engine is opened once in a process, and all
// requests for it get the same one.
//
// # Linking
//
// Engines are linked as database drivers are, by a blank import; this package links
// none, so that a program which draws a noise schedule contains no engine:
//
//	import _ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
package backend
