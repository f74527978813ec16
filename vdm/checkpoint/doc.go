// Package checkpoint stores crash-safe snapshots of named tensors and bytes. It knows
// nothing of models.
//
// # Layout
//
// A snapshot is a folder under a directory of snapshots:
//
//	snapshots/
//	  .lock                     locked while a process saves
//	  step-000001000/
//	    weights.safetensors     tensors, one file a stem
//	    ema.safetensors
//	    config.yaml             other bytes
//	    snapshot.json           format version, step, metadata, list of files
//	    SHA256SUMS              check sums, as sha256sum writes and checks them
//	  step-000002000/
//
// # What is promised
//
// [Save] writes everything under a temporary name, syncs every file and folder, and only
// then gives the folder its name in one rename. So a step-… folder is complete whenever
// the process or the machine dies, and the snapshots before it are removed only after it
// is on disk. Any failure, a full disk among them, is an error that leaves the older
// snapshots as they were.
//
// [Latest] verifies check sums and falls back to the snapshot before if the newest is
// incomplete or altered, with a [Warning] that names it. Reading takes no lock and may
// go on while another process saves.
//
// Safetensors files are read and written here too: see [ReadSafetensors].
//
// The package builds on Unix systems; it is tested on Linux.
package checkpoint
