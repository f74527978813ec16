package zarr

import "github.com/climate-vdm/climate-vdm/vdm/climate/cf"

func init() {
	cf.Register(cf.Format{
		Name: "Zarr",
		About: "Versions 2 and 3, with consolidated metadata or without: a folder, a zip file, or read-only the address of one (http, https). " +
			"Regular chunks, also in shards; zlib, gzip, zstd, Blosc (lz4, lz4hc, zlib, zstd, snappy), crc32c; the layout of mlcast's radar archives by name",
		Endings: []string{".zarr"}, Folder: true,
		Recognises: recognises,
		Open:       open, // what a store says of itself is checked here, and each chunk when it is read
		Create:     create, Continue: resume,
		Source: source,
		Check:  check,
	})
}
