#pragma once
#include <gtk/gtk.h>
#include <stdint.h>
#include <webkit2/webkit2.h>

gboolean native_init(void);
void native_alert(char *text);
gboolean native_dark(void);
void native_attach(uintptr_t handle);
void native_place(int x, int y);
