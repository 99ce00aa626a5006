package config

// Input is what was typed on the command line.
type Input struct{ given []occurrence }

type occurrence struct {
	setting string
	origin  string // "--bucket"
	value   string
}

// Add records one flag as it was typed; flag has no dashes.
func (in *Input) Add(setting, flag, value string) {
	in.given = append(in.given, occurrence{setting, "--" + flag, value})
}

// Has reports whether the setting was typed.
func (in *Input) Has(setting string) bool {
	for _, o := range in.given {
		if o.setting == setting {
			return true
		}
	}
	return false
}

// source is where a value comes from; a higher one wins.
type source uint8

const (
	fromDefault source = iota
	fromForeign        // another program's variable
	fromVariable
	fromFlag
)

// found is a setting's value, or a list's values, and where it was said.
type found struct {
	values []string
	origin string
	source source
}

func (f found) text() string {
	if len(f.values) == 0 {
		return ""
	}
	return f.values[len(f.values)-1]
}
