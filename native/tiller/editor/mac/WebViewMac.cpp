#if defined (__APPLE__)

#include "tiller/editor/WebView.h"

#include <juce_gui_extra/juce_gui_extra.h>

namespace tiller
{

namespace
{
    /** WKWebView. */
    class SystemWebView final : public WebView
    {
    public:
        explicit SystemWebView (const std::string& address) : page (*this)
        {
            addAndMakeVisible (page);
            page.goToURL (juce::String (address));
        }

        void resized() override { page.setBounds (getLocalBounds()); }

    private:
        struct Page final : juce::WebBrowserComponent
        {
            explicit Page (SystemWebView& o) : owner (o) {}

            void pageFinishedLoading (const juce::String&) override
            {
                if (auto callback = std::exchange (owner.onReady, nullptr))
                    callback();
            }

            void newWindowAttemptingToLoad (const juce::String& address) override { juce::URL (address).launchInDefaultBrowser(); }

            SystemWebView& owner;
        };

        Page page;
    };
}

/** It is part of every system that the plugin runs on. */
bool WebView::isAvailable() { return true; }

std::unique_ptr<WebView> WebView::create (const std::string& address)
{
    return std::make_unique<SystemWebView> (address);
}

} // namespace tiller

#endif
