#pragma once

#include <juce_gui_basics/juce_gui_basics.h>

#include <functional>
#include <memory>
#include <string>

namespace tiller
{

/**
    The engine's page as a component. On Linux it is the window of a helper program, elsewhere the system's web view.
    [main-thread]
*/
class WebView : public juce::Component
{
public:
    /** Whether this machine can show a page in the plugin's window at all. */
    static bool isAvailable();

    /** Shows the page at `address`, a loopback address with its token. The component needs a peer by then. */
    static std::unique_ptr<WebView> create (const std::string& address);

    /** Called once when the page can be seen. */
    std::function<void()> onReady;

    /** Called once when the page has died; the component shows nothing any more. It may be deleted there. */
    std::function<void (juce::String reason)> onGone;
};

} // namespace tiller
