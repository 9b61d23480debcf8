package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/logger"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"notso/app"
	"notso/app/config"
	"notso/app/home"
	"notso/native"
)

const title = "NotSo SmolLM3"

// answerWithin is how long a window may take to answer a second start: it need
// only be scheduled once, if it is there, and load GTK, if it is only just coming.
const answerWithin = 5 * time.Second

//go:embed build/icons/notso-256.png
var icon []byte

// window is the role of the program that people see. Wails calls its methods on
// goroutines of its own.
type window struct {
	app   *app.App
	paths home.Paths
	ctx   atomic.Pointer[context.Context] // nil until Wails has started

	notices     sync.Once // the desktop is asked whether it shows notices
	noticesFail error     // why it does not
}

// runWindow shows the window and returns the exit code once it is closed.
func runWindow() int {
	paths, err := home.Find()
	if err != nil {
		return complain(err)
	}
	lock, err := home.Acquire(paths)
	var locked *home.LockedError
	if errors.As(err, &locked) {
		if err := handOver(locked.PID, paths.Lock, answerWithin); err != nil {
			return complain(fmt.Errorf("%w, and %w. Close it, then start again", locked, err))
		}
		return 0
	}
	if err != nil {
		return complain(err)
	}
	defer lock.Release()
	if !native.Init() {
		return complain(errors.New(`there is no display to show a window on. Use "notso chat" in the terminal`))
	}
	w := &window{paths: paths}
	defer onHandOver(paths.Lock, w.show)()

	parts, err := open(context.Background(), paths, "", true)
	if err != nil {
		return complain(err)
	}
	defer parts.Close()
	parts.Emit, parts.SaveAs, parts.OpenURL = w.emit, w.saveAs, w.browse
	parts.OpenFile, parts.OpenPath, parts.Clipboard = w.openFile, w.browse, w.clipboard
	parts.Notify, parts.Zoom, parts.PDF, parts.Menus = w.notify, w.zoom, native.PDF, w.relabel
	if w.app, err = app.New(parts.Options); err != nil {
		return complain(err)
	}
	defer w.app.Shutdown()
	if err := wails.Run(w.options(parts.Config.Get().Theme)); err != nil {
		return complain(err)
	}
	return 0
}

// complain tells err to whoever started the program, and returns the exit code.
func complain(err error) int {
	slog.Error("the window did not open", "error", err)
	text := app.SentenceIn(terminalWords(), err)
	fmt.Fprintln(os.Stderr, text)
	if native.Init() {
		native.Alert(text)
	}
	return 1
}

func (w *window) options(theme config.Theme) *options.App {
	place, _ := loadGeometry(w.paths.Geometry)
	state := options.Normal
	if place.Maximised {
		state = options.Maximised
	}
	return &options.App{
		Title:              title,
		Width:              place.Width,
		Height:             place.Height,
		MinWidth:           leastWidth,
		MinHeight:          leastHeight,
		WindowStartState:   state,
		BackgroundColour:   background(theme),
		AssetServer:        &assetserver.Options{Handler: w.app.Handler()},
		Bind:               []any{w.app.Window()},
		Menu:               w.menuBar(w.app.MenuBar()),
		OnStartup:          w.started,
		OnBeforeClose:      w.closing,
		Logger:             wailsLog{},
		LogLevelProduction: logger.WARNING,
		DragAndDrop:        &options.DragAndDrop{EnableFileDrop: true},
		Linux: &linux.Options{
			Icon:             icon,
			ProgramName:      "notso",
			WebviewGpuPolicy: linux.WebviewGpuPolicyNever, // the graphics card is the model's
		},
	}
}

// background is the page's own colour, so that nothing flashes before it.
func background(theme config.Theme) *options.RGBA {
	if theme == config.ThemeDark || theme != config.ThemeLight && native.Dark() {
		return options.NewRGB(0x23, 0x27, 0x33)
	}
	return options.NewRGB(0xe0, 0xe5, 0xec)
}

// started runs when there is a window, while its page loads.
func (w *window) started(ctx context.Context) {
	w.ctx.Store(&ctx)
	native.Attach(func(url string) {
		if err := w.app.OpenLink(url); err != nil {
			slog.Warn("link", "error", err)
		}
	})
	native.Zoom(float64(w.zoomed()) / 100)
	if place, remembered := loadGeometry(w.paths.Geometry); remembered && !place.Maximised {
		native.Place(place.X, place.Y)
	}
	w.app.Startup()
	runtime.OnFileDrop(ctx, func(_, _ int, paths []string) { w.app.Dropped(paths) })
}

