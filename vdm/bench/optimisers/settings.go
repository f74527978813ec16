package main

import "github.com/climate-vdm/climate-vdm/vdm/run"

// setting is one way of training. Its name is also the name of its folder.
type setting struct {
	name   string
	change func(t *run.TrainingConfig)
}

// settings are the settings that the table compares. The first is the baseline: Adam
// with a learning rate of 5e-3, batches of 2, warm-up over a fifteenth of the steps and
// cosine decay. The others change what their names say; schedule-free has no decay.
var settings = []setting{
	{"adam-5e-3", func(t *run.TrainingConfig) {}},
	{"muon-5e-3", func(t *run.TrainingConfig) { t.Optimiser = "muon" }},
	{"muon-1e-2", func(t *run.TrainingConfig) { t.Optimiser, t.Rate = "muon", 1e-2 }},
	{"muon-2e-2", func(t *run.TrainingConfig) { t.Optimiser, t.Rate = "muon", 2e-2 }},
	{"schedule-free-5e-3", func(t *run.TrainingConfig) { t.Optimiser, t.Decay = "schedule-free", 0 }},
	{"schedule-free-1e-2", func(t *run.TrainingConfig) { t.Optimiser, t.Rate, t.Decay = "schedule-free", 1e-2, 0 }},
	{"adam-2.5e-3", func(t *run.TrainingConfig) { t.Rate = 2.5e-3 }},
	{"adam-1e-2", func(t *run.TrainingConfig) { t.Rate = 1e-2 }},
	{"adamw-5e-3-decay-0.1", func(t *run.TrainingConfig) { t.Optimiser, t.WeightDecay = "adamw", 0.1 }},
	{"adam-5e-3-batch-1", func(t *run.TrainingConfig) { t.Batch = 1 }},
	{"adam-5e-3-batch-4", func(t *run.TrainingConfig) { t.Batch = 4 }},
	{"muon-2.5e-3", func(t *run.TrainingConfig) { t.Optimiser, t.Rate = "muon", 2.5e-3 }},
	{"muon-5e-3-batch-1", func(t *run.TrainingConfig) { t.Optimiser, t.Batch = "muon", 1 }},
	{"muon-5e-3-batch-4", func(t *run.TrainingConfig) { t.Optimiser, t.Batch = "muon", 4 }},
	{"muon-5e-3-constant", func(t *run.TrainingConfig) { t.Optimiser, t.Decay = "muon", 0 }},
	{"muon-5e-3-no-warm-up", func(t *run.TrainingConfig) { t.Optimiser, t.Warmup = "muon", 0 }},
	{"muon-5e-3-beta-0.95", func(t *run.TrainingConfig) { t.Optimiser, t.Beta1 = "muon", 0.95 }},
	{"muon-5e-3-ema-0.9", func(t *run.TrainingConfig) { t.Optimiser, t.EMA = "muon", 0.9 }},
	{"soap-5e-3", func(t *run.TrainingConfig) { t.Optimiser = "soap" }},
	{"soap-2.5e-3", func(t *run.TrainingConfig) { t.Optimiser, t.Rate = "soap", 2.5e-3 }},
	{"soap-1e-2", func(t *run.TrainingConfig) { t.Optimiser, t.Rate = "soap", 1e-2 }},
	{"soap-5e-3-betas-0.95", func(t *run.TrainingConfig) { t.Optimiser, t.Beta1, t.Beta2 = "soap", 0.95, 0.95 }},
}
