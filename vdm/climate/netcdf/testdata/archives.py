"""Files in the manner of archives that people use, each with a trait that a reader may
take wrongly, beside those of people.py, whose functions they use.

The truth of every file is people.rain(), as there; archives_test.go says what should be
read, or how a file should be refused.
"""
import os
import sys

import numpy as np

sys.dont_write_bytecode = True
import people
from people import H, LAT, LON, START, T, W, bounds, data, grid, new, plain, rain, time

CASES = {}


def case(f):
    CASES[f.__name__] = f
    return f


def places(d, lat, lon, dims, kind="f8"):
    data(d, lat, "degrees_north", "lat", dims, kind)
    data(d, lon, "degrees_east", "lon", dims, kind)


def cells():
    lon, lat = np.meshgrid(LON, LAT)
    return lat, lon


def metres(d, y, x):
    grid(d, y, x, "y", "x")
    for name in "yx":
        d[name].units, d[name].standard_name = "m", "projection_%s_coordinate" % name


# ---- which way is up

@case
def turned_unnamed():
    """Dimensions a, b without coordinates; latitude runs along b."""
    d = new("turned_unnamed"); time(d); d.createDimension("a", W); d.createDimension("b", H); lat, lon = cells()
    places(d, lat.T, lon.T, ("a", "b")); data(d, rain().transpose(0, 2, 1), dims=("time", "a", "b"), coordinates="lat lon"); d.close()

@case
def turned_named():
    """Dimensions called y, x the other way round."""
    d = new("turned_named"); time(d); d.createDimension("y", W); d.createDimension("x", H); lat, lon = cells()
    places(d, lat.T, lon.T, ("y", "x")); data(d, rain().transpose(0, 2, 1), dims=("time", "y", "x"), coordinates="lat lon"); d.close()

@case
def places_in_other_order():
    """Rain (time, y, x), latitude (x, y) and longitude (y, x), from the north."""
    d = new("places_in_other_order"); time(d); d.createDimension("y", H); d.createDimension("x", W); lat, lon = cells()
    data(d, lat[::-1].T, "degrees_north", "lat", ("x", "y"), "f8"); data(d, lon, "degrees_east", "lon", ("y", "x"), "f8")
    data(d, rain()[:, ::-1], dims=("time", "y", "x"), coordinates="lat lon"); d.close()

@case
def corners_missing():
    """Satellite swath on a grid: latitude of the first row and of a corner is missing, rows from the north."""
    d = new("corners_missing"); time(d); d.createDimension("y", H); d.createDimension("x", W); lat, lon = cells()
    lat, lon = lat[::-1].copy(), lon.copy(); lat[0], lat[-1, -1], lon[0], lon[:, 0] = (np.nan,) * 4
    places(d, lat, lon, ("y", "x")); data(d, rain()[:, ::-1], dims=("time", "y", "x"), coordinates="lat lon"); d.close()

@case
def distances_down_corner():
    """Distances that grow southwards, a corner without a place."""
    d = new("distances_down_corner"); time(d); metres(d, 1000. * np.arange(H), 1000. * np.arange(W)); lat, lon = cells()
    lat = lat[::-1].copy(); lat[0, 0] = np.nan
    places(d, lat, lon, ("y", "x")); data(d, rain()[:, ::-1], dims=("time", "y", "x"), coordinates="lat lon"); d.close()

@case
def distances_west():
    """Distances that grow westwards."""
    d = new("distances_west"); time(d); metres(d, 1000. * np.arange(H), 1000. * np.arange(W)); lat, lon = cells()
    places(d, lat, lon[:, ::-1], ("y", "x")); data(d, rain()[:, :, ::-1], dims=("time", "y", "x"), coordinates="lat lon"); d.close()

@case
def greenwich_sorted():
    """A box across Greenwich whose longitudes from 0 to 360 were sorted."""
    d = new("greenwich_sorted"); time(d); grid(d, LAT, [0, .25, .5, 359.25, 359.5, 359.75]); data(d, np.roll(rain(), 3, 2)); d.close()

@case
def greenwich_sorted_down():
    """The same from the east."""
    d = new("greenwich_sorted_down"); time(d); grid(d, LAT, [359.75, 359.5, 359.25, .5, .25, 0]); data(d, np.roll(rain(), 3, 2)[:, :, ::-1]); d.close()

@case
def south_and_west():
    """Degrees that count southwards and westwards."""
    d = new("south_and_west"); time(d); grid(d, 10 + .25 * np.arange(H), 80 + .25 * np.arange(W)); d["lat"].units = "degrees_south"; d["lon"].units = "degrees_west"
    data(d, rain()[:, ::-1, ::-1]); d.close()

