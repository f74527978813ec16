package zarr

// What a store may have at most.
const (
	mostMetadata = 64 << 20  // bytes of a document
	mostNodes    = 10_000    // groups and arrays of a store
	deepest      = 8         // groups in one another
	mostValues   = 1 << 40   // of an array
	mostChunk    = 512 << 20 // bytes of a chunk as it is unpacked
	mostRank     = 32        // dimensions, as in numpy
)

// rootNames are the documents by which a store is known.
var rootNames = []string{"zarr.json", ".zmetadata", ".zgroup", ".zarray"}
