// The plugin's window on an X11 display with a window manager, with the packed engine and its page.

#include "EngineChildren.h"
#include "Vst3Instance.h"

#include <csignal>
#include <cstdlib>
#include <set>

#include <X11/Xlib.h>
#include <X11/Xutil.h>

using namespace tiller::test;

namespace
{

std::string bundle;
constexpr int width = 900, height = 600;

/** A top-level window of the host's. */
class HostWindow
{
public:
    HostWindow()
    {
        window = XCreateSimpleWindow (display, DefaultRootWindow (display), 0, 0, width, height, 0, 0, 0);
        XStoreName (display, window, "host");
        XMapWindow (display, window);
        XSync (display, False);
    }

    ~HostWindow()
    {
        XDestroyWindow (display, window);
        XSync (display, False);
    }

    /** The helper's window within this one: it belongs to neither of this process's two connections to the display. */
    Window page() const
    {
        XSync (display, False);
        const auto children = childrenOf (window);
        return children.empty() ? 0 : foreignWithin (children[0], { owner (window), owner (children[0]) });
    }

    /** How many colours the page has; 0 where it is not there or not in sight. A page with a picture has many, one that is empty has one. */
    int pageColours() const
    {
        const auto found = page();
        XWindowAttributes about {};

        if (found == 0 || XGetWindowAttributes (display, found, &about) == 0 || about.map_state != IsViewable || about.width < width)
            return 0;

        XImage* image = XGetImage (display, found, 0, 0, static_cast<unsigned> (about.width), static_cast<unsigned> (about.height), AllPlanes, ZPixmap);

        if (image == nullptr)
            return 0;

        std::set<unsigned long> seen;

        for (int row = 0; row < about.height; row += 2)
            for (int column = 0; column < about.width; column += 2)
                seen.insert (XGetPixel (image, column, row));

        XDestroyImage (image);
        return static_cast<int> (seen.size());
    }

    Window id() const { return window; }

    static inline Display* display = nullptr;

private:
    /** What tells the windows of one connection from those of another. */
    static Window owner (Window w) { return w >> 21; }

    static std::vector<Window> childrenOf (Window parent)
    {
        Window root = 0, above = 0, *list = nullptr;
        unsigned count = 0;

        if (XQueryTree (display, parent, &root, &above, &list, &count) == 0)
            return {};

        const std::vector<Window> children (list, list + count);

        if (list != nullptr)
            XFree (list);

        return children;
    }

    static Window foreignWithin (Window parent, const std::set<Window>& owners)
    {
        for (const auto child : childrenOf (parent))
        {
            if (owners.count (owner (child)) == 0)
                return child;

            if (const auto found = foreignWithin (child, owners))
                return found;
        }

        return 0;
    }

