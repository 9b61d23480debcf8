// A window out of which one file can be dragged: dragsource PATH.
#include <gtk/gtk.h>

static void give(GtkWidget *window, GdkDragContext *context, GtkSelectionData *data, guint info, guint time, gpointer path) {
	gchar *uris[] = {g_filename_to_uri(path, NULL, NULL), NULL};
	gtk_selection_data_set_uris(data, uris);
	g_free(uris[0]);
}

int main(int argc, char **argv) {
	gtk_init(&argc, &argv);
	GtkWidget *window = gtk_window_new(GTK_WINDOW_TOPLEVEL);
	gtk_window_set_title(GTK_WINDOW(window), "Drag me");
	gtk_window_set_default_size(GTK_WINDOW(window), 160, 120);
	gtk_window_set_keep_above(GTK_WINDOW(window), TRUE);
	gtk_window_move(GTK_WINDOW(window), 0, 0);
	gtk_drag_source_set(window, GDK_BUTTON1_MASK, NULL, 0, GDK_ACTION_COPY | GDK_ACTION_LINK);
	gtk_drag_source_add_uri_targets(window);
	g_signal_connect(window, "drag-data-get", G_CALLBACK(give), argv[1]);
	g_signal_connect(window, "destroy", G_CALLBACK(gtk_main_quit), NULL);
	gtk_widget_show_all(window);
	gtk_main();
	return 0;
}
