"""Further files of the classes of people.py and archives.py, each with a trait that neither
has. The truth of every file is people.rain(); further_test.go says what should be read, or
how a file should be refused.
"""
import os
import sys

import numpy as np

sys.dont_write_bytecode = True
import people
from people import H, LAT, LON, START, T, W, data, grid, new, rain, time

CASES = {}


def case(f):
    CASES[f.__name__] = f
    return f


def stamped(name, hour=1, **more):
    """A file whose amounts are stamped at the end of their hours."""
    d = new(name)
    grid(d)
    time(d, hour * (1 + np.arange(T)), **more)
    return d


# ---- times

@case
def negative_leads():
    """Leads of an analysis that begins before its reference: from -6 h on."""
    d = new("negative_leads"); grid(d)
    r = d.createVariable("forecast_reference_time", "f8", ()); r.units, r.standard_name = "hours since " + START, "forecast_reference_time"; r[...] = 6
    s = time(d, -6 + np.arange(T), units="hours", name="step", calendar=None); s.standard_name = "forecast_period"
    data(d, rain(), dims=("step", "lat", "lon"), coordinates="forecast_reference_time")


@case
def months_since():
    """Months as numbers, monthly means of a rate in mm/day."""
    d = new("months_since"); grid(d); time(d, np.arange(T), units="months since 2018-01-01")
    data(d, 24 * rain(), "mm/day")


@case
def int64_nanoseconds():
    d = new("int64_nanoseconds"); grid(d)
    time(d, np.int64(1536796800) * 10**9 + np.arange(T) * 3600 * 10**9, units="nanoseconds since 1970-01-01", kind="i8", calendar="proleptic_gregorian")
    data(d, rain())


@case
def iso_characters():
    """Times as ISO 8601 in characters, with T and Z."""
    d = new("iso_characters"); grid(d); d.createDimension("time", T); d.createDimension("width", 20)
    v = d.createVariable("time", "S1", ("time", "width"))
    v[:] = np.array([list("2018-09-13T%02d:00:00Z" % k) for k in range(T)], "S1")
    data(d, rain())


@case
def yyyymmddhh():
    """Times as numbers that are read as dates: 2018091300."""
    d = new("yyyymmddhh"); grid(d); t = time(d, 2018091300 + np.arange(T), units="yyyymmddhh", kind="i4", calendar=None); t.long_name = "time"
    data(d, rain())


@case
def absolute_days():
    """cdo's absolute times, day as %Y%m%d.%f, in float64."""
    d = new("absolute_days"); grid(d); time(d, 20180913 + np.arange(T) / 24.0, units="day as %Y%m%d.%f")
    data(d, rain())


@case
def minutes_int16():
    d = new("minutes_int16"); grid(d); time(d, 60 * np.arange(T), units="minutes since " + START, kind="i2")
    data(d, rain())


@case
def matlab_days():
    """Days of MATLAB, without units; the long name speaks."""
    d = new("matlab_days"); grid(d); d.createDimension("time", T)
    t = d.createVariable("time", "f8", ("time",)); t.long_name = "MATLAB datenum"; t[:] = 737316 + np.arange(T) / 24.0
    data(d, rain())


@case
def matlab_silent():
    """The same, and nothing says what they are."""
    d = new("matlab_silent"); grid(d); d.createDimension("time", T)
    t = d.createVariable("time", "f8", ("time",)); t[:] = 737316 + np.arange(T) / 24.0
    data(d, rain())


@case
def packed_time():
    """Times in int32 with a scale and an offset of their own."""
    d = new("packed_time"); grid(d); t = time(d, kind="i4"); t.set_auto_maskandscale(False)
    t.scale_factor, t.add_offset = 0.5, 10.0; t[:] = 2 * (np.arange(T) - 10)
    data(d, rain())


@case
def time_zone():
    """Units of time with a zone: +02:00."""
    d = new("time_zone"); grid(d); time(d, units="hours since 2018-09-13 02:00:00 +02:00")
    data(d, rain())


# ---- amounts

@case
def reset_at_six():
    """Totals in m that begin again at 06 UTC, stamped at the end of each hour."""
    d = stamped("reset_at_six"); r = rain(); total = np.cumsum(r, 0); total[6:] -= total[5]
    data(d, total / 1000, "m", name="tp", kind="f8")


