package run

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/convnet"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// networks lists the kinds of network that network.kind of a configuration may name. The
// first is the kind of files that name none; that must not change.
var networks = []networkKind{
	kindOf[unet.Config]("unet"),
	kindOf[convnet.Config]("convnet"),
}

// dissertationNetwork is the dissertation's network, which is the U-Net's default.
var dissertationNetwork vdm.Network = unet.Config{Dim: 64, Multiples: []int{1, 2, 4, 8}, Heads: 8, HeadDim: 32}

// NetworkKinds returns the names that network.kind of a configuration may have.
func NetworkKinds() []string {
	var names []string
	for _, k := range networks {
		names = append(names, k.name)
	}
	return names
}

// NetworkKind returns the name of a network's kind, as a configuration has it. For nil
// it is the kind of configurations that name none.
func NetworkKind(n vdm.Network) (string, error) {
	if n == nil {
		return networks[0].name, nil
	}
	for _, k := range networks {
		if k.is(n) {
			return k.name, nil
		}
	}
	return "", fmt.Errorf("network is a %T, want the settings of one of the kinds %s", n, strings.Join(NetworkKinds(), ", "))
}

// networkKind is a kind of network: its name, and how its settings are written in YAML.
type networkKind struct {
	name string
	zero vdm.Network // a network without any setting
	is   func(n vdm.Network) bool
	read func(unmarshal func(any) error) (vdm.Network, error)
	with func(n vdm.Network) any // returns the settings with the name, for the encoder
}

// named is the settings of a network, preceded by the name of its kind.
type named[N vdm.Network] struct {
	Kind     string `yaml:"kind"`
	Settings N      `yaml:",inline"`
}

func kindOf[N vdm.Network](name string) networkKind {
	var zero N
	return networkKind{
		name: name,
		zero: zero,
		is: func(n vdm.Network) bool {
			_, ok := n.(N)
			return ok
		},
		read: func(unmarshal func(any) error) (vdm.Network, error) {
			var found named[N]
			err := unmarshal(&found)
			return found.Settings, err
		},
		with: func(n vdm.Network) any { return named[N]{name, n.(N)} },
	}
}

// networkSetting is a network in YAML: its settings and, where it is not of the first
// kind, the name of its kind. Files written before there were other kinds remain
// readable, and networks of the first kind are still written like them.
type networkSetting struct{ vdm.Network }

// UnmarshalYAML reads the settings of the kind that they name.
func (s *networkSetting) UnmarshalYAML(unmarshal func(any) error) error {
	var all map[string]any
	if err := unmarshal(&all); err != nil {
		return err
	}
	name, found := all["kind"]
	if !found {
		name = networks[0].name
	}
	for _, k := range networks {
		if k.name == name {
			n, err := k.read(unmarshal)
			s.Network = n
			return err
		}
	}
	return fmt.Errorf("network.kind is %q: want one of %s", fmt.Sprint(name), strings.Join(NetworkKinds(), ", "))
}

// MarshalYAML returns the inverse of UnmarshalYAML.
func (s networkSetting) MarshalYAML() (any, error) {
	for _, k := range networks[1:] {
		if k.is(s.Network) {
			return k.with(s.Network), nil
		}
	}
	return s.Network, nil
}

// plainConfig is Config with a networkSetting for its network, the type that YAML reads
// and writes. It is derived from Config, so that no setting is listed twice.
var plainConfig = func() reflect.Type {
	fields := reflect.VisibleFields(reflect.TypeFor[Config]())
	for i := range fields {
		if fields[i].Name == "Network" {
			fields[i].Type = reflect.TypeFor[networkSetting]()
		}
	}
	return reflect.StructOf(fields)
}()

// UnmarshalYAML reads a configuration. Settings that the file leaves out keep their
// values, except inside a network that the file names, which is replaced as a whole.
func (c *Config) UnmarshalYAML(unmarshal func(any) error) error {
	plain := reflect.New(plainConfig)
	c.copyTo(plain.Elem())
	err := unmarshal(plain.Interface())
	if wrong := (*yaml.TypeError)(nil); errors.As(err, &wrong) && wrong.StructFieldName != nil {
		field := "Config" + *wrong.StructFieldName // plainConfig has no name of its own
		wrong.StructFieldName = &field
	}
	to := reflect.ValueOf(c).Elem()
	for i := range to.NumField() {
		from := plain.Elem().Field(i)
		if s, ok := from.Interface().(networkSetting); ok {
			c.Network = s.Network
		} else {
			to.Field(i).Set(from)
		}
	}
	return err
}

// MarshalYAML writes every setting with its value.
func (c Config) MarshalYAML() (any, error) {
	plain := reflect.New(plainConfig).Elem()
	c.copyTo(plain)
	return plain.Interface(), nil
}

// copyTo sets the fields of a plainConfig.
func (c Config) copyTo(plain reflect.Value) {
	from := reflect.ValueOf(c)
	for i := range plain.NumField() {
		if _, ok := plain.Field(i).Interface().(networkSetting); ok {
			plain.Field(i).Set(reflect.ValueOf(networkSetting{c.Network}))
		} else {
			plain.Field(i).Set(from.Field(i))
		}
	}
}

// validateNetwork returns what is wrong about the network on its own and beside the
// clips.
func (c Config) validateNetwork() (errs []error) {
	if c.Network == nil {
		return []error{fmt.Errorf("network is not set: WithDefaults sets it to the kind %s", networks[0].name)}
	}
	if _, err := NetworkKind(c.Network); err != nil {
		return []error{err}
	}
	in, out := c.Network.ClipChannels()
	channels, conditions := len(c.Clip.Channels), c.Conditions.channels(c.Clip)
	if in != channels+conditions {
		also := ""
		if conditions > 0 {
			also = fmt.Sprintf(" and %d of conditions follow", conditions)
		}
		errs = append(errs, fmt.Errorf("network.channels is %d, but clip.channels has %d%s", in, channels, also))
	}
	if out != channels {
		errs = append(errs, fmt.Errorf("network.out_channels is %d, but v̂ has the %d channels of the clip", out, channels))
	}
	if err := c.Network.Validate(); err != nil {
		errs = append(errs, fmt.Errorf("network: %w", err))
	}
	return errs
}
