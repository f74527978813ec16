// Package exercise checks what students write in the labs (notebooks/labs), and says why
// an answer is wrong: it names the first input at which it is, and where the answer is
// the result of a common mistake, it names the mistake.
//
// A question is a function that the student writes, and the function here that checks it:
//
//	fmt.Println(exercise.AlphaSigma(alphaSigma))
//
// An answer may return slices; it must not keep or change those that it receives.
package exercise
