"""Files as people have them, each with a trait that a reader may take wrongly.

The truth of every file is rain(), in mm/h: row 0 the southernmost, frame 0 the first,
from 2018-09-13 00:00 on, hourly unless the case says otherwise. people_test.go has the
same rule and says what should be read.
"""
import os
import sys

import numpy as np
import netCDF4

T, H, W = 12, 5, 6
LAT, LON = 40 + 0.25 * np.arange(H), 10 + 0.25 * np.arange(W)
START = "2018-09-13 00:00:00"
CASES = {}


def case(f):
    CASES[f.__name__] = f
    return f


def rain(first=0, frames=T, h=H, w=W):
    t, y, x = np.meshgrid(np.arange(first, first + frames), np.arange(h), np.arange(w), indexing="ij")
    return np.maximum((7 * t + 3 * y + 5 * x) % 11 - 4, 0) / 4.0


def new(name, fmt="NETCDF4"):
    return netCDF4.Dataset(os.path.join(OUT, name + ".nc"), "w", format=fmt)


def grid(d, lat=LAT, lon=LON, y="lat", x="lon", kind="f8"):
    d.createDimension(y, len(lat))
    d.createDimension(x, len(lon))
    a, b = d.createVariable(y, kind, (y,)), d.createVariable(x, kind, (x,))
    a[:], b[:] = lat, lon
    a.units, b.units = "degrees_north", "degrees_east"
    a.standard_name, b.standard_name = "latitude", "longitude"
    return a, b


def time(d, values=None, units="hours since " + START, kind="f8", name="time", calendar="standard", frames=T):
    values = np.arange(frames) if values is None else values
    d.createDimension(name, len(values))
    t = d.createVariable(name, kind, (name,))
    t.units = units
    if calendar:
        t.calendar = calendar
    t[:] = values
    return t


def data(d, values, units="mm/h", name="pr", dims=("time", "lat", "lon"), kind="f4", fill=None, **attributes):
    v = d.createVariable(name, kind, dims, fill_value=fill)
    v.set_auto_maskandscale(False)
    v.units = units
    for k, a in attributes.items():
        v.setncattr(k, a)
    v[:] = values
    return v


def plain(file, values=None, **more):
    d = new(file)
    grid(d)
    time(d, frames=len(rain() if values is None else values))
    data(d, rain() if values is None else values, **more)
    return d


def bounds(d, t, from_, to, name="time_bnds", refer=True, **attributes):
    if "two" not in d.dimensions:
        d.createDimension("two", 2)
    b = d.createVariable(name, "f8", (t.name, "two"))
    b[:] = np.stack([from_, to], 1)
    for k, a in attributes.items():
        b.setncattr(k, a)
    if refer:
        t.bounds = name


# ---- over which time was it summed

@case
def bounds_seconds():
    """Days, their bounds in seconds since another date."""
    d = new("bounds_seconds"); grid(d); t = time(d, .5 + np.arange(T), "days since " + START)
    bounds(d, t, 86400. * (9 + np.arange(T)), 86400. * (10 + np.arange(T)), units="seconds since 2018-09-04 00:00:00")
    data(d, rain() * 24, "mm", cell_methods="time: sum"); d.close()

@case
def bounds_unnamed_units():
    """Days, their bounds counted in hours without saying so: they do not belong to their times."""
    d = new("bounds_unnamed_units"); grid(d); t = time(d, .5 + np.arange(T), "days since " + START)
    bounds(d, t, 24. * np.arange(T), 24. * (1 + np.arange(T))); data(d, rain() * 24, "mm", cell_methods="time: sum"); d.close()

@case
def months():
    """Monthly sums: each month has its own length."""
    days = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]); to = np.cumsum(days)
    d = new("months"); grid(d); t = time(d, to - days / 2, "days since 2018-01-01"); bounds(d, t, to - days, to)
    data(d, rain() * 24 * days[:, None, None], "mm", cell_methods="time: sum"); d.close()

@case
def months_bare():
    """Monthly sums of which nothing says how long a month is."""
    days = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    d = new("months_bare"); grid(d); time(d, np.cumsum(days) - days, "days since 2018-01-01"); data(d, rain() * 24 * days[:, None, None], "mm"); d.close()

@case
def rolling():
    """Sums over three hours, every hour."""
    d = new("rolling"); grid(d); t = time(d, 3. + np.arange(T)); bounds(d, t, np.arange(T), 3 + np.arange(T))
    data(d, rain() * 3, "mm", cell_methods="time: sum"); d.close()

