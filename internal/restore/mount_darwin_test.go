package restore

import "errors"

// mountSmall cannot.
func mountSmall(string) error { return errors.ErrUnsupported }
