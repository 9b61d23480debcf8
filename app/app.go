// Package app is the service layer: what the window and the command line ask
// for, done with the chat database on one side and an engine on the other.
//
// An App owns the running replies, the model's state and the order of things: a
// user's turn is on disk before it is acknowledged, a piece of a reply is in
// the database before it is shown. It serves the window's fragments (Handler),
// tells the page what changes by itself as events, and lends a few methods to
// the page (Window). It knows neither Wails nor llama.cpp; both come in through
// Options. All exported methods may be called concurrently.
package app

import (
	"context"
	"io"
	"sync"
	"time"

	"notso/app/attachment"
	"notso/app/chat"
	"notso/app/config"
	"notso/app/home"
	"notso/app/library"
	"notso/app/markdown"
	"notso/app/shelf"
	"notso/app/store"
	"notso/engine"
)

// keepDeleted is how long what was deleted can still be brought back.
const keepDeleted = 30 * 24 * time.Hour

// Options are the parts that an App works with. It owns none of them: whoever
// made them closes them, after Shutdown.
type Options struct {
	Store   *store.Store
	Engine  engine.Engine
	Config  *config.Store
	Library *library.Library

	// Another makes an engine like Engine, so that a model can be loaded while the
	// one before still answers. Nil: the old one goes first.
	Another func() (engine.Engine, error)

	// Fits tells whether the model at path can be loaded beside one that is. Nil:
	// it can.
	Fits func(path string) bool

	// Shelf is where models come from. Nil: there is no page of models.
	Shelf *shelf.Shelf

	// Hash names the weights of the file at path, as engine.ModelInfo.Hash does.
	// Nil: models have no defaults of their own.
	Hash func(path string) (string, error)

	// Render writes out a chat template, see engine/prompt. Nil: nobody can.
	Render func(ctx context.Context, source string, contextJSON []byte, now time.Time) (string, error)

	// Fit judges how a model of the catalogue would run here. Nil: nobody can tell.
	Fit func(library.Entry, library.Source) engine.Fit

	// Builtin answers when no model file can be found, and Banner then says so.
	// Nil: messages fail with a sentence instead.
	Builtin engine.Engine

	// Language is what the environment asks for, such as "fr_FR"; the setting
	// goes first. "" is English.
	Language string

	// Remote is the host that words are sent to when Engine is a remote one, and
	// RemoteModel the name of its model, "" for the first. "": words stay here.
	Remote      string
	RemoteModel string

	Home home.Paths // where things are kept, for people; zero: nowhere

	// Inspect lets a model file explain itself, and says what it would need here.
	// Judge says the latter of a model that is not here, by the beginnings of its
	// files; EnoughHeader asks for more of one with io.ErrUnexpectedEOF.
	Inspect      func(ctx context.Context, path string) (engine.Anatomy, error)
	Judge        func(ctx context.Context, parts []shelf.Part) (engine.Fit, error)
	EnoughHeader func(shelf.Part) error

	Passages string // folder of the user's own passages for /quote
	Version  string
	Warnings []string // sentences to show when the window opens, such as of settings that make no sense

	// Emit tells the page something; see the event types in view.go. Nil: nobody
	// listens.
	Emit func(event string, data any)

	// SaveAs asks for a place to write a file called name; "" means cancelled.
	SaveAs func(title, name string) (path string, err error)

	// ReadPDF returns the text of a PDF file; see attachment.Process. Nil: such
	// files are refused.
	ReadPDF attachment.PDFReader

	// OpenFile asks for a file to read, with one of the patterns ("*.db;*.backup");
	// "" means cancelled.
	OpenFile func(title, patterns string) (path string, err error)

	// Clipboard is the text on the clipboard.
	Clipboard func() (string, error)

	// OpenPath shows one of the app's own folders in the system's file manager.
	OpenPath func(path string) error

	// Notify has the desktop show a notice. Nil: it cannot.
	Notify func(Notice) error

	// Zoom makes the window's contents larger (1), smaller (-1) or as usual (0) and
	// returns their size in percent. Nil: it cannot.
	Zoom func(step int) int

	// Menus says the native menus anew, when the language has changed. Nil: there
	// are none.
	Menus func([]MenuEntry)

	// PDF prints a page that stands on its own to a file. Nil: it cannot.
	PDF func(html []byte, path string) error

	// OpenURL shows a checked address in the system's browser.
	OpenURL func(url string) error

	Now func() time.Time // nil is time.Now
}

