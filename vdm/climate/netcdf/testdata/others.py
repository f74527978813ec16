"""Writes others.zip: what other programs make of one small record of rain.

    python others.py others.zip

It needs xarray with netCDF4 and h5netcdf, and the programs cdo, NCO (ncks …) and GDAL.
The record is 12 hours of 6 × 8 cells: value(), in mm/h, rows from south to north, means
over the hour that ends at its stamp, the first at 2018-09-13 01:00.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile

import numpy as np
import xarray as xr

HOURS, HEIGHT, WIDTH = 12, 6, 8


def value():
    t, y, x = np.meshgrid(np.arange(HOURS), np.arange(HEIGHT), np.arange(WIDTH), indexing="ij")
    return ((t * 7 + y * 3 + x * 5) % 11 * 0.5).astype("f4")


def dataset():
    times = np.datetime64("2018-09-13T01", "ns") + np.arange(HOURS) * np.timedelta64(1, "h")
    ends = np.stack([times - np.timedelta64(1, "h"), times], 1)
    d = xr.Dataset(
        {"pr": (("time", "lat", "lon"), value(), {"standard_name": "lwe_precipitation_rate", "long_name": "rain", "units": "mm/h", "cell_methods": "time: mean"}),
         "time_bnds": (("time", "bnds"), ends)},
        {"time": ("time", times, {"standard_name": "time", "bounds": "time_bnds"}),
         "lat": ("lat", 50 + np.arange(HEIGHT) * 0.5, {"standard_name": "latitude", "units": "degrees_north"}),
         "lon": ("lon", 4 + np.arange(WIDTH) * 0.5, {"standard_name": "longitude", "units": "degrees_east"})},
        {"Conventions": "CF-1.8"})
    for name in ("time", "time_bnds"):
        d[name].encoding = {"units": "hours since 2018-09-13", "dtype": "f8", "_FillValue": None}
    d.pr.encoding = {"_FillValue": np.float32(1e20)}
    return d


def run(*words):
    subprocess.run([str(w) for w in words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def cdo(out, *words, **keep):
    run("cdo", "-s", *words, "base.nc" if not keep else keep["of"], out)


def xarray_files():
    d = dataset()
    d.to_netcdf("base.nc", format="NETCDF3_64BIT")
    d.to_netcdf("xr-packed.nc", encoding={"pr": {"dtype": "i2", "scale_factor": 0.25, "add_offset": 1.0, "_FillValue": -9999, "zlib": True}})
    d.to_netcdf("xr-unlimited.nc", unlimited_dims=["time"], encoding={"pr": {"zlib": True, "chunksizes": (1, 6, 8)}})
    d.to_netcdf("xr-h5netcdf.nc", engine="h5netcdf")
    d.drop_vars("time_bnds").to_netcdf("xr-float32-days.nc", encoding={"time": {"units": "days since 2000-01-01", "dtype": "f4", "_FillValue": None}})
    d.rename_dims(lat="nrows", lon="ncols").reset_index(["lat", "lon"]).reset_coords(drop=False).set_coords(["lat", "lon"]).to_netcdf("xr-aux.nc")
    d.pr.drop_attrs().assign_attrs(units="mm/h", long_name="rain").expand_dims(number=3).assign_coords(number=[0, 1, 2]).to_dataset().map(lambda v: v + 0 * v.number, keep_attrs=True).to_netcdf("xr-ensemble.nc")
    e = d.drop_vars("time_bnds").rename(time="step")
    e = e.assign_coords(step=("step", np.arange(1, HOURS + 1), {"units": "hours", "standard_name": "forecast_period"}),
                        time=((), np.datetime64("2018-09-13", "ns"), {"standard_name": "forecast_reference_time"}),
                        valid_time=("step", d.time.values, {"standard_name": "time"}))
    e.to_netcdf("xr-forecast.nc")
    d.isel(lat=slice(None, None, -1), lon=slice(None, None, -1)).to_netcdf("xr-reversed.nc")
    d.transpose("lon", "lat", "time", ...).to_netcdf("xr-transposed.nc")
    s = d.sel(time=slice("2018-09-13T01", "2018-09-13T06"))
    s.to_netcdf("xr-first.nc")
    d.sel(time=slice("2018-09-13T07", None)).to_netcdf("xr-second.nc", encoding={v: {"units": "minutes since 1970-01-01", "dtype": "i8", "_FillValue": None} for v in ("time", "time_bnds")})
    gap = d.isel(time=[0, 1, 2, 3, 6, 7, 8, 9, 10, 11])
    gap.to_netcdf("xr-gap.nc")
    xr.concat([d, d.isel(time=[3])], "time").to_netcdf("xr-twice.nc")
    d.isel(time=slice(None, None, -1)).to_netcdf("xr-backwards.nc")
    d.assign_coords(lon=d.lon - 8).to_netcdf("xr-greenwich.nc")
    two = d.assign(tas=d.pr.drop_attrs().assign_attrs(units="K", standard_name="air_temperature", cell_methods="time: mean") + 280)
    two.to_netcdf("two.nc", format="NETCDF3_64BIT")


def cdo_files():
    cdo("cdo-nc4.nc", "-f", "nc4", "-z", "zip_4", "copy")
    cdo("cdo-nc5.nc", "-f", "nc5", "copy")
    cdo("cdo-invertlat.nc", "invertlat")
    cdo("cdo-mean6.nc", "timselmean,6")
    cdo("cdo-flux.nc", "-setattribute,pr@units=kg m-2 s-1,pr@standard_name=precipitation_flux", "-divc,3600")
    cdo("cdo-totals.nc", "-setattribute,pr@units=mm,pr@standard_name=lwe_thickness_of_precipitation_amount,pr@cell_methods=time: point", "-settaxis,2018-09-13,01:00:00,1hour", "-timcumsum")
    cdo("cdo-days.nc", "-setreftime,2000-01-01,00:00:00,days")
    cdo("cdo-absolute.nc", "-a", "copy")
    cdo("cdo-proleptic.nc", "-setcalendar,proleptic_gregorian")
    cdo("cdo-360.nc", "-setcalendar,360_day")
    cdo("cdo-curvilinear.nc", "-f", "nc4", "-setgridtype,curvilinear")
    cdo("cdo-unstructured.nc", "-setgridtype,unstructured")
    cdo("cdo-missing.nc", "-setmissval,-9e33", "-setctomiss,0")
    cdo("cdo-box.nc", "-selindexbox,3,6,2,5")
    cdo("cdo-shifted.nc", "-shifttime,30minutes")
    cdo("cdo-months.nc", "-setattribute,pr@units=mm,pr@standard_name=lwe_thickness_of_precipitation_amount,pr@cell_methods=time: sum", "-settaxis,1981-01-16,00:00:00,1month", "-setcalendar,standard", "-mulc,24")
    cdo("cdo.grb2", "-f", "grb2", "copy")
    run("cdo", "-s", "splitname", "two.nc", "cdo-split-")
    run("cdo", "-s", "splithour", "base.nc", "cdo-hour-")
    run("cdo", "-s", "-f", "nc4", "-z", "zip_1", "cat", *sorted(n for n in os.listdir() if n.startswith("cdo-hour-")), "cdo-cat.nc")


def nco_files():
    run("ncpdq", "-O", "-P", "all_new", "base.nc", "nco-packed.nc")
    run("ncpdq", "-O", "-a", "lat,lon,time", "base.nc", "nco-order.nc")
    run("ncpdq", "-O", "-a", "-lat,-lon", "base.nc", "nco-turned.nc")
    run("ncrename", "-O", "-d", "lat,rows", "-d", "lon,cols", "base.nc", "nco-renamed.nc")
    run("ncatted", "-O", "-a", "units,pr,d,,", "base.nc", "nco-no-units.nc")
    run("ncatted", "-O", "-a", "units,time,d,,", "-a", "bounds,time,d,,", "base.nc", "nco-no-time-units.nc")
    run("ncatted", "-O", "-a", "valid_range,pr,c,f,0,2", "base.nc", "nco-valid-range.nc")
    run("ncatted", "-O", "-a", "coordinates,pr,c,c,lat lon", "-a", "standard_name,pr,o,c,rain of the hour", "base.nc", "nco-odd-names.nc")
    run("ncks", "-O", "-4", "-L", "5", "--cnk_dmn", "time,5", "--cnk_dmn", "lat,4", "--cnk_dmn", "lon,3", "base.nc", "nco-chunked.nc")
    run("ncks", "-O", "-4", "-G", "radar", "base.nc", "nco-group.nc")
    run("ncks", "-O", "-d", "time,0,,2", "base.nc", "nco-stride.nc")
    run("ncks", "-O", "--mk_rec_dmn", "time", "base.nc", "nco-record.nc")
    run("ncecat", "-O", "-u", "member", "base.nc", "base.nc", "nco-ecat.nc")
    run("ncrcat", "-O", "nco-record.nc", "nco-record.nc", "nco-rcat.nc")
    run("ncap2", "-O", "-s", "pr=pr*1000.0f/1000.0f; pr@units=\"m h-1\"; pr=pr/1000.0f", "base.nc", "nco-metres.nc")
    run("ncap2", "-O", "-s", "where(pr == 0.0f) pr=-999.0f", "base.nc", "nco-fill.nc")


def gdal_files():
    run("gdal_translate", "-q", "-of", "netCDF", "NETCDF:base.nc:pr", "gdal-translated.nc")
    run("gdal_translate", "-q", "-of", "GTiff", "NETCDF:base.nc:pr", "gdal.tif")
    run("gdal_translate", "-q", "-of", "netCDF", "-b", "1", "-b", "2", "gdal.tif", "gdal-bands.nc")
    run("gdalwarp", "-q", "-of", "netCDF", "-s_srs", "EPSG:4326", "-t_srs", "EPSG:3035", "-tr", "40000", "40000", "-r", "near", "gdal.tif", "gdal-laea.nc")
    run("gdal_translate", "-q", "-of", "netCDF", "-ot", "Int16", "-scale", "0", "5", "0", "5", "NETCDF:base.nc:pr", "gdal-int.nc")


out = os.path.abspath(sys.argv[1])
os.chdir(tempfile.mkdtemp())
xarray_files()
cdo_files()
nco_files()
gdal_files()
with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
    for name in sorted(os.listdir()):
        if name in ("two.nc", "nco-record.nc") or name.endswith(".aux.xml"):
            continue
        entry = zipfile.ZipInfo(name)
        entry.compress_type = zipfile.ZIP_DEFLATED
        z.writestr(entry, open(name, "rb").read(), compresslevel=9)
print(len(os.listdir()), "files in", os.getcwd())
