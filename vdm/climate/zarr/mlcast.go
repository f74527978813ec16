package zarr

func check(path string) ([]string, error) { return nil, nil }
