#include "native_linux.h"

// The menu bar takes no room until it is asked for: by F10, or by Alt pressed
// and let go alone.

static gboolean alone; // Alt is down, and no other key has been
static GtkWidget *menus; // the bar, once the window has one

static void find_bar(GtkWidget *widget, gpointer found) {
	GtkWidget **bar = found;
	if (*bar) return;
	if (GTK_IS_MENU_BAR(widget)) *bar = widget;
	else if (GTK_IS_CONTAINER(widget)) gtk_container_forall(GTK_CONTAINER(widget), find_bar, found);
}

static void hide(GtkMenuShell *bar, gpointer unused) { gtk_widget_hide(GTK_WIDGET(bar)); }

static void show(GtkWidget *bar) {
	gtk_widget_show_all(bar);
	gtk_menu_shell_select_first(GTK_MENU_SHELL(bar), FALSE);
	gtk_widget_grab_focus(bar);
}

static gboolean is_alt(GdkEventKey *key) { return key->keyval == GDK_KEY_Alt_L || key->keyval == GDK_KEY_Alt_R; }

static gboolean pressed(GtkWidget *window, GdkEventKey *key, gpointer bar) {
	GdkModifierType held = key->state & gtk_accelerator_get_default_mod_mask();
	alone = is_alt(key) && !held;
	if (key->keyval != GDK_KEY_F10 || held) return FALSE;
	show(bar);
	return TRUE;
}

static gboolean released(GtkWidget *window, GdkEventKey *key, gpointer bar) {
	if (!alone || !is_alt(key)) return FALSE;
	alone = FALSE;
	if (gtk_widget_get_visible(bar)) gtk_widget_hide(bar);
	else show(bar);
	return TRUE;
}

static gboolean clicked(GtkWidget *window, GdkEventButton *button, gpointer unused) {
	alone = FALSE;
	return FALSE;
}

void native_menu_bar(GtkWidget *window) {
	GtkWidget *bar = NULL;
	find_bar(window, &bar);
	if (!bar) return;
	menus = bar;
	gtk_widget_hide(bar);
	g_signal_connect(bar, "deactivate", G_CALLBACK(hide), NULL);
	g_signal_connect(window, "key-press-event", G_CALLBACK(pressed), bar);
	g_signal_connect(window, "key-release-event", G_CALLBACK(released), bar);
	g_signal_connect(window, "button-press-event", G_CALLBACK(clicked), bar);
}

static void relabel_item(GtkWidget *item, gpointer labels) {
	gchar ***next = labels;
	if (GTK_IS_SEPARATOR_MENU_ITEM(item) || !**next) return;
	gtk_menu_item_set_label(GTK_MENU_ITEM(item), *(*next)++);
	GtkWidget *menu = gtk_menu_item_get_submenu(GTK_MENU_ITEM(item));
	if (menu) gtk_container_foreach(GTK_CONTAINER(menu), relabel_item, labels);
}

static gboolean relabel(gpointer lines) {
	gchar **labels = g_strsplit(lines, "\n", -1), **next = labels;
	if (menus) gtk_container_foreach(GTK_CONTAINER(menus), relabel_item, &next);
	g_strfreev(labels);
	g_free(lines);
	return G_SOURCE_REMOVE;
}

void native_relabel(const char *lines) { g_idle_add_full(G_PRIORITY_DEFAULT, relabel, g_strdup(lines), NULL); }
