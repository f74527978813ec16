package cf

import "github.com/climate-vdm/climate-vdm/vdm/climate"

// Register makes this package, and climate.Open, read a format.
func Register(f Format) {
	formatsLock.Lock()
	if f.Inside {
		formats = append([]*Format{&f}, formats...)
	} else {
		formats = append(formats, &f)
	}
	formatsLock.Unlock()
	climate.RegisterFormat(climate.Format{
		Name: f.Name, Inside: f.Inside, Recognises: f.Recognises, Source: f.Source,
		Read: func(path, variable string) (*climate.Field, error) {
			return Read(path, ReadOptions{Variable: variable})
		},
	})
}
