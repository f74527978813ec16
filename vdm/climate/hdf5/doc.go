// Package hdf5 reads groups, attributes and numeric data sets of HDF5 files in pure Go, as
// far as files of weather radars (ODIM_H5) have them: superblocks of all versions, groups
// with symbol tables and with links, attributes and links also in fractal heaps, texts of
// fixed and of variable length, whole and floating numbers of either byte order, and data
// that are compact, contiguous or chunked with deflate, shuffle and Fletcher32. NetCDF-4
// is read by package netcdf through the C library instead.
//
// Files need not be trusted. Every length and address is checked against the file before
// it is used, metadata are read within a budget, a chunk unpacks to no more than its
// array says, and links lead nowhere but to objects of the same file.
//
// The format is described in "HDF5 File Format Specification Version 3.0" (The HDF
// Group), whose sections the comments cite as (IV.A.2.i).
package hdf5

// What a file may have at most.
const (
	mostMetadata = 64 << 20  // bytes of metadata that are read of one file
	mostLinks    = 10_000    // links of a group
	mostNodes    = 1 << 20   // nodes of a tree, and chunks of a data set
	mostChunk    = 256 << 20 // bytes of a chunk as it is unpacked
	mostRank     = 32
	deepest      = 16 // trees and heaps in one another
)
