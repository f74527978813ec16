// Package soak contains the tests of load, and no code: days of synthetic data that are
// streamed, trained on and drawn from at full speed for as long as VDM_SOAK says (make
// soak), processes that draw from one run at once, and a data set of many windows.
package soak
