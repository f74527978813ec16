// Package zarr reads gridded records from Zarr stores, versions 2 and 3, into
// [climate.Field], and writes samples and prepared fields as Zarr version 2 that xarray
// opens lazily. It is pure Go; a program links it by a blank import, and reads and writes
// by the packages climate and cf.
//
// A store is a folder, a zip file, or, for reading, a web address of one with
// consolidated metadata. Values may be of any type of numbers in either byte order, in
// chunks of any regular shape, in C or Fortran order, plain or compressed by zlib, gzip,
// zstd or Blosc (with lz4, zlib, zstd or snappy). Filters, shards and other codecs are
// refused by name. What attributes mean is decided by package cf, as for NetCDF.
//
// In version 2, fill_value stands for chunks that are not stored and, as in xarray, marks
// missing cells, unless it is zero. In version 3 it only does the former.
//
// # Stores that cannot be trusted
//
// All sizes are checked against one another before memory is taken: a chunk unpacks to
// the size that its array says or is an error, and no more than 512 MiB are unpacked at a
// time. Names and links that lead out of a store are refused.
package zarr
