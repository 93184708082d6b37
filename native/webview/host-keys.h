#ifndef TILLER_HOST_KEYS_H
#define TILLER_HOST_KEYS_H

#include <gtk/gtk.h>

/*
    Sends the keys that the page in `view` has not used on to the host's window: the nearest one around `plug` that belongs
    neither to this program nor to the plugin that embeds it. A host has its transport and its shortcuts there.
*/
void send_unused_keys_to_host (GtkWidget* view, GtkWidget* plug);

#endif
