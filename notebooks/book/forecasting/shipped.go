package forecasting

// Radar events that ship with the project.
const (
	// eventFile is the event on which no network was ever trained.
	eventFile = "vdm/pretrained/data/fmi_radar_20160928_5min_2km.nc"
	// trainFile is the event on which chapter 32 trains.
	trainFile = "vdm/pretrained/data/knmi_radar_20100826_5min_2km.nc"
)
