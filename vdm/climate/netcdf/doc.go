// Package netcdf opens NetCDF files for package cf, which reads them into
// [climate.Field] and writes samples as CF-1.8 NetCDF; a program links it by a blank
// import. It is the only package that links the C library, through
// github.com/fhs/go-netcdf. What attributes mean is decided in package cf.
//
// # Files that cannot be trusted
//
// The C library is not thread-safe: one thread makes all calls. It can abort the process
// on a malformed file, from which Go cannot recover, and it returns invented values from
// a truncated classic file. So the size of a file is checked against its own header, and
// then a child process opens it and reads what is asked for, which comes back through a
// pipe: no value is read twice, and one child serves any number of files. The child is
// this same program, started again with an environment variable that this package's init
// function looks for; it answers requests and exits before main begins. That works in
// commands, tests and notebook cells alike, without any call. This process itself only
// writes files with the library.
package netcdf
