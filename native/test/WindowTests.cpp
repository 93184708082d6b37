// The plugin's window on an X11 display with a window manager, with the packed engine and its page.

#include "WindowFixture.h"
#include "WindowTests.h"

#include "tiller/process/ChildProcess.h"

#include <csignal>
#include <cstdlib>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace tiller::test;

namespace
{

std::string bundle;

void thePageIsShown()
{
    HostWindow window;
    Vst3Instance plugin (bundle);
    plugin.activate ({});
    CHECK (plugin.openEditor (window.id()));
    CHECK (plugin.editorSize() == std::make_pair (width, height));
    CHECK (until (plugin, patience, [&] { return window.pageColours() > minColours; }), window.pageColours(), " colours, ", helpers().size(), " helpers");
    CHECK (! plugin.resizeEditor (800, 500), "smaller than the minimum size");
    CHECK (plugin.resizeEditor (1100, 700));
    plugin.runEditor (0.5);
    plugin.closeEditor();
    CHECK (helpers().empty(), "the helper still runs after its window was closed");

    // The size is kept.
    CHECK (plugin.openEditor (window.id()));
    CHECK (plugin.editorSize() == std::make_pair (1100, 700));
    plugin.closeEditor();
}

void survivesTheDeathOfTheHelper()
{
    HostWindow window;
    Vst3Instance plugin (bundle);
    plugin.activate ({});

    for (int i = 0; i < 5; ++i)
    {
        CHECK (plugin.openEditor (window.id()));
        CHECK (until (plugin, patience, [&] { return window.pageColours() > minColours; }));
        kill (helpers().at (0), SIGKILL);
        CHECK (until (plugin, patience, [&] { return helpers().empty() && window.page() == 0; }));
        plugin.runEditor (0.3);
        plugin.closeEditor();
    }
}

void aNewEngineBringsANewPage()
{
    HostWindow window;
    Vst3Instance plugin (bundle);
    const auto before = openPage (plugin, window);

    for (const auto pid : engineProcesses())
        if (pid != before)
            kill (pid, SIGKILL);

    CHECK (until (plugin, patience, [&] { return anotherHelperThan (before) && window.pageColours() > minColours; }), "no new page for the new engine");
}

/** What a late X11 event about an earlier window with the same identifier does to the present page. */
void anUnembeddedPageIsShownAgain()
{
    HostWindow window;
    Vst3Instance plugin (bundle);
    const auto before = openPage (plugin, window);
    XReparentWindow (HostWindow::display, window.page(), DefaultRootWindow (HostWindow::display), 0, 0);
    XFlush (HostWindow::display);
    CHECK (until (plugin, patience, [&] { return anotherHelperThan (before) && window.pageColours() > minColours; }), "no new page: ", helpers().size(), " helpers, another one: ",
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
        // Closed at every stage of opening, and every tenth time when the page is visible.
        if (i % 10 == 9)
            CHECK (until (plugin, patience, [&] { return window.pageColours() > minColours; }), "opening ", i, ": ", helpers().size(), " helpers, window ", window.page(),
                   ", ", window.pageColours(), " colours");
        else
            plugin.runEditor (0.05 * (i % 10));

        plugin.closeEditor();
    }

    CHECK (helpers().empty());
}

/** Without a loopback interface the window showed WebKit's error, black on black; the plugin shows its native page where the helper ends. */
void aPageThatDoesNotLoadEndsTheHelper()
{
    std::string error;
    const auto helper = tiller::ChildProcess::start ({ bundle + "/Contents/Resources/engine/tiller-webview" }, tiller::ChildProcess::OnHostDeath::kill, error);
    CHECK (helper != nullptr, error);
    // A port that is taken, on which nobody listens.
    const int taken = socket (AF_INET, SOCK_STREAM, 0);
    sockaddr_in loopback {};
    loopback.sin_family = AF_INET;
    loopback.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
    socklen_t length = sizeof (loopback);
    CHECK (bind (taken, reinterpret_cast<sockaddr*> (&loopback), length) == 0 && getsockname (taken, reinterpret_cast<sockaddr*> (&loopback), &length) == 0);
    const std::string address = "http://127.0.0.1:" + std::to_string (ntohs (loopback.sin_port)) + "/\n";
    helper->write (reinterpret_cast<const std::uint8_t*> (address.data()), address.size());
    std::uint8_t bytes[256];
    CHECK (eventually (patience, [&] { helper->stderrTail(); return helper->read (bytes, sizeof (bytes)) < 0; }), "it shows a page");
    close (taken);
    const auto ending = helper->terminate();
    CHECK (ending.find ('4') != std::string::npos, ending);
    CHECK (helper->stderrTail().find ("could not be loaded") != std::string::npos, helper->stderrTail());
}

} // namespace

namespace
{

/** Errors on the tests' own connection are ignored, since they look at windows that may be gone; any other would end a host. */
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
    addWindowKeyTests (suite, bundle);
    suite.add ("the page is shown", thePageIsShown);
    suite.add ("survives the death of the helper", survivesTheDeathOfTheHelper);
    suite.add ("a new engine brings a new page", aNewEngineBringsANewPage);
    suite.add ("a page that does not load ends the helper", aPageThatDoesNotLoadEndsTheHelper);
    suite.add ("an unembedded page is shown again", anUnembeddedPageIsShownAgain);
    suite.add ("a hundred openings and closings", [] { openingAndClosing (100); });
    return suite.run (count > 2 ? arguments[2] : "");
}
