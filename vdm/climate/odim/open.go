package odim

import (
	"errors"
	"fmt"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/climate/hdf5"
)

// open opens a composite as a data set.
func open(path string) (*cf.Dataset, error) {
	f, err := hdf5.Open(path)
	if err != nil {
		return nil, err
	}
	d := &cf.Dataset{Close: func() { _ = f.Close() }} // opened for reading: nothing can be lost
	if err := read(d, f); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
	}
	return d, nil
}

// read makes the variables of a composite and of the coordinates of its cells.
func read(d *cf.Dataset, f *hdf5.File) error {
	root, err := f.Root()
	if err != nil {
		return err
	}
	what, err := attributes{}.below(root, "what")
	if err != nil {
		return err
	}
	where, err := attributes{}.below(root, "where")
	if err != nil {
		return err
	}
	switch object := what.text("object"); object {
	case "COMP", "IMAGE", "CVOL", "":
	default:
		return fmt.Errorf("its object is %s, of one radar or of points, and no composite (COMP, IMAGE): make one of it, in Python with wradlib or Py-ART", object)
	}
	layers, err := readLayers(root, what, &where)
	if err != nil {
		return err
	}
	g, err := newGeometry(where, layers[0])
	if err != nil {
		return err
	}
	for _, l := range layers {
		if l.data.Shape[0] != g.height || l.data.Shape[1] != g.width {
			return fmt.Errorf("%s has the shape %v, expected %d rows of %d cells", l.path, l.data.Shape, g.height, g.width)
		}
	}
	text := func(s string) cf.Attribute { return cf.Attribute{Type: cf.Char, Text: cf.CleanText(s)} }
	d.Attributes = map[string]cf.Attribute{"Conventions": text("ODIM_H5"), "source": text(what.text("source"))}
	for _, v := range variables(layers) {
		if g.x != nil {
			v.Attributes["grid_mapping"] = text("projection")
		}
		v.Notes = append(v.Notes, g.notes...)
		d.Variables = append(d.Variables, v)
	}
	d.Variables = append(d.Variables, timesOf(d.Variables)...)
	d.Variables = append(d.Variables, g.variables()...)
	return nil
}

// readLayers reads the metadata of all images of a file, in the order of their numbers. A
// file without "where" at its root has it in its data sets.
func readLayers(root *hdf5.Object, what attributes, where *attributes) (all []*layer, err error) {
	sets, err := numbered(root, "dataset")
	if err != nil {
		return nil, err
	}
	for _, set := range sets {
		set, err := root.Child(set)
		if err != nil {
			return nil, err
		}
		of, err := what.below(set, "what")
		if err != nil {
			return nil, err
		}
		if *where, err = where.below(set, "where"); err != nil {
			return nil, err
		}
		images, err := numbered(set, "data")
		if err != nil {
			return nil, err
		}
		for _, image := range images {
			image, err := set.Child(image)
			if err != nil {
				return nil, err
			}
			its, err := of.below(image, "what")
			if err != nil {
				return nil, err
			}
			l, err := newLayer(set, image, its)
			if err != nil {
				return nil, err
			}
			if l != nil {
				all = append(all, l)
			}
		}
	}
	if len(all) == 0 {
		return nil, errors.New("it contains no image: no dataset1/data1/data with a quantity")
	}
	return all, nil
}
