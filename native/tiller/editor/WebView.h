#pragma once

#include <juce_gui_basics/juce_gui_basics.h>

#include <functional>
#include <memory>
#include <string>

namespace tiller
{

/**
    The engine's page as a component: on Linux the embedded window of a helper program, elsewhere the system's web view.
    [main-thread]
*/
class WebView : public juce::Component
{
public:
    /** Whether a page can be shown in the plugin's window on this machine. */
    static bool isAvailable();

    /** Shows the page at `address`, a loopback URL with its token. The parent of the component must have a peer. */
    static std::unique_ptr<WebView> create (const std::string& address);

    /** Called once when the page is visible. */
    std::function<void()> onReady;

    /** Called once when the page has failed; the component is empty then, and may be deleted in the call. */
    std::function<void (juce::String reason)> onClosed;
};

} // namespace tiller
