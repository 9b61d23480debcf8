// Repairs of Wails' C code without a copy of it: with the linker's --wrap, the
// calls of this program's own objects, Wails' among them, go to __wrap_X, where
// __real_X is the library's own.
#include <gio/gunixinputstream.h>
#include <gtk/gtk.h>
#include <linux/close_range.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <webkit2/webkit2.h>

// Wails makes the pipe of a response without CLOEXEC, so a child that starts
// meanwhile keeps the writing end, and the response never ends. When this is
// called the pipe is microseconds old.
GInputStream *__real_g_unix_input_stream_new(gint fd, gboolean close_fd);
GInputStream *__wrap_g_unix_input_stream_new(gint fd, gboolean close_fd) {
	syscall(SYS_close_range, 3u, ~0u, CLOSE_RANGE_CLOEXEC);
	return __real_g_unix_input_stream_new(fd, close_fd);
}

// Wails gives a message, which may hold a percent sign, as the format.
GtkWidget *__real_gtk_message_dialog_new(GtkWindow *parent, GtkDialogFlags flags, GtkMessageType type, GtkButtonsType buttons, const gchar *format, ...);
GtkWidget *__wrap_gtk_message_dialog_new(GtkWindow *parent, GtkDialogFlags flags, GtkMessageType type, GtkButtonsType buttons, const gchar *format, ...) {
	return __real_gtk_message_dialog_new(parent, flags, type, buttons, "%s", format ? format : "");
}

// Objects of WebKit belong to GTK's thread; Wails uses them on goroutines.
static GThread *gtk_thread;

void __real_gtk_main(void);
void __wrap_gtk_main(void) {
	gtk_thread = g_thread_self();
	__real_gtk_main();
}

typedef struct {
	void (*call)(gpointer);
	gpointer argument;
	GMutex lock;
	GCond ended;
	gboolean done;
} errand;

static gboolean run_errand(gpointer data) {
	errand *e = data;
	e->call(e->argument);
	g_mutex_lock(&e->lock);
	e->done = TRUE;
	g_cond_signal(&e->ended);
	g_mutex_unlock(&e->lock);
	return G_SOURCE_REMOVE;
}

static void on_gtk_thread(void (*call)(gpointer), gpointer argument) {
	if (g_thread_self() == gtk_thread) {
		call(argument);
		return;
	}
	errand e = {call, argument};
	g_mutex_init(&e.lock);
	g_cond_init(&e.ended);
	g_idle_add_full(G_PRIORITY_DEFAULT, run_errand, &e, NULL);
	g_mutex_lock(&e.lock);
	while (!e.done) g_cond_wait(&e.ended, &e.lock);
	g_mutex_unlock(&e.lock);
	g_mutex_clear(&e.lock);
	g_cond_clear(&e.ended);
}

typedef struct {
	WebKitURISchemeRequest *request;
	WebKitURISchemeResponse *response;
	GInputStream *body;
} exchange;

void __real_webkit_uri_scheme_request_finish_with_response(WebKitURISchemeRequest *request, WebKitURISchemeResponse *response);
static void finish(gpointer data) {
	exchange *x = data;
	__real_webkit_uri_scheme_request_finish_with_response(x->request, x->response);
}
void __wrap_webkit_uri_scheme_request_finish_with_response(WebKitURISchemeRequest *request, WebKitURISchemeResponse *response) {
	exchange x = {request, response};
	on_gtk_thread(finish, &x);
}

GInputStream *__real_webkit_uri_scheme_request_get_http_body(WebKitURISchemeRequest *request);
static void get_body(gpointer data) {
	exchange *x = data;
	x->body = __real_webkit_uri_scheme_request_get_http_body(x->request);
}
GInputStream *__wrap_webkit_uri_scheme_request_get_http_body(WebKitURISchemeRequest *request) {
	exchange x = {request};
	on_gtk_thread(get_body, &x);
	return x.body;
}

void __real_g_object_unref(gpointer object);
static gboolean unref(gpointer object) {
	__real_g_object_unref(object);
	return G_SOURCE_REMOVE;
}
void __wrap_g_object_unref(gpointer object) {
	if (gtk_thread && g_thread_self() != gtk_thread && (WEBKIT_IS_URI_SCHEME_REQUEST(object) || WEBKIT_IS_URI_SCHEME_RESPONSE(object) || G_IS_INPUT_STREAM(object)))
		g_idle_add_full(G_PRIORITY_DEFAULT, unref, object, NULL);
	else
		__real_g_object_unref(object);
}