# ---- over which time

@case
def maxima_nested():
    """Largest rates over 0-3, 0-6, 6-9 h: no means of which one follows from two."""
    d = new("maxima_nested"); grid(d); ends = 3. * (1 + np.arange(T)); starts = ((ends - 1) // 6) * 6; t = time(d, ends); bounds(d, t, starts, ends)
    r = rain(); m = r.copy(); m[1::2] = np.maximum(r[1::2], r[0::2]); data(d, m, cell_methods="time: maximum"); d.close()

@case
def daily_sums_averaged():
    """Means over months of daily sums, with the bounds of the months."""
    d = new("daily_sums_averaged"); grid(d); t = time(d, 15 + 30. * np.arange(T), "days since 1981-01-01", calendar="360_day")
    bounds(d, t, 30. * np.arange(T), 30. * (1 + np.arange(T))); data(d, rain() * 24, "mm", cell_methods="time: sum within days time: mean over days"); d.close()

@case
def runs():
    """Totals of two forecasts since the start of each, the second so wet that its totals are above the first's."""
    for k in range(2):
        d = new("runs_%d" % k); grid(d, LAT[::-1], LON, "latitude", "longitude"); d.createDimension("step", 6)
        t = d.createVariable("time", "i8", ()); t.units = "seconds since 1970-01-01"; t.standard_name = "time"; t.long_name = "initial time of forecast"; t[...] = 1536796800 + 6 * 3600 * k
        s = d.createVariable("step", "f8", ("step",)); s.units = "hours"; s.standard_name = "forecast_period"; s[:] = 1 + np.arange(6)
        u = d.createVariable("valid_time", "i8", ("step",)); u.units = "seconds since 1970-01-01"; u.standard_name = "time"; u[:] = 1536796800 + 6 * 3600 * k + 3600 * (1 + np.arange(6))
        data(d, np.cumsum(rain(6 * k, 6) + 40 * k, 0)[:, ::-1] / 1000, "m", "tp", ("step", "latitude", "longitude"), standard_name="unknown", long_name="Total precipitation", coordinates="time step valid_time"); d.close()

@case
def runs_reference():
    """The same with times and forecast_reference_time, as weather services publish it."""
    for k in range(2):
        d = new("runs_reference_%d" % k); grid(d); time(d, 6. * k + 1 + np.arange(6)); f = d.createVariable("forecast_reference_time", "f8", ())
        f.units = "hours since " + START; f.standard_name = "forecast_reference_time"; f[...] = 6. * k
        data(d, np.cumsum(rain(6 * k, 6) + 40 * k, 0), "kg/m^2", "precipitation_amount_acc", standard_name="precipitation_amount"); d.close()

@case
def totals_in_hours():
    """Totals since the start, with bounds that say an hour each."""
    d = new("totals_in_hours"); grid(d); t = time(d, 1. + np.arange(T)); bounds(d, t, np.arange(T), 1. + np.arange(T)); data(d, np.cumsum(rain() + .25, 0), "mm", cell_methods="time: sum"); d.close()

@case
def three_hours_in_units():
    """MSWEP: mm/3h."""
    d = new("three_hours_in_units"); grid(d, LAT[::-1]); time(d, 3. * np.arange(T)); data(d, rain()[:, ::-1] * 3, "mm/3h", "precipitation"); d.close()

@case
def five_minutes_in_units():
    d = new("five_minutes_in_units"); grid(d); time(d, 5. * np.arange(T), "minutes since " + START); data(d, rain() / 12, "mm/5min", "rainfall", kind="f8"); d.close()

@case
def tenths():
    """mm*10, by which people mean tenths of mm."""
    plain("tenths", rain() * 10, units="mm*10", name="rain").close()

# ---- when

@case
def no_time_at_all():
    """TRMM 3B42: (nlon, nlat) in a file each, and no time."""
    for k in range(3):
        d = new("no_time_at_all_%d" % k); d.createDimension("nlon", W); d.createDimension("nlat", H)
        for n, v, u in (("nlon", LON, "degrees_east"), ("nlat", LAT, "degrees_north")):
            c = d.createVariable(n, "f4", (n,)); c.units = u; c[:] = v
        data(d, rain(k, 1)[0].T, "mm/hr", "precipitation", ("nlon", "nlat")); d.close()

@case
def zone_without_sign():
    """wgrib2: seconds since 1970-01-01 00:00:00.0 0:00."""
    d = new("zone_without_sign"); grid(d); time(d, 1536796800 + 3600. * np.arange(T), "seconds since 1970-01-01 00:00:00.0 0:00", calendar=None)
    data(d, rain(), "kg/m^2", "APCP_surface", long_name="Total Precipitation"); d.close()

@case
def half_months():
    """Months since, at their middle."""
    d = new("half_months"); grid(d); time(d, .5 + np.arange(T), "months since 1981-01-01"); data(d, rain() * 24, "mm/day"); d.close()

@case
def leap_day_noleap():
    """A reference date that the calendar does not have."""
    d = new("leap_day_noleap"); grid(d); time(d, np.arange(T), "days since 2016-02-29", calendar="noleap"); data(d, rain() * 24, "mm/day"); d.close()

@case
def year_zero():
    """GrADS: days since 0000-00-00."""
    d = new("year_zero"); grid(d); time(d, 17787 + np.arange(T), "days since 0000-00-00 00:00:00"); data(d, rain() * 24, "mm/day"); d.close()

@case
def seam_twice():
    """Two files that share four hours; in the second they are wetter."""
    for k in range(2):
        d = new("seam_twice_%d" % k); grid(d); time(d, 4. * k + np.arange(8)); r = rain(4 * k, 8); r[:4] += k; data(d, r); d.close()

@case
def seam_between():
    """Two files, one with the even and one with the odd hours."""
    for k in range(2):
        d = new("seam_between_%d" % k); grid(d); time(d, k + 2. * np.arange(6)); data(d, rain(0, 6)); d.close()

# ---- what numbers mean

@case
def signed():
    """Unsigned bytes that _Unsigned says are signed."""
    p = np.round(rain() * 4).astype("u1"); p[0, 0, 0] = 254
    d = plain("signed", p, units="K", name="t", kind="u1", scale_factor=.25, _Unsigned="false"); d.close()

@case
def whole_range():
    """valid_range as 32-bit whole numbers on 16-bit ones: it bounds stored numbers."""
    p = np.round(rain() * 4).astype("i2"); p[0, 0, 0] = 90
    d = plain("whole_range", p, kind="i2", scale_factor=.25, valid_range=np.array([0, 80], "i4")); d.close()

@case
def fraction_missing():
    """A missing_value that no stored number can be: it is of unpacked values."""
    p = np.round(rain() * 4).astype("i2"); p[3, 2, 1] = -9999
    d = plain("fraction_missing", p, kind="i2", scale_factor=np.float32(.25), missing_value=np.float64(-2499.75)); d.close()

@case
def nines():
    """An undeclared fill of 9999 mm a day, which is 417 mm/h."""
    r = rain() * 24; r[:, 0, 0] = 9999; d = new("nines"); grid(d); time(d, 24. * np.arange(T)); data(d, r, "mm/day"); d.close()

@case
def infinite():
    r = rain(); r[2, 2, 2] = np.inf; plain("infinite", r).close()

# ---- what is rain

@case
def spread():
    plain("spread", rain() * 24, units="mm/day", name="rr", long_name="rainfall ensemble spread").close()

@case
def terrain():
    plain("terrain", rain(), units="m", name="terrain", long_name="Terrain").close()

@case
def joined_units():
    """kgm-2s-1 and a dot operator."""
    plain("joined_units", rain() / 3600, units="kgm-2s-1", kind="f8").close()
    plain("dot_units", rain() / 3600, units="kg⋅m-2⋅s-1", kind="f8").close()

@case
def two_parts():
    """WRF's rain in two parts."""
    d = new("two_parts"); grid(d); time(d)
    for name, what in (("RAINNC", "ACCUMULATED TOTAL GRID SCALE PRECIPITATION"), ("RAINC", "ACCUMULATED TOTAL CUMULUS PRECIPITATION")):
        data(d, np.cumsum(rain(), 0), "mm", name, description=what)
    d.close()

@case
def degrees_exchanged():
    """Latitudes in degrees_east and longitudes in degrees_north: by CF units decide."""
    d = plain("degrees_exchanged", rain())
    d["lat"].units, d["lon"].units = "degrees_east", "degrees_north"
    for name in ("lat", "lon"):
        if "standard_name" in d[name].ncattrs(): d[name].delncattr("standard_name")
    d.close()


@case
def bounds_turned():
    """Bounds as (bnds, time)."""
    d = new("bounds_turned"); grid(d); t = time(d, 1. + np.arange(T)); d.createDimension("bnds", 2); t.bounds = "time_bnds"
    d.createVariable("time_bnds", "f8", ("bnds", "time"))[:] = np.array([np.arange(T), 1. + np.arange(T)]); data(d, rain(), "mm", cell_methods="time: sum"); d.close()

@case
def bounds_spread():
    """What xarray's where makes of bounds: values for each cell."""
    for name, units in (("bounds_spread", "mm/h"), ("bounds_spread_amounts", "mm")):
        d = new(name); grid(d); t = time(d, 1. + np.arange(T)); d.createDimension("bnds", 2); t.bounds = "time_bnds"
        d.createVariable("time_bnds", "f8", ("time", "bnds", "lat", "lon"))[:] = 0; data(d, rain(), units); d.close()

@case
def climatology():
    d = new("climatology"); grid(d); t = time(d, 15 + 30. * np.arange(T), "days since 1981-01-01", calendar="360_day"); t.climatology = "climatology_bounds"; d.createDimension("nv", 2)
    d.createVariable("climatology_bounds", "f8", ("time", "nv"))[:] = np.stack([30. * np.arange(T), 30. * np.arange(T) + 30 + 360 * 29], 1)
    data(d, rain() * 24, "mm/day", cell_methods="time: mean within years time: mean over years"); d.close()


def wrought(name, values, history, units="mm/h", hours=3., **attributes):
    """Over three hours each, with labels that cdo and NCO leave as they were, and their history."""
    d = new(name); grid(d); ends = hours * (1 + np.arange(len(values))); t = time(d, ends); bounds(d, t, ends - hours, ends)
    data(d, values, units, **attributes); d.history = history; d.close()


@case
def operators():
    r, mean, amount = rain(), "time: mean", dict(standard_name="lwe_thickness_of_precipitation_amount", cell_methods="time: sum")
    wrought("cdo_sums", 3 * r, "Mon Nov 30 22:47:54 2026: cdo -O -s timselsum,3 b0.nc cdosum.nc", cell_methods=mean)
    wrought("cdo_sums_divided", r, "Mon Nov 30: cdo divc,3 a.nc b.nc\nMon Nov 30: cdo -O -s timselsum,3 b0.nc a.nc", cell_methods=mean)
    wrought("cdo_sums_ours", r, "climate-vdm prepare: pr in mm/h\nMon Nov 30: cdo -O -s timselsum,3 b0.nc a.nc", cell_methods=mean)
    wrought("cdo_deviations", r, "Mon Nov 30: cdo -s timselstd,3 b0.nc a.nc", cell_methods=mean)
    wrought("cdo_roots", np.sqrt(r), "Mon Nov 30: cdo -O -s -sqrt b0.nc a.nc", cell_methods=mean)
    wrought("cdo_masks", (r > .5) * 1., "Mon Nov 30: cdo -O -s gec,1 b0.nc a.nc", cell_methods=mean)
    wrought("cdo_maxima", r, "Mon Nov 30: cdo -s timselmax,3 b0.nc a.nc", cell_methods=mean)
    wrought("cdo_means_of_amounts", r, "Mon Nov 30: cdo -s timselmean,3 b1.nc a.nc", "mm", **amount)
    wrought("cdo_sums_of_amounts", 3 * r, "Mon Nov 30: cdo -s timselsum,3 b1.nc a.nc", "mm", **amount)
    wrought("nco_sums", 3 * r, "Mon Nov 30: ncra -O -y ttl --mro -d time,0,,3,3 b0.nc a.nc", cell_methods="time: mean time: sum")
    wrought("nco_means", r, "Mon Nov 30: ncra -O --mro -d time,0,,3,3 b0.nc a.nc", cell_methods=mean)
    wrought("methods_sum", 3 * r, "", cell_methods="time: sum")
    wrought("methods_sum_of_a_day", 24 * r, "", "mm/day", 24., cell_methods="area: mean time: sum")
    wrought("methods_deviation", r, "", standard_name="lwe_precipitation_rate", cell_methods="time: standard_deviation")
    wrought("methods_maximum", r, "", standard_name="lwe_precipitation_rate", cell_methods="time: maximum")
    wrought("running_sums", np.cumsum(r, 0), "", hours=1.)
    plain("logarithm", r, long_name="logarithm of the rain rate").close()
    d = new("sums_of_three"); grid(d); ends = 3. * np.arange(T) + 2; t = time(d, ends); bounds(d, t, ends - 1, ends); data(d, 3 * r, "mm", **amount); d.close()
    plain("bucket", np.cumsum(8 * r, 0) % 20, units="mm", name="RAINNC").close()


if __name__ == "__main__":
    people.OUT = sys.argv[1]
    for make in CASES.values():
        make()
