// Package netcdf reads gridded records from NetCDF files into [climate.Field] and writes
// samples as CF-1.8 NetCDF. It is the only package that links the C library, through
// github.com/fhs/go-netcdf.
//
// Reading follows the CF conventions: packed data, fill and missing values and valid
// ranges, calendars, size-1 dimensions, descending coordinates and longitudes beyond
// 360, 2-D coordinates and rotated poles. Rain becomes a rate in mm/h over the interval
// of its own frame; running totals are differenced. The field's Notes list all
// conversions.
//
// Many files lack attributes that CF requires, or have wrong ones. Their content is
// therefore identified by several signs: positions on the earth, instants and intervals,
// and all attributes of a variable together ([climate.Recognise]). Where these do not
// suffice, the file is refused, and the error names the option that decides.
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
