// Package powercut cuts the power under a writer after each single operation on the file
// system, and tests what a machine may find when it starts again.
//
// The writer runs in a process of its own, traced as a debugger traces a program, so that
// every system call that changes a file below one folder is recorded, whoever makes it:
// Go code, or a C library that writes NetCDF. No writer needs a seam for the test, and
// none can be forgotten behind one.
//
// After a cut everything that was synced is present. Of the rest any subset is lost: each
// write and truncation of a file since its last fsync, each of which may also be torn
// in the middle, and each name that was made, moved or removed since the last fsync of its folder.
// A move is lost or kept as one, as POSIX asks. A file that was synced under a name that
// was not is lost with the name. That is stricter than any journaling file system, and
// what the standards allow. Not part of it: operations on one name, or on one file, keep
// their order; permissions and times are not looked at.
//
// A package's test calls [Run] with a [Case]. Where processes cannot be traced the test is
// skipped and says so.
package powercut
