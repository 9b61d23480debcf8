#include "native_linux.h"
#include "_cgo_export.h"

// A page on its way to paper, in a view of its own that nobody sees.
typedef struct {
	char *html;
	char *uri; // of the file
	uintptr_t handle;
	GtkWidget *window;
	gboolean over;
} sheet;

static void end(sheet *s, const char *error) {
	if (s->over) return;
	s->over = TRUE;
	nativePrinted(s->handle, (char *)(error ? error : ""));
	gtk_widget_destroy(s->window);
	g_free(s->html);
	g_free(s->uri);
	// s itself stays: WebKit may still call. It is a few words for a file.
}

static void finished(WebKitPrintOperation *print, gpointer s) {
	end(s, NULL);
	g_object_unref(print);
}

static void failed(WebKitPrintOperation *print, GError *error, gpointer s) { end(s, error->message); }

static void loaded(WebKitWebView *view, WebKitLoadEvent event, gpointer data) {
	sheet *s = data;
	if (event != WEBKIT_LOAD_FINISHED || s->over) return;
	GtkPrintSettings *settings = gtk_print_settings_new();
	// GTK's printer of files goes by its name in the user's language.
	gtk_print_settings_set_printer(settings, g_dgettext("gtk30", "Print to File"));
	gtk_print_settings_set(settings, GTK_PRINT_SETTINGS_OUTPUT_FILE_FORMAT, "pdf");
	gtk_print_settings_set(settings, GTK_PRINT_SETTINGS_OUTPUT_URI, s->uri);
	WebKitPrintOperation *print = webkit_print_operation_new(view);
	webkit_print_operation_set_print_settings(print, settings);
	g_object_unref(settings);
	g_signal_connect(print, "failed", G_CALLBACK(failed), s);
	g_signal_connect(print, "finished", G_CALLBACK(finished), s);
	webkit_print_operation_print(print);
}

static void died(WebKitWebView *view, WebKitWebProcessTerminationReason reason, gpointer s) { end(s, "the page could not be drawn"); }

static gboolean start(gpointer data) {
	sheet *s = data;
	WebKitSettings *settings = webkit_settings_new_with_settings("enable-javascript", FALSE, NULL);
	GtkWidget *view = g_object_new(WEBKIT_TYPE_WEB_VIEW, "settings", settings, NULL);
	g_object_unref(settings);
	g_object_set_data(G_OBJECT(view), "unseen", GINT_TO_POINTER(1));
	s->window = gtk_offscreen_window_new();
	gtk_window_set_default_size(GTK_WINDOW(s->window), 800, 1100);
	gtk_container_add(GTK_CONTAINER(s->window), view);
	g_signal_connect(view, "load-changed", G_CALLBACK(loaded), s);
	g_signal_connect(view, "web-process-terminated", G_CALLBACK(died), s);
	gtk_widget_show_all(s->window);
	webkit_web_view_load_html(WEBKIT_WEB_VIEW(view), s->html, NULL);
	return G_SOURCE_REMOVE;
}

void native_pdf(char *html, char *uri, uintptr_t handle) {
	sheet *s = g_new0(sheet, 1);
	s->html = g_strdup(html);
	s->uri = g_strdup(uri);
	s->handle = handle;
	g_idle_add_full(G_PRIORITY_DEFAULT, start, s, NULL);
}
