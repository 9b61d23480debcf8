#pragma once
#include <gtk/gtk.h>
#include <stdint.h>
#include <webkit2/webkit2.h>

gboolean native_init(void);
void native_alert(char *text);
gboolean native_dark(void);
void native_attach(uintptr_t handle);
void native_place(int x, int y);
void native_zoom(double factor);
void native_menu_bar(GtkWidget *window);
void native_relabel(const char *lines);
void native_pdf(char *html, char *uri, uintptr_t handle);
