// Keys that are pressed over the plugin's page: those that the page does not use are the host's.

#include "WindowFixture.h"
#include "WindowTests.h"

#include <cstdlib>

#include <X11/keysym.h>

namespace tiller::test
{

namespace
{
    /** Of a key, as the host's window gets them. */
    struct KeyCounts
    {
        int presses = 0, releases = 0;
    };

    /** A window of a host that wants keys, with a pointer and a keyboard (xdotool). */
    class PlayedWindow : public HostWindow
    {
    public:
        PlayedWindow() { XSelectInput (display, id(), KeyPressMask | KeyReleaseMask); }

        void click (int x, int y) const
        {
            int rootX = 0, rootY = 0;
            Window child = 0;
            XTranslateCoordinates (display, page(), DefaultRootWindow (display), x, y, &rootX, &rootY, &child);
            perform ("mousemove " + std::to_string (rootX) + " " + std::to_string (rootY) + " click 1");
        }

        void press (const std::string& keys) const { perform ("key " + keys); }

        /** Of every press and release so far. */
        KeyCounts counts (KeySym symbol)
        {
            XEvent event;
            XSync (display, False);

            while (XCheckWindowEvent (display, id(), KeyPressMask | KeyReleaseMask, &event) == True)
                events.emplace_back (XLookupKeysym (&event.xkey, 0), event.type);

            KeyCounts found;

            for (const auto& [key, type] : events)
                if (key == symbol)
                    ++(type == KeyPress ? found.presses : found.releases);

            return found;
        }

        bool has (KeySym symbol, int times)
        {
            const auto found = counts (symbol);
            return found.presses >= times && found.releases >= times;
        }

        /** Whether the page has its light theme, by the colour of its margin. */
        bool isLight() const
        {
            XImage* image = XGetImage (display, page(), 3, height / 2, 1, 1, AllPlanes, ZPixmap);
            const auto colour = image != nullptr ? XGetPixel (image, 0, 0) : 0;

            if (image != nullptr)
                XDestroyImage (image);

            return (colour & 0xff) > 0x80;
        }

    private:
        static void perform (const std::string& command) { CHECK_EQUAL (std::system (("xdotool " + command).c_str()), 0); }

        std::vector<std::pair<KeySym, int>> events;
    };

    /** The pad's picture has more colours than a page without it. */
    constexpr int coloursWithPad = 1000;

    /** In the header, where nothing is but left of the button that switches the theme; in pixels of the page. */
    constexpr int emptyX = 540, headerY = 21;

    /** Clicks along the header, from its empty middle, until the first button is met: it switches the theme. */
    bool clickThemeButton (Vst3Instance& plugin, const PlayedWindow& window)
    {
        constexpr int to = 640, step = 12;
        const bool wasLight = window.isLight();

        for (int x = emptyX; x < to; x += step)
        {
            window.click (x, headerY);

            if (until (plugin, 2.0, [&] { return window.isLight() != wasLight; }))
                return true;
        }

        return false;
    }

    /** Regression: after a click on a button of the page, space pressed that button again or was lost, and the host's transport stood still. */
    void unusedKeysGoToTheHost (const std::string& bundle)
    {
        PlayedWindow window;
        Vst3Instance plugin (bundle);
        openPage (plugin, window);
        CHECK (until (plugin, patience, [&] { return window.pageColours() > coloursWithPad; }), window.pageColours(), " colours");
        // A button that was reached by keyboard is pressed by space, which then is not the host's. K is nobody's, and comes after it.
        window.click (emptyX, headerY);
        window.press ("Tab Tab space k");
        CHECK (until (plugin, patience, [&] { return window.has (XK_k, 1); }));
        CHECK_EQUAL (window.counts (XK_space).presses, 0);
        CHECK_EQUAL (window.counts (XK_space).releases, 0);

        const bool wasLight = window.isLight();
        CHECK (clickThemeButton (plugin, window), "no button was met");

        window.press ("space");
        CHECK (until (plugin, patience, [&] { return window.has (XK_space, 1); }), window.counts (XK_space).presses, " presses, ", window.counts (XK_space).releases, " releases");
        CHECK (window.isLight() != wasLight, "space pressed the button again");

        // F freezes.
        window.press ("f k");
        CHECK (until (plugin, patience, [&] { return window.has (XK_k, 2); }));
        CHECK_EQUAL (window.counts (XK_f).presses, 0);
        CHECK_EQUAL (window.counts (XK_f).releases, 0);
    }
}

void addWindowKeyTests (Suite& suite, const std::string& bundle)
{
    suite.add ("keys that the page does not use go to the host", [bundle] { unusedKeysGoToTheHost (bundle); });
}

} // namespace tiller::test