@case
def era5_land():
    """ERA5-Land: tp in m since 00 UTC, valid_time, expver in strings, two days."""
    d = new("era5_land"); grid(d, LAT[::-1], LON, "latitude", "longitude")
    t = time(d, 1536796800 + 3600 * (1 + np.arange(36)), units="seconds since 1970-01-01", kind="i8", name="valid_time", calendar="proleptic_gregorian"); t.standard_name = "time"
    e = d.createVariable("expver", str, ("valid_time",)); e[:] = np.array(["0001"] * 36, object)
    r = rain(0, 36); total = np.concatenate([np.cumsum(r[:24], 0), np.cumsum(r[24:], 0)])[:, ::-1]
    data(d, total / 1000, "m", name="tp", dims=("valid_time", "latitude", "longitude"), kind="f8", standard_name="unknown", long_name="Total precipitation", GRIB_stepType="accum")


@case
def flux_scaled_to_days():
    """kg m-2 s-1 with a scale_factor of 86400: the values are in mm/day after unpacking."""
    d = new("flux_scaled_to_days"); grid(d); time(d)
    v = data(d, rain() / 3600, "kg m-2 s-1", kind="f4", standard_name="precipitation_flux")
    d["pr"].scale_factor = np.float32(86400)


@case
def xarray_sums_mm():
    """xarray's resample(time='3h').sum() of amounts in mm an hour, whose bounds are lost; encoding left 'interval: 1 hour'."""
    d = new("xarray_sums_mm"); grid(d); time(d, 3 * np.arange(T))
    data(d, 3 * rain(), "mm", cell_methods="time: sum (interval: 1 hour)")


@case
def xarray_sums_rates():
    """Sums of three hourly rates as xarray leaves them: no trace."""
    d = new("xarray_sums_rates"); grid(d); time(d, 3 * np.arange(T)); data(d, 3 * rain(), "mm/h")


@case
def xarray_sums_history():
    """The same with a history that names what was done."""
    d = new("xarray_sums_history"); grid(d); time(d, 3 * np.arange(T)); data(d, 3 * rain(), "mm/h")
    d.history = "2024-05-01: ds.resample(time='3h').sum()"


@case
def xarray_sums_comment():
    d = new("xarray_sums_comment"); grid(d); time(d, 3 * np.arange(T)); data(d, 3 * rain(), "mm/h", long_name="3-hourly rainfall sum")


@case
def daily_total_rate_units():
    """Daily totals called so in their long name, in units of a rate over an hour."""
    d = new("daily_total_rate_units"); grid(d); time(d, 24 * np.arange(T)); data(d, 24 * rain(), "mm/h", long_name="daily total precipitation")


@case
def named_three_hours():
    """An amount whose name says its interval: precip_3h, in mm, hourly in nothing."""
    d = stamped("named_three_hours", 3); data(d, 3 * rain(), "mm", name="precip_3h", long_name="3-hour accumulated precipitation")


@case
def half_hourly_mm_hr():
    """IMERG: (time, lon, lat), mm/hr, int32 seconds, fill -9999.9 that nothing declares."""
    d = new("half_hourly_mm_hr"); grid(d, kind="f4"); time(d, 1536796800 + 1800 * np.arange(T), units="seconds since 1970-01-01 00:00:00 UTC", kind="i4", calendar="julian")
    r = rain().astype("f4"); r[3, 2, 1] = -9999.9
    data(d, np.transpose(r, (0, 2, 1)), "mm/hr", name="precipitationCal", dims=("time", "lon", "lat"))


@case
def dbzh():
    """Reflectivity by its name of ODIM."""
    d = new("dbzh"); grid(d); time(d); r = rain()
    data(d, np.where(r > 0, 10 * np.log10(200 * np.maximum(r, 1e-3) ** 1.6), -32.0), "dBZ", name="DBZH", long_name="equivalent reflectivity factor", kind="f8")


@case
def dbz_rain_named():
    """The same called rain by a careless name."""
    d = new("dbz_rain_named"); grid(d); time(d); r = rain()
    data(d, np.where(r > 0, 10 * np.log10(200 * np.maximum(r, 1e-3) ** 1.6), -32.0), "dBZ", name="rain", kind="f8")


@case
def hundredths():
    """Units that hide a factor: 0.01 mm."""
    d = stamped("hundredths"); data(d, np.round(100 * rain()).astype("i4"), "0.01 mm", name="RR", kind="i4", cell_methods="time: sum (interval: 1 hour)")


