package main

// options are the size of the task.
type options struct {
	forecasts, members, leads, size, beside int
	python, folder                          string
}
