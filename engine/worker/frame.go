package worker

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"
)

// protocol is raised when frames change their meaning.
const protocol = 1

const (
	headerSize = 9
	maxPayload = 64 << 20 // bytes; the longest prompts are a hundredth of it

	// firstRead bounds what is allocated on the word of a header alone, in bytes.
	firstRead = 64 << 10

	// keepBuffer bounds the buffer that a writer keeps between frames, in bytes.
	keepBuffer = 1 << 20
)

// kind tells what a frame carries; the package comment lists them.
type kind byte

const (
	kindHello kind = iota + 1
	kindLoad
	kindReply
	kindWarm
	kindMeasure
	kindRender
	kindCancel
	kindDrop
	kindCredit
	kindPing
	kindPong
	kindProgress
	kindText
	kindReasoning
	kindEvent
	kindResult
	kindError
)

// frame is one message. id is 0 where it is about the worker itself.
type frame struct {
	kind    kind
	id      uint32
	payload []byte
}

// errFrame says that bytes on the pipe are not what the other end should send.
var errFrame = errors.New("damaged frame")

// readFrame reads one frame. Between two frames the end is io.EOF, within one
// io.ErrUnexpectedEOF; an impossible length is an errFrame.
func readFrame(r *bufio.Reader) (frame, error) {
	var header [headerSize]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return frame{}, err
	}
	length := binary.LittleEndian.Uint32(header[:])
	if length < headerSize-4 || length > headerSize-4+maxPayload {
		return frame{}, fmt.Errorf("%w: a length of %d bytes", errFrame, length)
	}
	f := frame{kind: kind(header[4]), id: binary.LittleEndian.Uint32(header[5:])}
	var err error
	f.payload, err = readPayload(r, int(length)-(headerSize-4))
	return f, err
}

func readPayload(r *bufio.Reader, size int) ([]byte, error) {
	payload := make([]byte, min(size, firstRead))
	if _, err := io.ReadFull(r, payload); err != nil {
		return nil, unexpected(err)
	}
	if size == len(payload) {
		return payload, nil
	}
	rest, err := io.ReadAll(io.LimitReader(r, int64(size-len(payload))))
	if err == nil && len(rest) < size-len(payload) {
		err = io.ErrUnexpectedEOF
	}
	return append(payload, rest...), err
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// frameWriter writes whole frames, from any goroutine.
type frameWriter struct {
	mu  sync.Mutex
	w   io.Writer
	buf []byte
}

// errTooLarge says that a payload does not fit into a frame.
var errTooLarge = fmt.Errorf("larger than the %d MiB that a message to or from the worker may have", maxPayload>>20)

// writeFrame writes one frame with a single write. A payload that is too large
// is an errTooLarge, and nothing is written.
func writeFrame[P string | []byte](w *frameWriter, k kind, id uint32, payload P) error {
	if len(payload) > maxPayload {
		return errTooLarge
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.buf = binary.LittleEndian.AppendUint32(w.buf[:0], uint32(headerSize-4+len(payload)))
	w.buf = append(w.buf, byte(k))
	w.buf = binary.LittleEndian.AppendUint32(w.buf, id)
	w.buf = append(w.buf, payload...)
	_, err := w.w.Write(w.buf)
	if cap(w.buf) > keepBuffer {
		w.buf = nil
	}
	return err
}

// writeNumber writes a frame whose payload is n.
func writeNumber(w *frameWriter, k kind, id, n uint32) error {
	var payload [4]byte
	binary.LittleEndian.PutUint32(payload[:], n)
	return writeFrame(w, k, id, payload[:])
}

// number is the payload of a frame that writeNumber wrote.
func (f frame) number() (uint32, error) {
	if len(f.payload) != 4 {
		return 0, fmt.Errorf("%w: a number of %d bytes", errFrame, len(f.payload))
	}
	return binary.LittleEndian.Uint32(f.payload), nil
}