@case
def rolling_set():
    """The same without bounds; the interval is set to three hours."""
    plain("rolling_set", rain() * 3, units="mm").close()

@case
def since_start_bounds():
    """Totals since the start of the forecast, by their bounds."""
    d = new("since_start_bounds"); grid(d); t = time(d, 1. + np.arange(T)); bounds(d, t, np.zeros(T), 1 + np.arange(T))
    data(d, np.cumsum(rain(), 0), "kg m-2", cell_methods="time: sum"); d.close()

@case
def since_start_zero():
    """The same with a first frame over no time."""
    d = new("since_start_zero"); grid(d); t = time(d, np.arange(T + 1)); bounds(d, t, np.zeros(T + 1), np.arange(T + 1))
    data(d, np.concatenate([np.zeros((1, H, W)), np.cumsum(rain(), 0)]), "kg m-2", cell_methods="time: sum"); d.close()

@case
def mean_mixed():
    """Mean rates over 0-3, 0-6, 6-9, 6-12 h, as global models give them."""
    d = new("mean_mixed"); grid(d); ends = 3. * (1 + np.arange(T)); starts = ((ends - 1) // 6) * 6
    t = time(d, ends); bounds(d, t, starts, ends); r = rain(); m = r.copy(); m[1::2] = (r[1::2] + r[0::2]) / 2
    data(d, m / 3600, "kg m-2 s-1", name="prate", kind="f8", cell_methods="time: mean"); d.close()

@case
def six_hours():
    """Totals that begin anew at 00, 06, 12 and 18 UTC, without bounds."""
    d = new("six_hours"); grid(d); time(d, 1. + np.arange(T)); r = rain()
    data(d, np.concatenate([np.cumsum(r[:6], 0), np.cumsum(r[6:], 0)]) / 1000, "m", name="tp", kind="f8"); d.close()

@case
def gauge_day():
    """Totals since 09:00 of each day."""
    d = new("gauge_day"); grid(d); time(d, 4. + np.arange(T)); r = rain(0, T)
    a = np.concatenate([np.cumsum(r[:6], 0), np.cumsum(r[6:], 0)]); a[:6] += 20; data(d, a, "mm", name="rainfall"); d.close()

@case
def model_start():
    """Totals since the start of the run, none at first, with a WRF name and no long_name."""
    d = new("model_start"); grid(d); time(d, np.arange(T + 1.))
    data(d, np.concatenate([np.zeros((1, H, W)), np.cumsum(rain(), 0)]), "mm", name="RAINNC",
         description="ACCUMULATED TOTAL GRID SCALE PRECIPITATION"); d.close()

@case
def three_files():
    """Totals since the start in a file each."""
    a = np.cumsum(rain(), 0)
    for k in range(3):
        d = new("three_files_%d" % k); grid(d); time(d, 1. + 4 * k + np.arange(4), frames=4)
        data(d, a[4 * k:4 * k + 4], "mm", name="rain"); d.close()

@case
def one_frame_files():
    """Totals since the start with bounds, one frame a file."""
    a = np.cumsum(rain(), 0)
    for k in range(T):
        d = new("one_frame_%02d" % k); grid(d); t = time(d, [k + 1.]); bounds(d, t, [0.], [k + 1.])
        data(d, a[k:k + 1], "mm", cell_methods="time: sum"); d.close()

@case
def bounds_backwards():
    """Bounds whose ends are exchanged."""
    d = new("bounds_backwards"); grid(d); t = time(d, .5 + np.arange(T)); bounds(d, t, 1 + np.arange(T), np.arange(T))
    data(d, rain() * 1., "mm"); d.close()

@case
def bounds_unreferred():
    """Bounds that no attribute names."""
    d = new("bounds_unreferred"); grid(d); t = time(d, .5 + np.arange(T)); bounds(d, t, np.arange(T), 1 + np.arange(T), refer=False)
    data(d, rain(), "mm"); d.close()

@case
def bounds_float32():
    """Days and their bounds in single precision, at hours."""
    d = new("bounds_float32"); grid(d); h = 43353 + np.arange(T + 1) / 24
    t = time(d, h[1:], "days since 1900-01-01", kind="f4"); d.createDimension("nv", 2)
    b = d.createVariable("bnds", "f4", ("time", "nv")); t.bounds = "bnds"; b[:] = np.stack([h[:-1], h[1:]], 1)
    data(d, rain(), "mm"); d.close()

# ---- when is a frame

@case
def float32_days():
    """Ten-minute data as days in single precision, a gap in them."""
    d = new("float32_days"); grid(d); k = np.r_[0:5, 6:T + 1]; time(d, 11000 + k / 144, "days since 1988-08-01", kind="f4"); data(d, rain()); d.close()

@case
def too_coarse():
    """One-minute data as days in single precision."""
    d = new("too_coarse"); grid(d); time(d, 43353 + np.arange(T) / 1440, "days since 1900-01-01", kind="f4"); data(d, rain()); d.close()

@case
def rounded_days():
    """Hours as days with three decimals."""
    d = new("rounded_days"); grid(d); time(d, np.round(np.arange(T) / 24, 3), "days since " + START); data(d, rain()); d.close()

@case
def forecast_step():
    """cfgrib: a start, steps, and the valid time."""
    d = new("forecast_step"); grid(d, y="latitude", x="longitude"); d.createDimension("step", T)
    t = d.createVariable("time", "i8", ()); t.units = "seconds since 1970-01-01"; t.standard_name = "time"; t.long_name = "initial time of forecast"; t[...] = 1536796800
    s = d.createVariable("step", "f8", ("step",)); s.units = "hours"; s.standard_name = "forecast_period"; s[:] = 1 + np.arange(T)
    u = d.createVariable("valid_time", "f8", ("step",)); u.units = "seconds since 1970-01-01"; u.standard_name = "time"; u[:] = 1536796800 + 3600 * (1 + np.arange(T))
    data(d, rain(), "mm/h", dims=("step", "latitude", "longitude"), coordinates="time step valid_time"); d.close()

@case
def forecast_two():
    """Starts and steps as dimensions, without a valid time."""
    d = new("forecast_two"); grid(d); d.createDimension("forecast_reference_time", 3); d.createDimension("forecast_period", T)
    t = d.createVariable("forecast_reference_time", "f8", ("forecast_reference_time",)); t.units = "hours since " + START; t.standard_name = "forecast_reference_time"; t[:] = [0, 12, 24]
    s = d.createVariable("forecast_period", "i4", ("forecast_period",)); s.units = "hours"; s.standard_name = "forecast_period"; s[:] = 1 + np.arange(T)
    data(d, np.stack([rain(), rain(1), rain(2)]), dims=("forecast_reference_time", "forecast_period", "lat", "lon")); d.close()

@case
def forecast_lead():
    """Starts of forecasts, and one lead time of 6 h for all."""
    d = new("forecast_lead"); grid(d); t = time(d, np.arange(T)); t.standard_name = "forecast_reference_time"
    s = d.createVariable("forecast_period", "f8", ()); s.units = "hours"; s.standard_name = "forecast_period"; s[...] = 6
    data(d, rain(), coordinates="forecast_period"); d.close()

@case
def text_time():
    """Dates as strings alone."""
    d = new("text_time"); grid(d); d.createDimension("time", T); t = d.createVariable("time", str, ("time",))
    t[:] = np.array(["2018-09-13T%02d:00:00Z" % k for k in range(T)], object); data(d, rain()); d.close()

@case
def characters():
    """Dates as characters alone, with fixed length, the last two never written."""
    d = new("characters", "NETCDF3_CLASSIC"); grid(d); d.createDimension("Time", T); d.createDimension("DateStrLen", 19)
    t = d.createVariable("Times", "S1", ("Time", "DateStrLen"))
    t[:T - 2] = np.array([list("2018-09-13_%02d:00:00" % k) for k in range(T - 2)], "S1"); data(d, rain(), dims=("Time", "lat", "lon")); d.close()

@case
def unfilled():
    """A time that was never written in the middle, and two at the end."""
    d = plain("unfilled"); a = np.arange(T, dtype="f8"); a[[4, T - 2, T - 1]] = 9.969209968386869e36; d["time"].set_auto_mask(False); d["time"][:] = a; d.close()

@case
def unfilled_undeclared():
    """The same with a value that nothing declares."""
    d = plain("unfilled_undeclared"); d["time"][T - 2:] = 1e20; d.close()

@case
def shuffled():
    """Frames in no order."""
    k = np.array([3, 0, 1, 2, 7, 6, 5, 4, 8, 11, 10, 9]); d = new("shuffled"); grid(d); time(d, k); data(d, rain()[k]); d.close()

@case
def twice():
    """Two hours stand twice; the second time they are right."""
    k = np.r_[0:6, 4:T]; d = new("twice"); grid(d); time(d, k); r = rain()[k]; r[4:6] += 1; data(d, r); d.close()

@case
def no_units():
    """A time that names no units."""
    d = plain("no_units"); d["time"].delncattr("units"); d.close()

@case
def no_times():
    """A dimension of time, of which nothing says when."""
    d = new("no_times"); grid(d); d.createDimension("time", T); data(d, rain()); d.close()

@case
def milliseconds():
    d = new("milliseconds"); grid(d); time(d, 1536796800000 + 3600000 * np.arange(T), "milliseconds since 1970-01-01", kind="i8"); data(d, rain()); d.close()

@case
def common_years():
    """Years of 365 days in the standard calendar."""
    d = new("common_years"); grid(d); time(d, np.arange(T), "common_years since 2000-01-01"); data(d, rain()); d.close()

# ---- what is rain

@case
def words_only():
    """No standard_name, a name of its own, long_name in words."""
    plain("words_only", rain() * 24, units="mm d-1", name="var61", long_name="Total rainfall rate").close()

@case
def wrong_standard_name():
    """A name that only looks like a standard one."""
    plain("wrong_standard_name", rain() / 3600, units="kg/m2/s", name="field", kind="f8", standard_name="total_precipitation_rate", long_name="precipitation").close()

@case
def misplaced_standard_name():
    """A right standard name on the wrong variable: rain has no temperature."""
    plain("misplaced_standard_name", rain(), units="mm h-1", name="precip", standard_name="air_temperature").close()

@case
def evaporation():
    """In the units of rain, but none."""
    plain("evaporation", rain() / 3600, units="kg m-2 s-1", name="evspsbl", kind="f8", standard_name="water_evapotranspiration_flux").close()

@case
def precipitable():
    plain("precipitable", rain(), units="kg m-2", name="PWAT", long_name="Precipitable water").close()

@case
def nameless():
    """A rate of water of which nothing says what."""
    plain("nameless", rain(), units="mm/h", name="z", long_name="field 1").close()

@case
def wind():
    plain("wind", rain(), units="m s-1", name="u10", long_name="10 metre U wind component").close()

@case
def snowfall():
    plain("snowfall", rain(), units="mm/h", name="sf", long_name="Snowfall water equivalent").close()

@case
def capitals():
    plain("capitals", rain() * 24, units="MM/DAY", name="RAIN").close()

# ---- which way is up

@case
def aux_rows():
    """Dimensions of other names; only auxiliary coordinates say where north is."""
    d = new("aux_rows"); time(d); d.createDimension("a", H); d.createDimension("b", W)
    for n, u, v in (("north", "degrees_north", LAT[::-1]), ("east", "degrees_east", LON)):
        c = d.createVariable(n, "f4", ("a" if n == "north" else "b",)); c.units = u; c[:] = v
    data(d, rain()[:, ::-1], dims=("time", "a", "b")); d.close()

@case
def counted_rows():
    """y counts rows from the north; the places of the cells are two-dimensional."""
    d = new("counted_rows"); time(d); d.createDimension("y", H); d.createDimension("x", W); lon, lat = np.meshgrid(LON, LAT[::-1])
    for n, k in (("y", H), ("x", W)):
        d.createVariable(n, "i4", (n,))[:] = np.arange(k)
    for n, u, v in (("lat", "degrees_north", lat), ("lon", "degrees_east", lon)):
        c = d.createVariable(n, "f8", ("y", "x")); c.units = u; c[:] = v
    data(d, rain()[:, ::-1], dims=("time", "y", "x"), coordinates="lat lon"); d.close()

@case
def moving_coordinates():
    """Places of the cells for each time, always the same; rows from the north."""
    d = new("moving_coordinates"); time(d); d.createDimension("south_north", H); d.createDimension("west_east", W); lon, lat = np.meshgrid(LON, LAT[::-1])
    for n, u, v in (("XLAT", "degree_north", lat), ("XLONG", "degree_east", lon)):
        c = d.createVariable(n, "f4", ("time", "south_north", "west_east")); c.units = u; c[:] = np.broadcast_to(v, (T, H, W))
    data(d, rain()[:, ::-1], dims=("time", "south_north", "west_east")); d.close()

@case
def nest():
    """Places of the cells that move."""
    d = new("nest"); time(d); d.createDimension("south_north", H); d.createDimension("west_east", W); lon, lat = np.meshgrid(LON, LAT)
    for n, u, v in (("XLAT", "degree_north", lat), ("XLONG", "degree_east", lon)):
        c = d.createVariable(n, "f4", ("time", "south_north", "west_east")); c.units = u; c[:] = v + np.arange(T)[:, None, None]
    data(d, rain(), dims=("time", "south_north", "west_east")); d.close()

@case
def distances_down():
    """y in metres from the north; only the latitudes of the cells tell."""
    d = new("distances_down"); time(d); d.createDimension("y", H); d.createDimension("x", W); lon, lat = np.meshgrid(LON, LAT[::-1])
    for n, k in (("y", H), ("x", W)):
        c = d.createVariable(n, "f8", (n,)); c.units = "m"; c[:] = 1000. * np.arange(k); c.standard_name = "projection_%s_coordinate" % n
    for n, u, v in (("lat", "degrees_north", lat), ("lon", "degrees_east", lon)):
        c = d.createVariable(n, "f8", ("y", "x")); c.units = u; c[:] = v
    data(d, rain()[:, ::-1], dims=("time", "y", "x"), coordinates="lat lon"); d.close()

@case
def named_twice():
    """Rows have distances and latitudes of their own, from the north."""
    d = new("named_twice"); time(d); d.createDimension("y", H); d.createDimension("x", W)
    for n, k, o, u, v in (("y", H, "lat", "degrees_north", LAT[::-1]), ("x", W, "lon", "degrees_east", LON)):
        c = d.createVariable(n, "f8", (n,)); c.units = "m"; c[:] = 1000. * np.arange(k)
        c = d.createVariable(o, "f8", (n,)); c.units = u; c[:] = v
    data(d, rain()[:, ::-1], dims=("time", "y", "x"), coordinates="lat lon"); d.close()

@case
def day_before():
    """Totals since midnight; the first frame is the whole day before."""
    d = new("day_before"); grid(d); time(d, np.arange(T + 1.)); a = np.concatenate([9 + rain()[:1], np.cumsum(rain(), 0)])
    data(d, a / 1000, "m", name="tp", kind="f8"); d.close()

@case
def stamps_apart():
    """The same days, once with stamps at their middle, once at their beginning, and units in two spellings."""
    for n, off, v in (("pr", 12, rain() * 24), ("tas", 0, 280 + rain())):
        d = new("stamps_" + n); grid(d); h = 24. * np.arange(T); t = time(d, h + off); bounds(d, t, h, h + 24)
        data(d, v, "mm" if n == "pr" else "K", name=n, cell_methods="time: sum" if n == "pr" else "time: mean"); d.close()

@case
def digits():
    """Dates as digits in strings."""
    d = new("digits"); grid(d); d.createDimension("time", T); t = d.createVariable("time", str, ("time",))
    t[:] = np.array(["20180913%02d" % k for k in range(T)], object); data(d, rain()); d.close()

@case
def radians():
    d = new("radians"); time(d); y, x = grid(d, np.radians(LAT[::-1]), np.radians(LON)); y.units = x.units = "radians"; data(d, rain()[:, ::-1]); d.close()

@case
def silent():
    """Nothing says what the dimensions are."""
    d = new("silent"); d.createDimension("d0", T); d.createDimension("d1", H); d.createDimension("d2", W); data(d, rain(), dims=("d0", "d1", "d2"))
    t = d.createVariable("when", "f8", ("d0",)); t.units = "hours since " + START; t[:] = np.arange(T); d.close()

@case
def odd_words():
    """Wrong words in standard_name and axis, right units."""
    d = plain("odd_words"); d["lat"].standard_name = "lat"; d["lon"].standard_name = "LON"; d["lat"].axis = "lat"; d["time"].standard_name = "valid time"; d.close()

# ---- one variable a file, groups, versions

@case
def groups():
    """Two groups with data, dimensions in the root."""
    d = new("groups"); grid(d); time(d)
    for n, k in (("Grid", 1), ("Intermediate", 2)):
        g = d.createGroup(n); data(g, rain() * k, name="precipitation")
    d.close()

@case
def group_of_its_own():
    """All in one group, north first."""
    d = new("group_of_its_own"); g = d.createGroup("Grid"); grid(g, LAT[::-1]); t = time(g, .5 + np.arange(T)); bounds(g, t, np.arange(T), 1 + np.arange(T)); data(g, rain()[:, ::-1], "mm", name="precipitation"); d.close()

@case
def expver():
    """Final and preliminary data, each missing where the other is."""
    d = new("expver"); grid(d); time(d); d.createDimension("expver", 2); e = d.createVariable("expver", "i4", ("expver",)); e[:] = [1, 5]
    a = np.full((T, 2, H, W), -999.); a[:8, 0] = rain()[:8]; a[8:, 1] = rain()[8:]; data(d, a, dims=("time", "expver", "lat", "lon"), fill=np.float32(-999)); d.close()

@case
def variables_apart():
    """Rain over each hour with stamps at its end, temperature at these instants, in two files."""
    d = new("apart_pr"); grid(d); t = time(d, 1. + np.arange(T)); bounds(d, t, np.arange(T), 1 + np.arange(T)); data(d, rain(), "mm"); d.close()
    d = new("apart_tas"); grid(d, LAT.astype("f4"), LON + 360, kind="f4"); time(d, 1. + np.arange(T), calendar="proleptic_gregorian"); data(d, 280 + rain(), "K", name="tas"); d.close()

@case
def seam():
    """A globe from 0 to 360, and the same from -180 to 180."""
    lat, lon = np.array([-60., -20, 20, 60]), 45. * np.arange(8)
    r = rain(0, 2 * T, 4, 8)
    d = new("seam_0"); grid(d, lat, lon); time(d); data(d, r[:T]); d.close()
    d = new("seam_1"); grid(d, lat, lon - 180); time(d, T + np.arange(T)); data(d, np.roll(r[T:], 4, 2)); d.close()

@case
def leap():
    """Two calendars that differ within the span."""
    d = new("leap_0"); grid(d); time(d, 24. * np.arange(T), "hours since 2020-02-10"); data(d, rain()); d.close()
    d = new("leap_1"); grid(d); time(d, 24. * np.arange(T), "hours since 2020-03-01", calendar="noleap"); data(d, rain()); d.close()

@case
def shifted():
    """The same grid, half a cell further east; and a finer one."""
    plain("grid_here").close()
    d = new("grid_shifted"); grid(d, LAT, LON + .125); time(d, T + np.arange(T)); data(d, rain()); d.close()
    d = new("grid_finer"); grid(d, 40 + .125 * np.arange(H), 10 + .125 * np.arange(W)); time(d, T + np.arange(T)); data(d, rain()); d.close()

# ---- values

@case
def bounds_between_stamps():
    """Sums of three hourly values with the bounds that cdo timselsum gives them."""
    with new("bounds_between_stamps") as d:
        grid(d)
        h = 3.0 * np.arange(4)
        t = time(d, h + 1)
        bounds(d, t, h, h + 2)
        data(d, rain().reshape(4, 3, H, W).sum(1), units="mm", name="tp", long_name="Total precipitation")


@case
def one_negative_value():
    r = rain(); r[3, :2] = -.25; plain("one_negative_value", r).close()


@case
def slightly_negative():
    r = rain(); r[:, 0, 0] = -.02 - .001 * np.arange(T); plain("slightly_negative", r).close()

@case
def instants():
    """Temperature at instants beside rain over the hours before."""
    d = new("instants"); grid(d); t = time(d, 1. + np.arange(T)); bounds(d, t, np.arange(T), 1 + np.arange(T))
    data(d, 280 + rain(), "K", name="tas", cell_methods="time: point"); d.close()

@case
def undeclared_fill():
    r = rain(); r[:, 0, 0] = -99.9; plain("undeclared_fill", r).close()

@case
def all_hidden():
    """A valid range that hides every value."""
    plain("all_hidden", rain(), valid_max=np.float32(-1)).close()

@case
def valid_range():
    """A valid range in other units than the values."""
    plain("valid_range", rain(), valid_range=np.float32([0, .5])).close()

@case
def text_scale():
    d = new("text_scale"); grid(d); time(d); data(d, np.round(rain() * 100).astype("i2"), kind="i2", scale_factor="0.01", add_offset="0"); d.close()

OUT = sys.argv[1]
if __name__ == "__main__":
    for f in CASES.values():
        f()
