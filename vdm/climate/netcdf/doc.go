// Package netcdf reads gridded records from NetCDF files into [climate.Field]
// and writes samples as CF-1.8 NetCDF. It is the only package that links the C
// library, through github.com/fhs/go-netcdf.
//
// Reading follows the CF conventions: packed data, fill and missing values and
// valid ranges, calendars, size-1 dimensions, descending coordinates and
// longitudes beyond 360, 2-D coordinates and rotated poles. Rain becomes a rate
// in mm/h over the interval of its own frame; running totals are differenced. What
// was decided on the way stands in the field's Notes.
//
// Many files leave open, or say wrongly, what CF would have them say. They are taken
// by what they denote: places on the earth, instants and intervals, and all that is
// said of a variable together ([climate.Recognise]). Where that does not settle it,
// the file is refused, and the error names the option that does.
//
// # Files that cannot be trusted
//
// The C library is not thread-safe: one thread does all that is done with it. It
// can abort the process on a malformed file, which Go cannot recover from, and it
// returns invented values from a truncated classic file. So before a file is
// opened in this process, its size is checked against its own header, and it is
// read through once in a child process: see [Probe]. The child is this same
// program, started again with an environment variable that this package's init
// function looks for; it reads the file and exits before main begins. That works
// in commands, tests and notebook cells alike, with nothing to call.
package netcdf
