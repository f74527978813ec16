package cf

import (
	"archive/zip"
	"bytes"
	"path/filepath"
	"strings"
)

// OtherFormat says what a file is that is of no format that is read, by its first bytes,
// and what to do with it; "" where it is not known.
func OtherFormat(path string, head []byte) string {
	begins := func(s string) bool { return bytes.HasPrefix(head, []byte(s)) }
	text := strings.ToLower(strings.TrimLeft(string(head), "\ufeff \t\r\n"))
	name := filepath.Base(path)
	switch {
	case begins("PK\x03\x04") || begins("PK\x05\x06"):
		return "it is a zip archive" + zipContents(path) + "; unpack it: unzip " + name
	case begins("\x1f\x8b"):
		if strings.HasSuffix(name, ".tgz") || strings.HasSuffix(name, ".tar.gz") {
			return "it is a compressed tar archive; unpack it: tar xzf " + name
		}
		return "it is compressed by gzip; unpack it: gunzip -c " + name + " > out.nc"
	case begins("BZh"):
		return "it is compressed by bzip2; unpack it: bunzip2 -k " + name
	case begins("\xfd7zXZ\x00"):
		return "it is compressed by xz; unpack it: unxz -k " + name
	case begins("\x28\xb5\x2f\xfd"):
		return "it is compressed by Zstandard; unpack it: unzstd " + name
	case begins("7z\xbc\xaf\x27\x1c"):
		return "it is a 7z archive; unpack it: 7z x " + name
	case begins("GRIB"):
		return "it is GRIB; convert it: cdo -f nc4 copy " + name + " out.nc, or grib_to_netcdf -o out.nc " + name
	case begins("BUFR"):
		return "it is BUFR, which holds observations, not fields"
	case begins("\x0e\x03\x13\x01"):
		return "it is HDF4; convert it: h4toh5convert " + name + ", or ncl_convert2nc"
	case begins("II*\x00") || begins("MM\x00*") || begins("II+\x00"):
		return "it is TIFF (GeoTIFF?); convert it: gdal_translate -of netCDF " + name + " out.nc"
	case begins("\x89PNG") || begins("\xff\xd8\xff") || begins("GIF8"):
		return "it is a picture"
	case begins("%PDF"):
		return "it is a PDF document"
	case strings.HasPrefix(text, "<!doctype html") || strings.HasPrefix(text, "<html") || strings.HasPrefix(text, "<head"):
		return "it is a web page (HTML), perhaps one that asks to sign in or reports an error; open it in a browser, and download again"
	case strings.HasPrefix(text, "<?xml") || strings.HasPrefix(text, "<error"):
		return "it is XML, perhaps the report of an error of the server; read it as text, and download again"
	case strings.HasPrefix(text, "{") || strings.HasPrefix(text, "["):
		return "it is JSON, perhaps the report of an error of the server, or a list of references (kerchunk); read it as text"
	case strings.HasPrefix(text, "version https://git-lfs"):
		return "it is the placeholder of a file in Git LFS; fetch it: git lfs pull"
	case strings.HasPrefix(text, "dataset {") || strings.HasPrefix(text, "netcdf "):
		return "it is the text form of a data set; make a file of it: ncgen -o out.nc " + name
	case len(head) > 262 && string(head[257:262]) == "ustar":
		return "it is a tar archive; unpack it: tar xf " + name
	}
	return ""
}

// zipContents returns the names of the files in a zip archive.
func zipContents(path string) string {
	z, err := zip.OpenReader(path)
	if err != nil {
		return " (damaged)"
	}
	defer z.Close()
	var names []string
	for _, f := range z.File {
		const most = 3
		if len(names) == most {
			names = append(names, "…")
			break
		}
		names = append(names, f.Name)
	}
	return " with " + strings.Join(names, ", ")
}