    Window window;
};

std::string nameOf (pid_t pid)
{
    std::ifstream file ("/proc/" + std::to_string (pid) + "/comm");
    std::string name;
    std::getline (file, name);
    return name;
}

std::vector<pid_t> helpers()
{
    std::vector<pid_t> found;

    for (const auto pid : engineChildren())
        if (nameOf (pid) == "tiller-webview")
            found.push_back (pid);

    return found;
}

/** Asks once: a helper may end between two questions. */
bool anotherHelperThan (pid_t before)
{
    const auto present = helpers();
    return ! present.empty() && present[0] != before;
}

/** Serves the editor until `condition` or the time is up. */
bool until (Vst3Instance& plugin, double seconds, const std::function<bool()>& condition)
{
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double> (seconds);

    while (! condition())
    {
        if (std::chrono::steady_clock::now() > end)
            return false;

        plugin.runEditor (0.05);
    }

    return true;
}

/** Fewer colours are a page that has not been painted. */
constexpr int painted = 40;

void thePageIsShown()
{
    HostWindow window;
    Vst3Instance plugin (bundle);
    plugin.activate ({});
    CHECK (plugin.openEditor (window.id()));
    CHECK (plugin.editorSize() == std::make_pair (width, height));
    CHECK (until (plugin, 30.0, [&] { return window.pageColours() > painted; }), window.pageColours(), " colours, ", helpers().size(), " helpers");
    CHECK (! plugin.resizeEditor (800, 500), "smaller than the page can be");
    CHECK (plugin.resizeEditor (1100, 700));
    plugin.runEditor (0.5);
    plugin.closeEditor();
    CHECK (helpers().empty(), "the helper outlived its window");

    // The size is remembered.
    CHECK (plugin.openEditor (window.id()));
    CHECK (plugin.editorSize() == std::make_pair (1100, 700));
    plugin.closeEditor();
}

void theHelpersDeathIsSurvived()
{
    HostWindow window;
    Vst3Instance plugin (bundle);
    plugin.activate ({});

    for (int i = 0; i < 5; ++i)
    {
        CHECK (plugin.openEditor (window.id()));
        CHECK (until (plugin, 30.0, [&] { return window.pageColours() > painted; }));
        kill (helpers().at (0), SIGKILL);
        CHECK (until (plugin, 10.0, [&] { return helpers().empty() && window.page() == 0; }));
        plugin.runEditor (0.3);
        plugin.closeEditor();
    }
}

/** Opens the editor and waits for its page; returns the helper that shows it. */
pid_t openPage (Vst3Instance& plugin, const HostWindow& window)
{
    plugin.activate ({});
    CHECK (plugin.openEditor (window.id()));
    CHECK (until (plugin, 30.0, [&] { return window.pageColours() > painted; }));
    return helpers().at (0);
}

void theEnginesDeathBringsAnotherPage()
{
    HostWindow window;
    Vst3Instance plugin (bundle);
    const auto before = openPage (plugin, window);

    for (const auto pid : engineChildren())
        if (pid != before)
            kill (pid, SIGKILL);

    CHECK (until (plugin, 30.0, [&] { return anotherHelperThan (before) && window.pageColours() > painted; }), "no new page for the new engine");
}

/** What late news of an earlier window with the same identifier does to the page that is there now. */
void aPageThatIsTakenComesBack()
{
    HostWindow window;
    Vst3Instance plugin (bundle);
    const auto before = openPage (plugin, window);
    XReparentWindow (HostWindow::display, window.page(), DefaultRootWindow (HostWindow::display), 0, 0);
    XFlush (HostWindow::display);
    CHECK (until (plugin, 30.0, [&] { return anotherHelperThan (before) && window.pageColours() > painted; }), "no new page: ", helpers().size(), " helpers, another one: ",
           anotherHelperThan (before), ", window ", window.page(), ", ", window.pageColours(), " colours");
}

void openingAndClosing (int times)
{
    HostWindow window;
    Vst3Instance plugin (bundle);
    plugin.activate ({});

    for (int i = 0; i < times; ++i)
    {
        CHECK (plugin.openEditor (window.id()), "opening ", i);
        // Closed at every stage of its opening, and now and then when it has opened.
        if (i % 10 == 9)
            CHECK (until (plugin, 30.0, [&] { return window.pageColours() > painted; }), "opening ", i, ": ", helpers().size(), " helpers, window ", window.page(),
                   ", ", window.pageColours(), " colours");
        else
            plugin.runEditor (0.05 * (i % 10));

        plugin.closeEditor();
    }

    CHECK (helpers().empty());
}

} // namespace

namespace
{

/** The tests look at windows that may be gone; the plugin has to see to itself, as in a host that has no handler. */
int onXError (Display* display, XErrorEvent* error)
{
    if (display == HostWindow::display)
        return 0;

    std::fprintf (stderr, "X error %d of request %d would have ended the host\n", error->error_code, error->request_code);
    std::abort();
}

} // namespace

int main (int count, char** arguments)
{
    XSetErrorHandler (onXError);
    HostWindow::display = XOpenDisplay (nullptr);

    if (HostWindow::display == nullptr)
    {
        std::fprintf (stderr, "There is no X11 display.\n");
        return 1;
    }

    bundle = count > 1 ? arguments[1] : "";
    Suite suite;
    suite.add ("the page is shown", thePageIsShown);
    suite.add ("the helper's death is survived", theHelpersDeathIsSurvived);
    suite.add ("the engine's death brings another page", theEnginesDeathBringsAnotherPage);
    suite.add ("a page that is taken comes back", aPageThatIsTakenComesBack);
    suite.add ("a hundred openings and closings", [] { openingAndClosing (100); });
    return suite.run (count > 2 ? arguments[2] : "");
}
