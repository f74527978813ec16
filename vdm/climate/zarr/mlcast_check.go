package zarr

import (
	"fmt"
	"strings"
)

// check returns what of the rules a store of mlcast's keeps and breaks; nothing for other
// stores.
func check(path string) ([]string, error) {
	c, err := openContents(path)
	if err != nil {
		return nil, err
	}
	defer c.close()
	declared := false
	for name := range c.root {
		declared = declared || strings.HasPrefix(name, mlcastPrefix)
	}
	if !declared {
		return nil, nil
	}
	m := &mlcast{contents: c}
	m.coordinates()
	m.space()
	if err := m.times(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for _, a := range m.data() {
		m.variable(a)
	}
	m.globals()
	line := func(label, text string) string { return fmt.Sprintf("%-11s%s", label, text) }
	lines := []string{line("layout", fmt.Sprintf("mlcast radar archive %s; of the rules of mlcast-dataset-validator 0.4.0, %d are kept, %d broken, %d give warnings",
		m.text("mlcast_dataset_identifier"), m.kept, len(m.broken), len(m.warned)))}
	for _, text := range m.broken {
		lines = append(lines, line("broken", text))
	}
	for _, text := range m.warned {
		lines = append(lines, line("warning", text))
	}
	return append(lines, line("unchecked", "4.5 whether projection and latitude/longitude agree, 5.4 whether the repository exists, 6 GDAL and cartopy: "+
		"pip install mlcast-dataset-validator, then mlcast.validate_dataset source_data radar_precipitation "+path)), nil
}
