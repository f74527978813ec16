// Package likelihood contains what the notebook on likelihoods needs beside the library:
// clips of data whose density is known, tables of bounds and flows beside the exact
// values, and the likelihood of the first model.
package likelihood