@case
def tenth_text():
    """int16 with the scale only in the long name."""
    d = new("tenth_text"); grid(d); time(d); data(d, np.round(rain() * 100).astype("i2"), "mm/h", kind="i2", long_name="rain rate (x100)")


# ---- coordinates

@case
def rotated_descending():
    """rotated_pole, grid_latitude from north to south, named rlat and rlon."""
    d = new("rotated_descending"); a, b = grid(d, LAT[::-1] - 40, LON - 10, "rlat", "rlon"); time(d)
    a.units = b.units = "degrees"; a.standard_name, b.standard_name = "grid_latitude", "grid_longitude"
    m = d.createVariable("rotated_pole", "S1", ()); m.grid_mapping_name = "rotated_latitude_longitude"; m.grid_north_pole_latitude, m.grid_north_pole_longitude = 39.25, -162.0
    data(d, rain()[:, ::-1], dims=("time", "rlat", "rlon"), grid_mapping="rotated_pole")


@case
def lat_0():
    """Dimensions as some converters of GRIB name them."""
    d = new("lat_0"); grid(d, LAT[::-1], LON, "lat_0", "lon_0"); d["lat_0"].delncattr("standard_name"); d["lon_0"].delncattr("standard_name")
    time(d, name="initial_time0_hours")
    data(d, rain()[:, ::-1], name="PRATE_P0_L1_GLL0", units="mm/h", dims=("initial_time0_hours", "lat_0", "lon_0"))


@case
def corners_nan_descending():
    """2-D latitudes with NaN in the corners, rows from the north, dimensions of no name."""
    d = new("corners_nan_descending"); d.createDimension("nj", H); d.createDimension("ni", W); time(d)
    lon, lat = np.meshgrid(LON, LAT[::-1])
    for k in ((0, 0), (0, -1), (-1, 0), (-1, -1)):
        lat[k] = lon[k] = np.nan
    data(d, lat, "degrees_north", "nav_lat", ("nj", "ni"), "f8"); data(d, lon, "degrees_east", "nav_lon", ("nj", "ni"), "f8")
    data(d, rain()[:, ::-1], dims=("time", "nj", "ni"), coordinates="nav_lat nav_lon")


@case
def nested_groups():
    """The variable two groups down, its times in the group above, its grid at the root."""
    d = new("nested_groups"); grid(d); g = d.createGroup("product"); time(g); h = g.createGroup("level3")
    v = h.createVariable("rain_rate", "f4", ("time", "lat", "lon")); v.units = "mm/h"; v[:] = rain()


def cyclic(name, lon, order=slice(None)):
    d = new(name); grid(d, np.array([-45.0, -22.5, 0, 22.5, 45]), lon); time(d)
    r = rain()[:, :, :4]
    data(d, np.concatenate([r, r[:, :, :1]], 2)[:, :, order])


@case
def cyclic_column():
    """Longitudes from 0 to 360, both there, for a plot without a seam."""
    cyclic("cyclic_column", np.array([0.0, 90, 180, 270, 360]))


@case
def cyclic_west():
    cyclic("cyclic_west", np.array([-180.0, -90, 0, 90, 180]), [2, 3, 0, 1, 2])


@case
def cyclic_down():
    cyclic("cyclic_down", np.array([360.0, 270, 180, 90, 0]), slice(None, None, -1))


@case
def cyclic_beyond():
    """From 90 to 450, so that the column 0 stands at 360."""
    cyclic("cyclic_beyond", np.array([90.0, 180, 270, 360, 450]), [1, 2, 3, 0, 1])


def seam(name, change):
    """Longitudes from 0 to 360 where the column at 360 is changed."""
    d = new(name); grid(d, np.array([-45.0, -22.5, 0, 22.5, 45]), np.array([0.0, 90, 180, 270, 360])); time(d)
    r = rain()[:, :, :4]
    r = np.concatenate([r, r[:, :, :1]], 2)
    change(r)
    data(d, r)


@case
def cyclic_labels():
    """Five columns, 72 degrees apart, with the longitudes of linspace(0, 360, 5)."""
    def change(r):
        r[:, :, 4] = rain()[:, :, 4]
    seam("cyclic_labels", change)


