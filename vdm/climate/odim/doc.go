// Package odim opens composites of weather radars in ODIM_H5, the format of Europe's
// weather services (EUMETNET OPERA, "OPERA Data Information Model for HDF5", versions 2.0
// to 2.4), for package cf, which reads them into [climate.Field] as it reads NetCDF; a
// program links it by a blank import. It is pure Go.
//
// A file is one time, and a folder of files a record: cf joins them. What it contains is
// read by its quantity: ACRR is an amount over the time from start to end, RATE a rate,
// and TH, DBZH and their like are reflectivities, which become rain by Z = aRᵇ
// (see the option Reflectivity of cf.ReadOptions). nodata is missing; undetect, where a
// radar saw nothing, is no rain. Cells get their places from the projection and the
// corners. Data on beams and scans (PVOL, SCAN) are refused.
package odim

// What a file may have at most.
const (
	mostDatasets = 1000
	mostCells    = 1 << 26 // of a composite: one of Europe at 500 m has 2²⁵
)
