// Package cf reads gridded records from files whose variables are described by the CF
// conventions into [climate.Field], and writes samples and prepared data by them,
// whatever the format of the file. It is pure Go; a package of a format, such as netcdf or
// zarr, opens files as a [Dataset] and registers itself when it is linked:
//
//	import _ "github.com/climate-vdm/climate-vdm/vdm/climate/zarr"
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
package cf