// closing remembers the window's size and place. A maximised window keeps the
// size that it had before.
func (w *window) closing(ctx context.Context) (prevent bool) {
	place, _ := loadGeometry(w.paths.Geometry)
	place.Maximised = runtime.WindowIsMaximised(ctx)
	if !place.Maximised {
		place.X, place.Y = runtime.WindowGetPosition(ctx)
		place.Width, place.Height = runtime.WindowGetSize(ctx)
	}
	if err := place.save(w.paths.Geometry); err != nil {
		slog.Warn("the window's place is not remembered", "error", err)
	}
	return false
}

// zoomed is how large the page's contents are, in percent.
func (w *window) zoomed() int {
	place, _ := loadGeometry(w.paths.Geometry)
	if place.Zoom == 0 {
		return 100
	}
	return place.Zoom
}

// zoom makes the page's contents larger (1), smaller (-1) or as usual (0),
// remembers that, and returns their size in percent.
func (w *window) zoom(step int) int {
	to := zoomFrom(w.zoomed(), step)
	native.Zoom(float64(to) / 100)
	place, _ := loadGeometry(w.paths.Geometry)
	place.Zoom = to
	if err := place.save(w.paths.Geometry); err != nil {
		slog.Warn("the zoom is not remembered", "error", err)
	}
	return to
}

// zoomFrom is the size, in percent, that is one step from another.
func zoomFrom(percent, step int) int {
	sizes := []int{leastZoom, 67, 75, 80, 90, 100, 110, 125, 150, 175, 200, 250, mostZoom}
	if step == 0 {
		return 100
	}
	at, found := slices.BinarySearch(sizes, percent)
	if step < 0 || found {
		at += step
	}
	return sizes[min(max(at, 0), len(sizes)-1)]
}

// notify has the desktop show that a reply has ended. A click on it brings the
// window forward and shows the chat.
func (w *window) notify(n app.Notice) error {
	ctx := *w.ctx.Load()
	w.notices.Do(func() {
		if w.noticesFail = runtime.InitializeNotifications(ctx); w.noticesFail != nil {
			return
		}
		runtime.OnNotificationResponse(ctx, func(result runtime.NotificationResult) {
			if chat, err := strconv.ParseInt(result.Response.ID, 10, 64); err == nil {
				w.show()
				w.emit("open", chat)
			}
		})
	})
	if w.noticesFail != nil {
		return w.noticesFail
	}
	return runtime.SendNotification(ctx, runtime.NotificationOptions{ID: strconv.FormatInt(n.Chat, 10), Title: n.Title, Body: n.Body})
}

// show brings the window forward.
func (w *window) show() {
	if ctx := w.ctx.Load(); ctx != nil {
		runtime.WindowUnminimise(*ctx)
		runtime.WindowShow(*ctx)
	}
}

// emit tells the page something. Before the window has started there is no page
// to tell: the one that loads then shows how things are.
func (w *window) emit(event string, data any) {
	if ctx := w.ctx.Load(); ctx != nil {
		runtime.EventsEmit(*ctx, event, data)
	}
}

func (w *window) saveAs(title, name string) (path string, err error) {
	return runtime.SaveFileDialog(*w.ctx.Load(), runtime.SaveDialogOptions{Title: title, DefaultFilename: name})
}

func (w *window) clipboard() (string, error) { return runtime.ClipboardGetText(*w.ctx.Load()) }

// openFile asks for a file with one of the patterns ("*.db;*.backup").
func (w *window) openFile(title, patterns string) (path string, err error) {
	return runtime.OpenFileDialog(*w.ctx.Load(), runtime.OpenDialogOptions{Title: title, Filters: []runtime.FileFilter{
		{DisplayName: patterns, Pattern: patterns}, {DisplayName: "*", Pattern: "*"}}})
}

func (w *window) browse(url string) error { return browse(*w.ctx.Load(), url) }

// wailsLog passes Wails' own messages on to the program's log.
type wailsLog struct{}

func (wailsLog) Print(text string)   { slog.Info(text) }
func (wailsLog) Trace(text string)   { slog.Debug(text) }
func (wailsLog) Debug(text string)   { slog.Debug(text) }
func (wailsLog) Info(text string)    { slog.Info(text) }
func (wailsLog) Warning(text string) { slog.Warn(text) }
func (wailsLog) Error(text string)   { slog.Error(text) }
func (wailsLog) Fatal(text string)   { slog.Error(text) }
