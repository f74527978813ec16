// Package learnt fits the dissertation's learnt transform.
package learnt
