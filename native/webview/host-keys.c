#include "host-keys.h"

#include <gtk/gtkx.h>

#include <X11/Xlib.h>

/* X11 keycodes are one byte. */
enum
{
    keycodes = 256
};

/* Bits of X11's own in the state of a key event; the keyboard group has the two bits above them. */
enum
{
    x11_modifiers = 0x1fff,
    group_shift = 13
};

/* Of a key that is down. WebKit answers whether the page has used it after the key may have been released. */
struct key
{
    guint32 pressed_at; /* time of the X server, in milliseconds */
    gboolean is_with_host;
    gboolean is_released;
    GdkEventKey release;
};

static struct key keys[keycodes];

/* The client that made a window: its identifier without the bits that the client chooses. */
static XID client_of (Window window)
{
    return window & ~(XID) 0x1fffff;
}

static Window parent_of (Display* display, Window window)
{
    Window root = None, parent = None, *children = NULL;
    unsigned int count = 0;

    if (XQueryTree (display, window, &root, &parent, &children, &count) == 0)
        return None;

    if (children != NULL)
        XFree (children);

    return parent == root ? None : parent;
}

/* The host's window; None where the plugin's is not in another's. */
static Window host_window (Display* display, Window plug)
{
    const Window socket = parent_of (display, plug);
    Window window = socket;

    while (window != None && client_of (window) == client_of (socket))
        window = parent_of (display, window);

    return window;
}

static void send_to_host (GtkWidget* plug, const GdkEventKey* event)
{
    GdkDisplay* gdk_display = gtk_widget_get_display (plug);
    Display* display = GDK_DISPLAY_XDISPLAY (gdk_display);
    gdk_x11_display_error_trap_push (gdk_display);
    const Window host = host_window (display, gtk_plug_get_id (GTK_PLUG (plug)));

    if (host != None)
    {
        XEvent sent = { 0 };
        sent.xkey.type = event->type == GDK_KEY_PRESS ? KeyPress : KeyRelease;
        sent.xkey.display = display;
        sent.xkey.window = host;
        sent.xkey.root = DefaultRootWindow (display);
        sent.xkey.subwindow = None;
        sent.xkey.time = event->time;
        sent.xkey.state = (event->state & x11_modifiers) | ((unsigned int) event->group << group_shift);
        sent.xkey.keycode = event->hardware_keycode;
        sent.xkey.same_screen = True;
        /* To the nearest window around it whose program wants keys, where this one's does not. */
        XSendEvent (display, host, True, event->type == GDK_KEY_PRESS ? KeyPressMask : KeyReleaseMask, &sent);
    }

    gdk_x11_display_error_trap_pop_ignored (gdk_display);
}

/* Before WebKit gets the key; WebKit sends the same event again, through here, where the page has not used it. */
static gboolean on_press (GtkWidget* view, GdkEventKey* event, gpointer plug)
{
    (void) view;
    (void) plug;
    struct key* key = &keys[event->hardware_keycode % keycodes];

    if (key->pressed_at != event->time)
    {
        key->pressed_at = event->time;
        key->is_with_host = FALSE;
        key->is_released = FALSE;
    }

    return FALSE;
}

/* After WebKit, which is asked a second time about an event that the page has not used and then leaves it. */
static gboolean on_unused_press (GtkWidget* view, GdkEventKey* event, gpointer plug)
{
    (void) view;
    struct key* key = &keys[event->hardware_keycode % keycodes];
    send_to_host (plug, event);

    if (key->is_released)
        send_to_host (plug, &key->release);
    else
        key->is_with_host = TRUE;

    return TRUE;
}

static gboolean on_release (GtkWidget* view, GdkEventKey* event, gpointer plug)
{
    (void) view;
    struct key* key = &keys[event->hardware_keycode % keycodes];

    if (key->is_with_host)
        send_to_host (plug, event);

    key->is_with_host = FALSE;
    key->is_released = TRUE;
    key->release = *event;
    return FALSE;
}

void send_unused_keys_to_host (GtkWidget* view, GtkWidget* plug)
{
    g_signal_connect (view, "key-press-event", G_CALLBACK (on_press), plug);
    g_signal_connect_after (view, "key-press-event", G_CALLBACK (on_unused_press), plug);
    g_signal_connect (view, "key-release-event", G_CALLBACK (on_release), plug);
}
