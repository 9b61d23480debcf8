package webtest

import (
	"cmp"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long a page may take to do what a test waits for: far longer
// than it ever takes, since the machine may be busy.
const patience = time.Minute

// Browser is a running Chromium.
type Browser struct {
	ctx context.Context
}

// NewBrowser starts Chromium until the test ends. A machine without one fails
// the test: the window's tests are no luxury.
func NewBrowser(t testing.TB) *Browser {
	t.Helper()
	path, sandbox := findChromium(t)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.WindowSize(1280, 860))
	if !sandbox {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return &Browser{ctx}
}

// findChromium returns the Chromium that the build fetched, else the system's,
// as build/chromium.sh chooses, and whether its sandbox works: it refuses to run
// as root, and the fetched one lacks the profile without which Ubuntu's AppArmor
// forbids it.
func findChromium(t testing.TB) (path string, sandbox bool) {
	t.Helper()
	fetched := filepath.Join(repository(t), "build", "chromium")
	for _, path := range []string{fetched, "chromium", "chromium-browser", "google-chrome"} {
		version, err := exec.Command(path, "--version").Output()
		if err == nil && !strings.Contains(string(version), "snap") {
			return path, path != fetched && os.Getuid() != 0
		}
	}
	t.Fatal("no Chromium found: run `make test` once, which brings one to Debian and Ubuntu, or install the package chromium (not the snap)")
	return "", false
}

// Page is a tab that shows a Server's window.
type Page struct {
	Server *Server

	t     testing.TB
	ctx   context.Context
	close context.CancelFunc

	mu       sync.Mutex
	problems []string
	allowed  []string
}

// Open shows the server's page and waits until its script listens.
func (b *Browser) Open(t testing.TB, server *Server) *Page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	t.Cleanup(cancel)
	p := &Page{Server: server, t: t, ctx: ctx, close: cancel}
	if err := chromedp.Listen(ctx, p.listen); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.report)
	p.Resize(1280, 860)
	p.Load()
	return p
}

// Load shows the server's page anew and waits until its script listens.
func (p *Page) Load() {
	p.t.Helper()
	before := p.Server.opened()
	p.Do(chromedp.Navigate(p.Server.URL + "/"))
	p.Until(`document.readyState === 'complete' && document.querySelector('#composer')?._htmx !== undefined`)
	p.UntilTrue("the page listens for events", func() bool { return p.Server.opened() > before })
}

// Close closes the tab before the test ends.
func (p *Page) Close() { p.close() }

// listen keeps what the page complains about: console errors, exceptions, and
// what the browser itself logs, such as a breach of the security policy.
func (p *Page) listen(event any) {
	var problem string
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		problem = e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			problem += " " + e.ExceptionDetails.Exception.Description
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError {
			for _, arg := range e.Args {
				problem += " " + cmp.Or(strings.Trim(string(arg.Value), `"`), arg.Description)
			}
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			problem = e.Entry.Text + " " + e.Entry.URL
		}
	}
	if problem != "" {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.problems = append(p.problems, problem)
	}
}

// report fails the test for what the page complained about since the last
// report.
func (p *Page) report() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, problem := range p.problems {
		if !slices.ContainsFunc(p.allowed, func(part string) bool { return strings.Contains(problem, part) }) {
			p.t.Errorf("the page complained: %s", problem)
		}
	}
	p.problems = nil
}

// Allow excuses console errors that contain part, such as the status of a
// request that a test makes fail.
func (p *Page) Allow(part string) { p.allowed = append(p.allowed, part) }

// Do runs actions, or fails the test.
func (p *Page) Do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		p.t.Fatal(err)
	}
}

// Script is an action that runs JavaScript.
func Script(source string) chromedp.Action[chromedp.Void] {
	return chromedp.Evaluate[chromedp.Void](source)
}

// Press types keys into whatever has the focus; see chromedp's kb for names.
func (p *Page) Press(keys string, modifiers ...chromedp.Modifier) {
	p.t.Helper()
	for _, key := range keys {
		if key == '\r' {
			p.enter(modifiers...)
		} else {
			p.Do(chromedp.KeyEvent(string(key), chromedp.KeyModifiers(modifiers...)))
		}
	}
}

