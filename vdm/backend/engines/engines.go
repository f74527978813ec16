// Package engines links the engines that package backend chooses from, the way
// a blank import links a database driver:
//
//	import _ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
//
// Programs import it where graphs run; libraries do not. It adds about two
// seconds to each link, and a C compiler is needed: without cgo only the pure
// Go engine is linked.
package engines

import _ "github.com/gomlx/compute/gobackend" // "go"
