"""Writes proj.csv with pyproj, which is PROJ: definition, latitude, longitude, x, y.

    python proj.py > proj.csv
"""

import pyproj

definitions = [
    "+proj=laea +lat_0=55.0 +lon_0=10.0 +x_0=1950000.0 +y_0=-2100000.0 +units=m +ellps=WGS84",
    "+proj=laea +lat_0=90 +lon_0=10 +ellps=WGS84",
    "+proj=laea +lat_0=52 +lon_0=10 +R=6371229",
    "+proj=stere +lat_0=90 +lon_0=25 +lat_ts=60 +x_0=380886.310 +y_0=3395677.920 +a=6371288 +b=6371288",
    "+proj=stere +lat_ts=60 +ellps=bessel +lon_0=14 +lat_0=90",
    "+proj=stere +lat_0=90 +lat_ts=60 +lon_0=10 +a=6378137 +b=6356752.3142451802 +no_defs +x_0=543196.83521776402 +y_0=3622588.8619310018",
    "+proj=stere +lat_0=90 +lon_0=0.0 +lat_ts=60.0 +a=6378.14 +b=6356.75 +x_0=0 +y_0=0",
    "+proj=stere +ellps=WGS84 +lat_0=56 +lon_0=10.5666 +lat_ts=56",
    "+proj=stere +lat_0=-90 +lat_ts=-71 +lon_0=0 +ellps=WGS84",
    "+proj=lcc +lat_1=50.797815 +lat_2=50.797815 +lat_0=50.797815 +lon_0=4.359216 +x_0=649328 +y_0=665262 +ellps=GRS80 +units=km",
    "+proj=lcc +lat_1=49 +lat_2=46 +lat_0=47.5 +lon_0=13.33333 +x_0=400000 +y_0=400000 +ellps=bessel",
    "+proj=aeqd +lat_0=58.48 +lon_0=25.52 +ellps=WGS84",
    "+proj=aeqd +lat_0=52.3469 +lon_0=19.0926 +a=6371000 +b=6371000",
    "+proj=merc +lon_0=15 +lat_ts=50 +ellps=WGS84",
    "+proj=merc +lon_0=0 +k=1 +a=6378137 +b=6378137",
    "+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy",
    "+proj=utm +zone=33 +ellps=WGS84",
    "+proj=somerc +lat_0=46.9524055555 +lon_0=7.43958333333 +k_0=1 +x_0=2600000 +y_0=1200000 +ellps=bessel +units=m",
    "+proj=longlat +ellps=WGS84",
]
print("definition,lat,lon,x,y")
for d in definitions:
    p = pyproj.Proj(d, preserve_units=True)
    south = -1 if "lat_0=-90" in d else 1
    for lat, lon in [(55.5, 11.25), (42.125, -3.5), (67.0, 24.75), (47.0, 7.5)]:
        x, y = p(lon, south * lat)
        print(f"{d},{south * lat},{lon},{x!r},{y!r}")
