package main

import "regexp"

// options are the command line.
type options struct {
	out, table string
	only       *regexp.Regexp
	clips      int
	frames     int
	side       int
}
