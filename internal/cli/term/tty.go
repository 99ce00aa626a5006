package term

import (
	"context"
	"io"
	"os"
	"strings"

	xterm "golang.org/x/term"
)

// IsTerminal reports whether f, a file, is a terminal.
func IsTerminal(f any) bool {
	file, ok := f.(*os.File)
	return ok && xterm.IsTerminal(int(file.Fd()))
}

// Columns returns the width of the terminal f, or 80 when it does not tell.
func Columns(f any) int {
	if file, ok := f.(*os.File); ok {
		if w, _, err := xterm.GetSize(int(file.Fd())); err == nil && w > 0 {
			return w
		}
	}
	return 80
}

// CanRedraw reports whether f is a terminal whose line can be drawn over, and prepares it for that.
func CanRedraw(f any) bool {
	return IsTerminal(f) && os.Getenv("TERM") != "dumb" && prepare(f.(*os.File))
}

// Line is one line of a terminal that is drawn over and over.
type Line struct {
	W     io.Writer
	drawn bool
}

// Draw replaces the line by text, which must fit the terminal's width.
func (l *Line) Draw(text string) {
	io.WriteString(l.W, "\r"+text+"\x1b[K")
	l.drawn = true
}

// Clear takes the line away, so that other text can be written.
func (l *Line) Clear() {
	if l.drawn {
		io.WriteString(l.W, "\r\x1b[K")
		l.drawn = false
	}
}

// Ask writes a question to w and reads one line from the terminal in. A cancelled context ends the wait.
func Ask(ctx context.Context, in *os.File, w io.Writer, question string) (string, error) {
	io.WriteString(w, question)
	return wait(ctx, w, func() (string, error) { return readLine(in) })
}

// AskSecret is Ask without echo, which is off before the question is seen. The terminal is put back as it was, however it ends.
func AskSecret(ctx context.Context, in *os.File, w io.Writer, question string) (string, error) {
	restore, err := silence(int(in.Fd()))
	if err != nil {
		return "", err
	}
	defer restore()
	secret, err := Ask(ctx, in, w, question)
	if err == nil {
		io.WriteString(w, "\n") // the person's own is not seen
	}
	return secret, err
}

// wait runs read, and gives up on it when the context ends: a read of a terminal cannot be called off.
func wait(ctx context.Context, w io.Writer, read func() (string, error)) (string, error) {
	type answer struct {
		text string
		err  error
	}
	done := make(chan answer, 1)
	go func() {
		text, err := read()
		done <- answer{text, err}
	}()
	select {
	case a := <-done:
		return a.text, a.err
	case <-ctx.Done():
		io.WriteString(w, "\n")
		return "", ctx.Err()
	}
}

// readLine reads up to a line feed, byte by byte, so that what follows stays for the next reader.
func readLine(r io.Reader) (string, error) {
	var line strings.Builder
	b := make([]byte, 1)
	for line.Len() < 4096 {
		n, err := r.Read(b)
		if n == 1 && b[0] == '\n' {
			break
		}
		if n == 1 {
			line.WriteByte(b[0])
		}
		if err != nil {
			if line.Len() > 0 {
				break
			}
			return "", err
		}
	}
	return strings.TrimRight(line.String(), "\r"), nil
}
