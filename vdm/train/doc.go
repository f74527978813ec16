// Package train fits variables to a loss by stochastic gradients.
//
// A [Problem] says what is trained: variables, a loss as a graph, and the batch of every
// pass. [Options] say how: a [Rule] such as [Adam], its learning rate, gradients
// accumulated over passes and clipped, an exponential moving average (EMA) of the
// weights, and devices that share each batch. [New] takes these and a [State] to an
// engine, [Trainer.Steps] takes steps there, and [Trainer.State] returns a new State;
// the initial one is not changed. The caller stores states and decides which of them is
// good.
//
// A [Refresher] such as [SOAP] computes some of its states on the host between steps.
//
// A batch is a function of its step and pass. So training that starts from a stored
// State takes, to the bit, the steps of training that was not interrupted there.
//
// The package knows neither what the loss means nor where states are stored. Its
// variables are those of package weights.
package train
