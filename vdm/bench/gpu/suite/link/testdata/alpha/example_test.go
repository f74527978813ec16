package alpha_test

import (
	"fmt"

	"github.com/climate-vdm/climate-vdm/vdm/bench/gpu/suite/link/testdata/alpha"
)

func ExampleDouble() {
	fmt.Println(alpha.Double("rain"))
	// Output: rain rain
}
