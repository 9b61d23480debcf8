#include "native_linux.h"
#include "_cgo_export.h"

// The pages of the app, as Wails serves them.
static const char *own = "wails://wails/";

// A page whose process dies over and over is loaded again at this pace.
static const guint reload_ms = 200;

// Where no network may be reached: nothing answers on port 1.
static const char *dead_proxy = "http://127.0.0.1:1";

gboolean native_init(void) { return gtk_init_check(NULL, NULL); }

void native_alert(char *text) {
	GtkWidget *dialog = g_object_new(GTK_TYPE_MESSAGE_DIALOG, "message-type", GTK_MESSAGE_ERROR, "buttons", GTK_BUTTONS_CLOSE, "text", text, "title", "NotSo SmolLM3", NULL);
	gtk_dialog_run(GTK_DIALOG(dialog));
	gtk_widget_destroy(dialog);
}

gboolean native_dark(void) {
	gboolean dark = FALSE;
	gchar *theme = NULL;
	g_object_get(gtk_settings_get_default(), "gtk-application-prefer-dark-theme", &dark, "gtk-theme-name", &theme, NULL);
	dark = dark || (theme && g_str_has_suffix(theme, "-dark"));
	g_free(theme);
	return dark;
}

static gboolean attach(gpointer handle);

// Signals belong on GTK's thread. g_main_context_invoke would not do: before
// gtk_main owns the context, it runs the function on the calling thread.
void native_attach(uintptr_t handle) { g_idle_add_full(G_PRIORITY_HIGH, attach, (gpointer)handle, NULL); }

static void find_view(GtkWidget *widget, gpointer found) {
	WebKitWebView **view = found;
	if (*view) return;
	if (WEBKIT_IS_WEB_VIEW(widget) && !g_object_get_data(G_OBJECT(widget), "unseen")) *view = WEBKIT_WEB_VIEW(widget);
	else if (GTK_IS_CONTAINER(widget)) gtk_container_forall(GTK_CONTAINER(widget), find_view, found);
}

static WebKitWebView *web_view(void) {
	WebKitWebView *view = NULL;
	GList *windows = gtk_window_list_toplevels();
	for (GList *w = windows; w && !view; w = w->next) find_view(GTK_WIDGET(w->data), &view);
	g_list_free(windows);
	return view;
}

static gboolean decide(WebKitWebView *view, WebKitPolicyDecision *decision, WebKitPolicyDecisionType type, gpointer handle) {
	if (type == WEBKIT_POLICY_DECISION_TYPE_RESPONSE) {
		WebKitResponsePolicyDecision *response = WEBKIT_RESPONSE_POLICY_DECISION(decision);
		if (g_str_has_prefix(webkit_uri_request_get_uri(webkit_response_policy_decision_get_request(response)), own)) return FALSE;
		webkit_policy_decision_ignore(decision);
		return TRUE;
	}
	WebKitNavigationAction *action = webkit_navigation_policy_decision_get_navigation_action(WEBKIT_NAVIGATION_POLICY_DECISION(decision));
	const char *uri = webkit_uri_request_get_uri(webkit_navigation_action_get_request(action));
	if (type == WEBKIT_POLICY_DECISION_TYPE_NAVIGATION_ACTION && g_str_has_prefix(uri, own)) return FALSE;
	if (webkit_navigation_action_get_navigation_type(action) == WEBKIT_NAVIGATION_TYPE_LINK_CLICKED && webkit_navigation_action_is_user_gesture(action))
		nativeOpen((uintptr_t)handle, (char *)uri);
	webkit_policy_decision_ignore(decision);
	return TRUE;
}

static GtkWidget *no_window(WebKitWebView *view, WebKitNavigationAction *action, gpointer unused) { return NULL; }

static gboolean deny(WebKitWebView *view, WebKitPermissionRequest *request, gpointer unused) {
	webkit_permission_request_deny(request);
	return TRUE;
}

static void no_download(WebKitWebContext *context, WebKitDownload *download, gpointer unused) { webkit_download_cancel(download); }

static gboolean reload(gpointer view) {
	webkit_web_view_reload(view);
	return G_SOURCE_REMOVE;
}

static void died(WebKitWebView *view, WebKitWebProcessTerminationReason reason, gpointer unused) { g_timeout_add(reload_ms, reload, view); }

static gboolean attach(gpointer handle) {
	WebKitWebView *view = web_view();
	if (!view) return G_SOURCE_CONTINUE;
	native_menu_bar(gtk_widget_get_toplevel(GTK_WIDGET(view)));
	g_signal_connect(view, "decide-policy", G_CALLBACK(decide), handle);
	g_signal_connect(view, "create", G_CALLBACK(no_window), NULL);
	g_signal_connect(view, "permission-request", G_CALLBACK(deny), NULL);
	g_signal_connect(view, "web-process-terminated", G_CALLBACK(died), NULL);
	g_signal_connect(webkit_web_view_get_context(view), "download-started", G_CALLBACK(no_download), NULL);

	WebKitNetworkProxySettings *proxy = webkit_network_proxy_settings_new(dead_proxy, NULL);
	webkit_website_data_manager_set_network_proxy_settings(webkit_web_view_get_website_data_manager(view), WEBKIT_NETWORK_PROXY_MODE_CUSTOM, proxy);
	webkit_network_proxy_settings_free(proxy);
	return G_SOURCE_REMOVE;
}

static gboolean place(gpointer to) {
	GdkPoint *corner = to;
	WebKitWebView *view = web_view();
	GdkRectangle screen;
	gdk_monitor_get_geometry(gdk_display_get_monitor_at_point(gdk_display_get_default(), corner->x, corner->y), &screen);
	if (view && corner->x >= screen.x && corner->x < screen.x + screen.width && corner->y >= screen.y && corner->y < screen.y + screen.height)
		gtk_window_move(GTK_WINDOW(gtk_widget_get_toplevel(GTK_WIDGET(view))), corner->x, corner->y);
	g_free(corner);
	return G_SOURCE_REMOVE;
}

void native_place(int x, int y) {
	GdkPoint *corner = g_new(GdkPoint, 1);
	*corner = (GdkPoint){x, y};
	g_idle_add_full(G_PRIORITY_LOW, place, corner, NULL); // after Wails, which centres the window at its start
}

static gboolean zoom(gpointer factor) {
	WebKitWebView *view = web_view();
	if (view) webkit_web_view_set_zoom_level(view, *(double *)factor);
	g_free(factor);
	return G_SOURCE_REMOVE;
}

void native_zoom(double factor) {
	double *f = g_new(double, 1);
	*f = factor;
	g_idle_add_full(G_PRIORITY_DEFAULT, zoom, f, NULL);
}
