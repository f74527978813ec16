#!/bin/sh
# What cdo makes of a file in the layout of UKCP18 Local: coarsened by the mean of
# FACTOR x FACTOR cells, then columns X1 to X2 and rows Y1 to Y2 (counted from 1)
# of the result, a value a line, nan where missing.
#
#   ukcp18-cdo.sh FILE.nc FACTOR X1,X2,Y1,Y2
#
# cdo 2.1.1 reads time first only, so Python's netCDF4 first copies pr without the
# ensemble dimension and without coordinates; cdo then weighs all cells alike.
# gridboxavg makes a box with a missing cell missing (gridboxmean would not), and
# would average what is left in cut boxes, so whole boxes are selected before.
# The golden ukcp18-small.cdo is  sh ukcp18-cdo.sh ukcp18-small.nc 4 2,4,2,4
set -e
plain=$(mktemp)
trap 'rm -f "$plain"' EXIT
box=$(/usr/bin/python3 - "$1" "$plain" "$2" <<'END'
import sys, netCDF4
source, plain = netCDF4.Dataset(sys.argv[1]), netCDF4.Dataset(sys.argv[2], "w")
pr, factor = source["pr"], int(sys.argv[3])
pr.set_auto_mask(False)
_, nt, ny, nx = pr.shape
for name, length in (("time", nt), ("y", ny), ("x", nx)):
    plain.createDimension(name, length)
time = plain.createVariable("time", "f8", ("time",))
time.units, time.calendar = source["time"].units, source["time"].calendar
time[:] = source["time"][:]
out = plain.createVariable("pr", "f4", ("time", "y", "x"), fill_value=1e20)
out.set_auto_mask(False)
out[:] = pr[0]
plain.close()
print(f"1,{nx // factor * factor},1,{ny // factor * factor}")
END
)
cdo -s -outputf,%.9g,1 -setmissval,nan -selindexbox,"$3" -gridboxavg,"$2","$2" -selindexbox,"$box" "$plain" 2>/dev/null
