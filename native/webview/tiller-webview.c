/*
    Shows one web page in a window that another program embeds.

    A plugin cannot show a page itself on Linux: a web view needs GTK and WebKit, whose main loop, signal handlers and
    child processes do not belong in a host process. This program is started with pipes for stdin and stdout. It reads the
    page's URL as one line from stdin, and prints the X11 identifier of its window as one line ("window 12345"). It exits
    when its stdin closes, or, with the line "unembedded", when its window is removed from the one that embeds it. Links
    to other servers open in the browser. Keys that the page does not use go to the host (host-keys.c).
*/

#include "host-keys.h"

#include <errno.h>
#include <gtk/gtk.h>
#include <gtk/gtkx.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <webkit2/webkit2.h>

enum
{
    exit_usage = 2,
    exit_page_crashed = 3,
    exit_page_not_loaded = 4
};

/* Scheme, host and port of the page, with the slash behind them. */
static char* origin;

static gboolean is_internal (const char* address)
{
    return g_str_has_prefix (address, origin) || g_str_has_prefix (address, "blob:") || g_str_has_prefix (address, "about:");
}

static gboolean on_decide_policy (WebKitWebView* view, WebKitPolicyDecision* decision, WebKitPolicyDecisionType type, gpointer data)
{
    (void) view;
    (void) data;

    if (type != WEBKIT_POLICY_DECISION_TYPE_NAVIGATION_ACTION && type != WEBKIT_POLICY_DECISION_TYPE_NEW_WINDOW_ACTION)
        return FALSE;

    WebKitNavigationAction* action = webkit_navigation_policy_decision_get_navigation_action (WEBKIT_NAVIGATION_POLICY_DECISION (decision));
    const char* address = webkit_uri_request_get_uri (webkit_navigation_action_get_request (action));

    if (type == WEBKIT_POLICY_DECISION_TYPE_NAVIGATION_ACTION && is_internal (address))
        return FALSE;

    if (g_str_has_prefix (address, "https://") || g_str_has_prefix (address, "http://"))
        g_app_info_launch_default_for_uri (address, NULL, NULL);

    webkit_policy_decision_ignore (decision);
    return TRUE;
}

static void on_page_crashed (WebKitWebView* view, WebKitWebProcessTerminationReason reason, gpointer data)
{
    (void) view;
    (void) reason;
    (void) data;
    exit (exit_page_crashed);
}

/* WebKit would show its own text, black on the dark background. */
static gboolean on_load_failed (WebKitWebView* view, WebKitLoadEvent event, const char* address, GError* error, gpointer data)
{
    (void) view;
    (void) event;
    (void) data;

    if (g_error_matches (error, WEBKIT_NETWORK_ERROR, WEBKIT_NETWORK_ERROR_CANCELLED)
        || g_error_matches (error, WEBKIT_POLICY_ERROR, WEBKIT_POLICY_ERROR_FRAME_LOAD_INTERRUPTED_BY_POLICY_CHANGE)
        || ! g_str_has_prefix (address, origin))
        return FALSE;

    fprintf (stderr, "the engine's page could not be loaded: %s\n", error->message);
    exit (exit_page_not_loaded);
}

static gboolean on_stdin (GIOChannel* channel, GIOCondition condition, gpointer data)
{
    char ignored[64];
    gsize count = 0;
    (void) condition;
    (void) data;

    if (g_io_channel_read_chars (channel, ignored, sizeof (ignored), &count, NULL) != G_IO_STATUS_NORMAL)
    {
        gtk_main_quit();
        return FALSE;
    }

    return TRUE;
}

static void on_unembedded (GtkWidget* plug, gpointer data)
{
    (void) plug;
    (void) data;
    printf ("unembedded\n");
    fflush (stdout);
    gtk_main_quit();
}

/* The first line of stdin without its newline, or NULL. */
static char* read_address (void)
{
    static char line[4096];
    size_t length = 0;

    while (length + 1 < sizeof (line))
    {
        const ssize_t count = read (STDIN_FILENO, line + length, 1);

        if (count < 0 && errno == EINTR)
            continue;

        if (count <= 0)
            return NULL;

        if (line[length] == '\n')
        {
            line[length] = 0;
            return line;
        }

        ++length;
    }

    return NULL;
}

int main (int argc, char** argv)
{
    /* GPU compositing fails inside windows of another process with several drivers. */
    setenv ("WEBKIT_DISABLE_COMPOSITING_MODE", "1", 0);
    setenv ("GDK_BACKEND", "x11", 1);

    if (! gtk_init_check (&argc, &argv))
    {
        fprintf (stderr, "tiller-webview: there is no X11 display\n");
        return exit_usage;
    }

    char* address = read_address();
    const char* host_end = address != NULL && g_str_has_prefix (address, "http://127.0.0.1:") ? strchr (address + strlen ("http://"), '/') : NULL;

    if (host_end == NULL)
    {
        fprintf (stderr, "tiller-webview: expects the URL of a page on 127.0.0.1 on stdin\n");
        return exit_usage;
    }

    origin = g_strndup (address, (gsize) (host_end - address) + 1);

    GtkWidget* plug = gtk_plug_new (0);
    WebKitWebContext* context = webkit_web_context_new_ephemeral();
    GtkWidget* view = webkit_web_view_new_with_context (context);
    WebKitSettings* settings = webkit_web_view_get_settings (WEBKIT_WEB_VIEW (view));
    webkit_settings_set_hardware_acceleration_policy (settings, WEBKIT_HARDWARE_ACCELERATION_POLICY_NEVER);
    webkit_settings_set_enable_back_forward_navigation_gestures (settings, FALSE);

    const GdkRGBA dark = { 0.08, 0.086, 0.1, 1.0 };
    webkit_web_view_set_background_color (WEBKIT_WEB_VIEW (view), &dark);
    g_signal_connect (view, "decide-policy", G_CALLBACK (on_decide_policy), NULL);
    g_signal_connect (view, "web-process-terminated", G_CALLBACK (on_page_crashed), NULL);
    g_signal_connect (view, "load-failed", G_CALLBACK (on_load_failed), NULL);
    g_signal_connect (plug, "destroy", G_CALLBACK (on_unembedded), NULL);
    send_unused_keys_to_host (view, plug);
    gtk_container_add (GTK_CONTAINER (plug), view);
    webkit_web_view_load_uri (WEBKIT_WEB_VIEW (view), address);
    gtk_widget_show_all (plug);
    gtk_widget_grab_focus (view);

    printf ("window %lu\n", (unsigned long) gtk_plug_get_id (GTK_PLUG (plug)));
    fflush (stdout);

    GIOChannel* input = g_io_channel_unix_new (STDIN_FILENO);
    g_io_add_watch (input, G_IO_IN | G_IO_HUP | G_IO_ERR, on_stdin, NULL);
    gtk_main();
    return 0;
}
