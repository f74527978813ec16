package zarr

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// node is a group or an array, its documents as they are.
type node struct {
	name       string          // without a slash in front; "" for the root
	version    int             // of the format
	array      json.RawMessage // nil of a group
	attributes map[string]any
	raw        []byte // all that describes it
}

// metadata are the nodes of a store and where they were read.
type metadata struct {
	version      int
	consolidated bool
	nodes        []node
	documents    [][]byte // as read, for a checksum
}

// readMetadata reads what a store holds: consolidated where it is, else document by
// document.
func readMetadata(s store) (*metadata, error) {
	m := &metadata{}
	root, err := m.document(s, "zarr.json")
	if err == nil {
		return m, m.readV3(s, root)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	m.version = 2
	all, err := m.document(s, ".zmetadata")
	if err == nil {
		return m, m.readConsolidatedV2(all)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return m, m.walkV2(s, "", 0)
}

// document reads one document.
func (m *metadata) document(s store, key string) ([]byte, error) {
	b, err := s.get(key, mostMetadata)
	if err == nil {
		m.documents = append(m.documents, b)
	}
	return b, err
}

func (m *metadata) add(n node) error {
	if n.name != "" {
		if err := validKey(n.name); err != nil {
			return err
		}
		if strings.Count(n.name, "/") > deepest {
			return fmt.Errorf("%q lies in more than %d groups", n.name, deepest)
		}
	}
	if len(m.nodes) == mostNodes {
		return fmt.Errorf("more than %d groups and arrays", mostNodes)
	}
	m.nodes = append(m.nodes, n)
	return nil
}

// readConsolidatedV2 reads .zmetadata.
func (m *metadata) readConsolidatedV2(b []byte) error {
	var all struct {
		Metadata map[string]json.RawMessage `json:"metadata"`
	}
	if err := decode(b, &all); err != nil {
		return fmt.Errorf(".zmetadata is no metadata: %w", err)
	}
	m.consolidated = true
	var names []string
	for key := range all.Metadata {
		if dir, base := path.Split(key); base == ".zarray" || base == ".zgroup" {
			names = append(names, strings.TrimSuffix(dir, "/"))
		}
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		at := func(base string) json.RawMessage { return all.Metadata[strings.TrimPrefix(name+"/"+base, "/")] }
		n := node{name: name, version: 2, array: at(".zarray"), raw: at(".zarray")}
		if raw := at(".zattrs"); raw != nil {
			if err := decode(raw, &n.attributes); err != nil {
				return fmt.Errorf("attributes of %q: %w", name, err)
			}
		}
		if err := m.add(n); err != nil {
			return err
		}
	}
	return nil
}

// walkV2 reads the documents of a group and of what is below it.
func (m *metadata) walkV2(s store, name string, depth int) error {
	at := func(base string) string { return strings.TrimPrefix(name+"/"+base, "/") }
	n := node{name: name, version: 2}
	array, err := m.document(s, at(".zarray"))
	switch {
	case err == nil:
		n.array, n.raw = array, array
	case !errors.Is(err, fs.ErrNotExist):
		return err
	default:
		if _, err := m.document(s, at(".zgroup")); errors.Is(err, fs.ErrNotExist) {
			if name == "" {
				return fmt.Errorf("it has none of %s: it is no Zarr store, or the place in it is another", strings.Join(rootNames, ", "))
			}
			return nil // something else
		} else if err != nil {
			return err
		}
	}
	switch b, err := m.document(s, at(".zattrs")); {
	case err == nil:
		if err := decode(b, &n.attributes); err != nil {
			return fmt.Errorf("attributes of %q: %w", name, err)
		}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := m.add(n); err != nil || n.array != nil || depth == deepest {
		return err
	}
	return m.below(s, name, func(child string) error { return m.walkV2(s, child, depth+1) })
}

// below visits what may be groups and arrays in a group.
func (m *metadata) below(s store, name string, visit func(child string) error) error {
	key := name
	if key == "" {
		key = "."
	}
	children, err := s.children(key)
	if err != nil {
		return err
	}
	for _, child := range children {
		if err := visit(strings.TrimPrefix(name+"/"+child, "/")); err != nil {
			return err
		}
	}
	return nil
}

// documentV3 is zarr.json of a group or an array.
type documentV3 struct {
	Format       int            `json:"zarr_format"`
	Node         string         `json:"node_type"`
	Attributes   map[string]any `json:"attributes"`
	Consolidated *struct {
		Metadata map[string]json.RawMessage `json:"metadata"`
	} `json:"consolidated_metadata"`
}

func parseV3(name string, b []byte) (node, *documentV3, error) {
	var d documentV3
	if err := decode(b, &d); err != nil {
		return node{}, nil, fmt.Errorf("zarr.json of %q is no metadata: %w", name, err)
	}
	if d.Format != 3 {
		return node{}, nil, fmt.Errorf("zarr.json of %q has zarr_format %d, expected 3", name, d.Format)
	}
	n := node{name: name, version: 3, attributes: d.Attributes, raw: b}
	switch d.Node {
	case "array":
		n.array = b
	case "group":
	default:
		return node{}, nil, fmt.Errorf("zarr.json of %q has node_type %q, expected group or array", name, d.Node)
	}
	return n, &d, nil
}

// readV3 reads a root of version 3 and what is below it.
func (m *metadata) readV3(s store, b []byte) error {
	m.version = 3
	n, d, err := parseV3("", b)
	if err != nil {
		return err
	}
	if err := m.add(n); err != nil || n.array != nil {
		return err
	}
	if d.Consolidated == nil || d.Consolidated.Metadata == nil {
		return m.below(s, "", func(child string) error { return m.walkV3(s, child, 1) })
	}
	m.consolidated = true
	names := make([]string, 0, len(d.Consolidated.Metadata))
	for name := range d.Consolidated.Metadata {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		n, _, err := parseV3(name, d.Consolidated.Metadata[name])
		if err != nil {
			return err
		}
		if err := m.add(n); err != nil {
			return err
		}
	}
	return nil
}

func (m *metadata) walkV3(s store, name string, depth int) error {
	b, err := m.document(s, name+"/zarr.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	n, _, err := parseV3(name, b)
	if err != nil {
		return err
	}
	if err := m.add(n); err != nil || n.array != nil || depth == deepest {
		return err
	}
	return m.below(s, name, func(child string) error { return m.walkV3(s, child, depth+1) })
}