// App is the service layer of one data folder.
type App struct {
	opts  Options
	model *model
	words *markdown.Renderer

	ctx    context.Context // ends with Shutdown
	cancel context.CancelFunc
	work   sync.WaitGroup // claims, replies and background work; grows under mu, or while it is not zero
	undos  undos
	toasts toasts
	typed  typed

	mu      sync.Mutex
	current int64              // chat that the window shows; 0 for a new one
	listed  listed             // how far its list of chats goes
	counted branchCount        // what an unmeasured branch takes, the last that was counted
	arrival *arrival           // import that is shown or was the last; nil for none
	dropped []string           // files that wait for the page to say what took them
	replies map[int64]*reply   // by chat, while they run
	taken   map[int64]int      // by chat: claims that a reply took, and that are not given back yet
	next    *nextChat          // that the first message will make
	warming context.CancelFunc // ends the warming that runs; nil before the first
	chosen  []string           // in the palette over everything, or left (a chat), the last first
	stale   bool               // the model is to be loaded again, see reloadModel
	anew    bool               // so is another one, which the settings now choose
	wanted  string             // file that takes over when it has arrived
	told    map[string]toldDownload
	closed  bool

	promptsSeen *string // what the folder of the user's prompts was; nil: not looked at yet
}

// New recovers what an earlier run left unfinished. Call Startup to load the
// model, and Shutdown before the parts in opts are closed.
func New(opts Options) (*App, error) {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Emit == nil {
		opts.Emit = func(string, any) {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	a := &App{opts: opts, ctx: ctx, cancel: cancel, replies: map[int64]*reply{}, taken: map[int64]int{}, next: new(nextChat)}
	a.words, a.model = markdown.NewIn(a.labels), newModel(a)
	if _, err := opts.Store.Recover(ctx, a.say("error.interrupted")); err != nil {
		cancel()
		return nil, err
	}
	if err := opts.Store.Purge(ctx, opts.Now().Add(-keepDeleted)); err != nil {
		cancel()
		return nil, err
	}
	return a, nil
}

// Startup begins to load the preferred model and to follow the settings file,
// and returns at once.
func (a *App) Startup() {
	a.model.start()
	a.background(a.followSettings)
	a.watchDownloads()
}

// background does work on a goroutine that Shutdown waits for. Once that has
// begun it does nothing, and says so.
func (a *App) background(work func()) (begun bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return false
	}
	a.work.Go(work)
	return true
}

// Shutdown stops the running replies, which keep what they have, and waits for
// all work to end.
func (a *App) Shutdown() {
	a.mu.Lock()
	a.closed = true
	a.mu.Unlock()
	a.cancel()
	a.work.Wait()
	a.model.close()
}

// Send stores text as the chat's next user turn and starts the reply. Chat 0 is
// a new chat.
//
// It returns when the turn is on disk, without waiting for the model. The reply
// follows as reply events, in order, and exactly one of them is final.
// Errors: chat.ErrEmptyTurn, chat.ErrBusy, chat.ErrNotFound.
func (a *App) Send(ctx context.Context, chatID int64, text string) (user, answer chat.Turn, err error) {
	return a.send(ctx, chatID, text, TalkOptions{}, nil)
}

// TalkOptions override, for one reply, what the chat and the settings say.
type TalkOptions struct {
	Files       []string // paths, to be attached to the message
	Thinking    engine.Thinking
	Seed        uint32
	Temperature *float64
	MaxTokens   int
	Candidates  int    // replies to write side by side; 0 is one
	Choices     bool   // keep what each token could have been instead
	Model       string // path of a model that is being loaded; the reply waits for it
}

// Talk sends text and waits for the reply's end. each, which may be nil, sees
// the reply's events; pieces are in the database by then. Cancelling ctx stops
// the reply and is no error.
func (a *App) Talk(ctx context.Context, chatID int64, text string, opts TalkOptions, each func(engine.Event)) (chat.Turn, error) {
	_, answer, err := a.send(ctx, chatID, text, opts, each)
	if err != nil {
		return chat.Turn{}, err
	}
	return a.Await(ctx, answer)
}

var _ io.Closer = (*App)(nil)

// Close is Shutdown, for callers that close what they opened.
func (a *App) Close() error {
	a.Shutdown()
	return nil
}
