//go:build !linux

package netcdf

import "os"

func share() (memory []byte, file *os.File) { return nil, nil }

func mapped(*os.File) []byte { return nil }

func unmap([]byte) {}