@case
def cyclic_late():
    """The columns differ in the middle of the record only, in one cell; eight frames are dry there."""
    def change(r):
        r[:, :, 0] = r[:, :, 4] = 0
        r[5, 1, 4] = 2
    seam("cyclic_late", change)


@case
def cyclic_dry():
    def change(r):
        r[:, :, 0] = r[:, :, 4] = 0
    seam("cyclic_dry", change)


@case
def cyclic_next_day():
    """The day after, without the column."""
    d = new("cyclic_next_day"); grid(d, np.array([-45.0, -22.5, 0, 22.5, 45]), np.array([0.0, 90, 180, 270])); time(d, T + np.arange(T)); data(d, rain()[:, :, :4])


@case
def nearly_round():
    d = new("nearly_round"); grid(d, lon=np.array([0.0, 70, 140, 210, 280, 350])); time(d); data(d, rain())


@case
def round_once():
    """All around the globe, irregular, and no place twice."""
    d = new("round_once"); grid(d, lon=np.array([0.0, 60, 120, 180, 240, 358])); time(d); data(d, rain())


@case
def longitude_only_units():
    """Axes known by units alone, and latitude last: (time, lon, lat) as x1, x2."""
    d = new("longitude_only_units"); grid(d, y="x2", x="x1"); time(d)
    for n in ("x1", "x2"):
        d[n].delncattr("standard_name")
    data(d, np.transpose(rain(), (0, 2, 1)), dims=("time", "x1", "x2"))


@case
def kilometres_descending():
    """A projection in km with y from north to south and no mapping."""
    d = new("kilometres_descending"); a, b = grid(d, 2.0 * np.arange(H)[::-1], 2.0 * np.arange(W), "y", "x"); time(d)
    a.units = b.units = "km"; a.standard_name, b.standard_name = "projection_y_coordinate", "projection_x_coordinate"
    data(d, rain()[:, ::-1], dims=("time", "y", "x"))


@case
def level_of_one():
    """A height of one level between time and latitude, and one at the end."""
    d = new("level_of_one"); grid(d); time(d); d.createDimension("height", 1); d.createDimension("band", 1)
    data(d, rain()[:, None, :, :, None], dims=("time", "height", "lat", "lon", "band"))


# ---- values

@case
def minus_inside():
    """An undeclared fill of -1 in rain."""
    d = new("minus_inside"); grid(d); time(d); r = rain(); r[:, 0, 0] = -1; data(d, r)


@case
def resolution_of_one_hour():
    """Sums by xarray of a record whose global attributes still say its old resolution."""
    d = new("resolution_of_one_hour"); grid(d); time(d, 3 * np.arange(T)); data(d, 3 * rain(), "mm/h"); d.time_coverage_resolution = "PT1H"


@case
def frequency_of_means():
    """Means of three hours of hourly fluxes, as CMIP names their frequency."""
    d = new("frequency_of_means"); grid(d); time(d, 3 * np.arange(T)); data(d, rain() / 3600, "kg m-2 s-1", kind="f8", cell_methods="time: mean"); d.frequency = "3hr"


@case
def interval_of_one_hour():
    """xarray's sums under the cell_methods of what was summed."""
    d = new("interval_of_one_hour"); grid(d); time(d, 3 * np.arange(T)); data(d, 3 * rain(), "mm/h", cell_methods="time: mean (interval: 1 hour)")


@case
def byte_codes():
    """Classes of rain in a byte, with flag_meanings."""
    d = new("byte_codes"); grid(d); time(d)
    data(d, (rain() * 2).astype("i1"), "mm/h", kind="i1", flag_values=np.arange(4, dtype="i1"), flag_meanings="dry light moderate heavy", long_name="rain rate")


@case
def big_fill():
    """A fill of 1e30 that nothing declares."""
    d = new("big_fill"); grid(d); time(d); r = rain(); r[:, 0, 0] = 1e30; data(d, r)


@case
def percent_wet():
    d = new("percent_wet"); grid(d); time(d); data(d, 100 * (rain() > 0), "%", name="precip", long_name="chance of rain")


@case
def fill_zero():
    """_FillValue 0, as some masks have it: dry cells would be missing."""
    d = new("fill_zero"); grid(d); time(d); data(d, rain(), fill=0.0)


if __name__ == "__main__":
    people.OUT = sys.argv[1]
    for make in CASES.values():
        make()
