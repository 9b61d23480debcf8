package uitest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
)

// Roles and states of AT-SPI that the tests name, by their numbers in
// atspi-constants.h.
var (
	roles = map[uint32]string{
		7: "check box", 11: "combo box", 29: "label", 31: "list", 32: "list item", 33: "menu", 34: "menu bar", 35: "menu item", 39: "panel", 43: "button", 44: "radio button", 50: "separator", 62: "toggle button",
		67: "unknown", 73: "paragraph", 79: "entry", 83: "heading", 88: "link", 95: "web page", 98: "list box", 103: "meter", 109: "article", 110: "landmark", 111: "log",
	}
	states = map[uint32]string{3: "busy", 4: "checked", 7: "editable", 9: "expandable", 10: "expanded", 11: "focusable", 12: "focused", 17: "multi-line", 23: "selected"}
)

// reader is what a screen reader sees: the accessible objects of every program
// on an accessibility bus of the test's own, which such programs as Orca read.
type reader struct {
	t      testing.TB
	conn   *dbus.Conn
	daemon *exec.Cmd
	env    []string // for programs that are to be read
}

// openReader starts the bus. Its registry, which at-spi2-core brings, comes when
// it is asked for.
func openReader(t testing.TB) *reader {
	t.Helper()
	dir, err := os.MkdirTemp("", "bus") // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	address := "unix:path=" + filepath.Join(dir, "at-spi")
	r := &reader{t: t, env: []string{"AT_SPI_BUS_ADDRESS=" + address, "NO_AT_BRIDGE=0"}}
	r.daemon = exec.Command("dbus-daemon", "--config-file=/usr/share/defaults/at-spi2/accessibility.conf", "--address="+address, "--nofork")
	r.daemon.Env = append(os.Environ(), r.env...) // the registry is started by it, and must find it again
	if err := r.daemon.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if r.conn != nil {
			r.conn.Close()
		}
		r.daemon.Process.Kill() // the registry ends with it
		r.daemon.Wait()
		os.RemoveAll(dir)
	})
	eventually(t, "the accessibility bus answers", func() bool {
		r.conn, err = dbus.Connect(address)
		return err == nil
	})
	return r
}

// place is where an accessible object is: whose it is, and which.
type place struct {
	Name string
	Path dbus.ObjectPath
}

// node is an accessible object as it was when it was read.
type node struct {
	place
	role, name string
	text       string // of a paragraph
	states     []string
	children   []*node
}

// page reads the web page of the window, nil where there is none yet.
func (r *reader) page() *node {
	desktop := r.read(place{"org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root"})
	return desktop.find("web page", "")
}

// read reads the object at p and all that is in it. What goes away meanwhile is
// left out, so it may return nil.
func (r *reader) read(p place) *node {
	const accessible = "org.a11y.atspi.Accessible."
	object := r.conn.Object(p.Name, p.Path)
	n := &node{place: p}
	var role uint32
	var bits []uint32
	var count int32
	if object.Call(accessible+"GetRole", 0).Store(&role) != nil ||
		object.Call(accessible+"GetState", 0).Store(&bits) != nil ||
		object.StoreProperty(accessible+"Name", &n.name) != nil ||
		object.StoreProperty(accessible+"ChildCount", &count) != nil {
		return nil
	}
	if n.role = roles[role]; n.role == "" {
		n.role = fmt.Sprintf("role %d", role)
	}
	if n.role == "paragraph" && object.Call("org.a11y.atspi.Text.GetText", 0, int32(0), int32(-1)).Store(&n.text) != nil {
		return nil
	}
	for bit, name := range states {
		if int(bit/32) < len(bits) && bits[bit/32]&(1<<(bit%32)) != 0 {
			n.states = append(n.states, name)
		}
	}
	slices.Sort(n.states)
	for i := range count {
		var child place
		if object.Call(accessible+"GetChildAtIndex", 0, i).Store(&child) != nil {
			continue
		}
		if c := r.read(child); c != nil {
			n.children = append(n.children, c)
		}
	}
	return n
}

// press does what the object is for, as a screen reader does it.
func (r *reader) press(n *node) {
	r.t.Helper()
	if err := r.conn.Object(n.Name, n.Path).Call("org.a11y.atspi.Action.DoAction", 0, int32(0)).Err; err != nil {
		r.t.Fatalf("press %s %q: %v", n.role, n.name, err)
	}
}

// all yields n and what is in it, in the order in which it is read out.
func (n *node) all(yield func(*node) bool) {
	n.visit(yield)
}

func (n *node) visit(yield func(*node) bool) bool {
	if n == nil {
		return true
	}
	if !yield(n) {
		return false
	}
	for _, c := range n.children {
		if !c.visit(yield) {
			return false
		}
	}
	return true
}

// find returns the first node in n, n itself included, with this role and name,
// nil when there is none; an empty name is any.
func (n *node) find(role, name string) *node {
	for c := range n.all {
		if c.role == role && (name == "" || c.name == name) {
			return c
		}
	}
	return nil
}

// is tells whether n is there and in all of these states.
func (n *node) is(states ...string) bool {
	return n != nil && !slices.ContainsFunc(states, func(s string) bool { return !slices.Contains(n.states, s) })
}

// texts is what is read out of n, in order.
func (n *node) texts() (texts []string) {
	for c := range n.all {
		if t := strings.TrimSpace(strings.Trim(c.text, "\ufffc")); t != "" {
			texts = append(texts, t)
		}
	}
	return texts
}

// String writes n and what is in it, a line a node.
func (n *node) String() string {
	var b strings.Builder
	for c := range n.all {
		fmt.Fprintf(&b, "%s %q %s %q\n", c.role, c.name, strings.Join(c.states, " "), c.text)
	}
	return b.String()
}
