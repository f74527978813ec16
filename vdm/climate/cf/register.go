package cf

import "github.com/climate-vdm/climate-vdm/vdm/climate"

// Register makes this package, and climate.Open, read a format.
func Register(f Format) {
	formatsLock.Lock()
	formats = append(formats, &f)
	formatsLock.Unlock()
	climate.RegisterFormat(climate.Format{
		Name: f.Name, Recognises: f.Recognises, Source: f.Source,
		Read: func(path, variable string) (*climate.Field, error) {
			return Read(path, ReadOptions{Variable: variable})
		},
	})
}
