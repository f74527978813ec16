package alpha

import "testing"

func TestWindows(*testing.T) {} // of houses: this file is not for an operating system
