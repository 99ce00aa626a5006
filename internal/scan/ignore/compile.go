package ignore

// compiler reads the text of a pattern; i is where it is.
type compiler struct {
	s string
	i int
}

// at returns the byte at i, and 0 behind the end: no pattern has a NUL.
func (c *compiler) at(i int) byte {
	if i < len(c.s) {
		return c.s[i]
	}
	return 0
}

// countStars returns how many stars in a row stand here.
func (c *compiler) countStars() int {
	n := 0
	for c.at(c.i+n) == '*' {
		n++
	}
	return n
}

// separator returns the length of the slash at i, which may be quoted; 0 if there is none.
func (c *compiler) separator(i int) int {
	switch {
	case c.at(i) == '/':
		return 1
	case c.at(i) == '\\' && c.at(i+1) == '/':
		return 2
	}
	return 0
}

// name compiles up to the next slash or the end.
func (c *compiler) name() (glob, error) {
	var ops []op
	start := c.i
	for c.i < len(c.s) && c.separator(c.i) == 0 {
		o, err := c.op()
		if err != nil {
			return glob{}, err
		}
		if o.kind != opStar || len(ops) == 0 || ops[len(ops)-1].kind != opStar {
			ops = append(ops, o)
		}
	}
	switch c.s[start:c.i] {
	case "":
		return glob{}, errEmpty
	case ".", "..":
		return glob{}, errDots
	}
	return newGlob(ops), nil
}

func (c *compiler) op() (op, error) {
	b := c.s[c.i]
	switch b {
	case '*':
		c.i++
		return op{kind: opStar}, nil
	case '?':
		c.i++
		return op{kind: opAny}, nil
	case '[':
		s, err := c.set()
		return op{kind: opSet, set: s}, err
	case '\\':
		c.i++
		if b = c.at(c.i); b == 0 {
			return op{}, errBackslash
		}
	}
	c.i++
	return op{lit: b}, nil
}

// set compiles a bracket expression, with git's reading of the odd ones: "]" is itself in the first place, "[" where no class follows it,
// "-" at either end.
func (c *compiler) set() (*set, error) {
	s := &set{}
	c.i++
	negated := c.at(c.i) == '!' || c.at(c.i) == '^'
	if negated {
		c.i++
	}
	var before byte // what a "-" would begin a range at; 0 after a range or class
	for first := true; first || c.at(c.i) != ']'; first = false {
		b, err := c.member(s, before)
		if err != nil {
			return nil, err
		}
		before = b
		c.i++
	}
	c.i++
	if negated {
		for i := range s {
			s[i] = ^s[i]
		}
	}
	return s, nil
}

// member adds one item of a bracket expression to s, and leaves c at its last byte. It returns that byte if a range may begin there.
func (c *compiler) member(s *set, before byte) (byte, error) {
	b := c.at(c.i)
	switch {
	case b == 0:
		return 0, errBracket
	case b == '\\':
		c.i++
		if b = c.at(c.i); b == 0 {
			return 0, errBracket
		}
	case b == '-' && before != 0 && c.at(c.i+1) != 0 && c.at(c.i+1) != ']':
		c.i++
		if b = c.at(c.i); b == '\\' {
			c.i++
			if b = c.at(c.i); b == 0 {
				return 0, errBracket
			}
		}
		for v := int(before); v <= int(b); v++ {
			s.add(byte(v))
		}
		return 0, nil
	case b == '[' && c.at(c.i+1) == ':':
		return c.class(s)
	}
	s.add(b)
	return b, nil
}

// class adds a class such as "[:alpha:]"; where that is none, the bracket alone.
func (c *compiler) class(s *set) (byte, error) {
	begin := c.i + len("[:")
	end := begin
	for c.at(end) != ']' {
		if c.at(end) == 0 {
			return 0, errBracket
		}
		end++
	}
	if end == begin || c.s[end-1] != ':' {
		s.add('[')
		return '[', nil
	}
	member := classOf(c.s[begin : end-1])
	if member == nil {
		return 0, errClass
	}
	for b := range 0x80 {
		if member(byte(b)) {
			s.add(byte(b))
		}
	}
	c.i = end
	return 0, nil
}

func between(lo, hi byte) func(byte) bool { return func(b byte) bool { return lo <= b && b <= hi } }

// classOf returns the members of a class among ASCII, as git has them: form feed and vertical tab are no space there.
func classOf(name string) func(byte) bool {
	lower, upper, digit, graph := between('a', 'z'), between('A', 'Z'), between('0', '9'), between('!', '~')
	alnum := func(b byte) bool { return lower(b) || upper(b) || digit(b) }
	switch name {
	case "alnum":
		return alnum
	case "alpha":
		return func(b byte) bool { return lower(b) || upper(b) }
	case "blank":
		return func(b byte) bool { return b == ' ' || b == '\t' }
	case "cntrl":
		return func(b byte) bool { return b < ' ' || b == 0x7f }
	case "digit":
		return digit
	case "graph":
		return graph
	case "lower":
		return lower
	case "print":
		return between(' ', '~')
	case "punct":
		return func(b byte) bool { return graph(b) && !alnum(b) }
	case "space":
		return func(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }
	case "upper":
		return upper
	case "xdigit":
		return func(b byte) bool { return digit(b) || between('a', 'f')(b|0x20) && alnum(b) }
	}
	return nil
}
