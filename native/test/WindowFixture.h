#pragma once

#include "ProcessInfo.h"
#include "TestSuite.h"
#include "Vst3Instance.h"

#include <set>

#include <X11/Xlib.h>
#include <X11/Xutil.h>

namespace tiller::test
{

/** Of the window as it opens, in pixels. */
constexpr int width = 900, height = 600;

/** A top-level window of the host. */
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

    /** The helper's window within this one: it belongs to neither of this process's two connections to the X server. */
    Window page() const
    {
        XSync (display, False);
        const auto children = childrenOf (window);
        return children.empty() ? 0 : foreignWithin (children[0], { owner (window), owner (children[0]) });
    }

    /** The number of colours in the page; 0 where there is none or it is not visible. An empty page has one. */
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
    /** The X11 connection that made a window: the upper bits of its identifier. */
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

inline std::string nameOf (pid_t pid)
{
    std::ifstream file ("/proc/" + std::to_string (pid) + "/comm");
    std::string name;
    std::getline (file, name);
    return name;
}

/** The helper programs that show pages of this process. */
inline std::vector<pid_t> helpers()
{
    std::vector<pid_t> found;

    for (const auto pid : engineProcesses())
        if (nameOf (pid) == "tiller-webview")
            found.push_back (pid);

    return found;
}

/** Lists the helpers once: one may end between two calls. */
inline bool anotherHelperThan (pid_t before)
{
    const auto present = helpers();
    return ! present.empty() && present[0] != before;
}

/** Runs the editor until `condition`; false where it is still false after `seconds`. */
inline bool until (Vst3Instance& plugin, double seconds, const std::function<bool()>& condition)
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

/** A page with fewer colours has not been painted. */
constexpr int minColours = 40;

/** Opens the editor and waits for its page; returns the helper that shows it. */
inline pid_t openPage (Vst3Instance& plugin, const HostWindow& window)
{
    plugin.activate ({});
    CHECK (plugin.openEditor (window.id()));
    CHECK (until (plugin, patience, [&] { return window.pageColours() > minColours; }));
    return helpers().at (0);
}

} // namespace tiller::test
