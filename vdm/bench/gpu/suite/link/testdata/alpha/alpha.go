// Package alpha has tests of every kind.
package alpha

// Double gives a word twice.
func Double(word string) string { return word + secret() + word }

func secret() string { return " " }