// enter presses Enter as a keyboard does: a page that handles the key gets no
// line break. (chromedp sends the two apart.)
func (p *Page) enter(modifiers ...chromedp.Modifier) {
	p.t.Helper()
	key := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: "Enter", Code: "Enter", Text: "\r", WindowsVirtualKeyCode: 13}
	chromedp.KeyModifiers(modifiers...)(&key)
	for _, key.Type = range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
		if _, err := chromedp.Call(p.ctx, input.DispatchKeyEvent, key); err != nil {
			p.t.Fatal(err)
		}
		key.Text = ""
	}
}

// Type sets the focus on the element and types text into it.
func (p *Page) Type(selector, text string) {
	p.t.Helper()
	p.Do(chromedp.Focus(chromedp.CSS(selector)))
	p.Press(text)
}

// Click clicks the middle of an element that can be seen, once nothing moves.
func (p *Page) Click(selector string) {
	p.t.Helper()
	p.settle()
	p.Do(chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// settle ends the transitions that are under way, since half-way through one
// things are not where and what they will be, and lets the page be drawn, since
// what came into view with them has no contents before.
func (p *Page) settle() {
	p.t.Helper()
	Get[any](p, `(() => { for (const a of document.getAnimations()) if (a.effect.getComputedTiming().endTime < Infinity) a.finish(); })()`)
	p.drawn()
}

// drawn waits until the page has been drawn as it is now.
func (p *Page) drawn() {
	p.t.Helper()
	Get[any](p, `new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => drawn(null))))`)
}

// Until waits for a JavaScript condition to hold. One that throws, since what it
// looks at is not there yet, does not hold, and neither does one that is asked
// while the page gives way to another, or to itself.
func (p *Page) Until(condition string) {
	p.t.Helper()
	expression := "(() => { try { return Boolean(" + condition + "); } catch { return false; } })()"
	p.UntilTrue(condition, func() bool {
		p.t.Helper()
		holds, err := evaluate[bool](p, expression)
		if err != nil && !leaving(err) {
			p.t.Fatalf("%s: %v", expression, err)
		}
		return err == nil && holds
	})
}

// leaving tells whether an evaluation came to nothing because its page was left.
func leaving(err error) bool {
	return strings.Contains(err.Error(), "navigated or closed") || strings.Contains(err.Error(), "context was destroyed") || strings.Contains(err.Error(), "Cannot find context")
}

// UntilTrue waits for a condition to hold.
func (p *Page) UntilTrue(what string, holds func() bool) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			p.t.Fatalf("waited %v for: %s", patience, what)
		}
	}
}

// Get evaluates a JavaScript expression, awaiting it if it is a promise.
func Get[T any](p *Page, expression string) T {
	p.t.Helper()
	value, err := evaluate[T](p, expression)
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

func evaluate[T any](p *Page, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// Resize sets the size of the window, in CSS pixels, and lets the page take note:
// it hears of it with the next frame, which would else close what opens meanwhile.
func (p *Page) Resize(width, height int64) {
	p.t.Helper()
	p.Do(chromedp.EmulateViewport(width, height))
	p.drawn()
}

// Media pretends that the user prefers something, and nothing else:
// Media("prefers-color-scheme", "dark"). More features follow in pairs.
func (p *Page) Media(feature, value string, more ...string) {
	p.t.Helper()
	params := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: feature, Value: value}}}
	for pair := range slices.Chunk(more, 2) {
		params.Features = append(params.Features, &emulation.MediaFeature{Name: pair[0], Value: pair[1]})
	}
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, params); err != nil {
		p.t.Fatal(err)
	}
}

// Print pretends that the page is on paper.
func (p *Page) Print() {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
		p.t.Fatal(err)
	}
}

// Screenshot writes what the window shows, as PNG.
func (p *Page) Screenshot(path string) {
	p.t.Helper()
	p.settle()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(path, png, 0o644)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}
