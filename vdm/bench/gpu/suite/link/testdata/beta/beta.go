// Package beta has external tests alone.
package beta
