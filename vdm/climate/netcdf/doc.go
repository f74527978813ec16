// Package netcdf opens NetCDF files for package cf, which reads them into
// [climate.Field] and writes samples as CF-1.8 NetCDF; a program links it by a blank
// import. It is the only package that links the C library, through
// github.com/fhs/go-netcdf. What attributes mean is decided in package cf.
//
// # Files that cannot be trusted
//
// The C library is not thread-safe: one thread makes all calls. It can abort the process
// on a malformed file, from which Go cannot recover, and it returns invented values from
// a truncated classic file. So before a file is opened in this process, its size is
// checked against its own header, and it is read through once in a child process: see
// [Probe]. The child is this same program, started again with an environment variable
// that this package's init function looks for; it reads the file and exits before main
// begins. That works in commands, tests and notebook cells alike, without any call.
package netcdf
