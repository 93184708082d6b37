#if defined (_WIN32)

#include "tiller/editor/WebView.h"

#include <juce_gui_extra/juce_gui_extra.h>

#if TILLER_WEBVIEW2
 #include "tiller/editor/windows/ComCallback.h"
 #include "tiller/editor/windows/ComPointer.h"
 #include "tiller/process/windows/SystemHeaders.h"

 #include <WebView2.h>
 #include <objbase.h>
#endif

namespace tiller
{

#if TILLER_WEBVIEW2

namespace
{
    template <typename Interface, typename... Arguments, typename Function>
    ComPointer<Interface> callback (Function function)
    {
        return ComPointer<Interface> (new ComCallback<Interface, Function, Arguments...> (std::move (function)));
    }

    /** A text that the system has allocated. */
    struct SystemText
    {
        ~SystemText() { CoTaskMemFree (text); }

        LPWSTR text = nullptr;
    };

    /** Folder of WebView2's own files, apart from every other program's. The uninstaller removes it. */
    juce::String dataFolder()
    {
        const auto local = juce::File::getSpecialLocation (juce::File::windowsLocalAppData);
        return local.getChildFile ("tiller\\Cache\\WebView2").getFullPathName();
    }

    /** A window in the plugin's, for the page's. JUCE destroys it. */
    HWND makeWindow()
    {
        // It becomes a child when JUCE gives it its parent.
        return CreateWindowExW (WS_EX_TOOLWINDOW, L"STATIC", L"", WS_POPUP | WS_CLIPCHILDREN | WS_CLIPSIBLINGS, 0, 0, 8, 8, nullptr, nullptr, nullptr, nullptr);
    }

    /**
        Microsoft's WebView2. What it calls back may come after this object: each callback holds a `WeakReference`. All of them come
        on the thread that made it.
    */
    class WebView2Page final : public WebView
    {
    public:
        explicit WebView2Page (const std::string& pageAddress) : address (pageAddress), window (makeWindow())
        {
            host.setHWND (window);
            addAndMakeVisible (host);
            const auto made = callback<ICoreWebView2CreateCoreWebView2EnvironmentCompletedHandler, HRESULT, ICoreWebView2Environment*> (
                [self = juce::WeakReference<WebView2Page> (this)] (HRESULT result, ICoreWebView2Environment* environment)
                {
                    if (self != nullptr)
                        self->createController (result, environment);

                    return S_OK;
                });
            const auto result = CreateCoreWebView2EnvironmentWithOptions (nullptr, dataFolder().toWideCharPointer(), nullptr, made.get());

            // Its owner sets `onClosed` after this.
            if (FAILED (result))
                juce::MessageManager::callAsync ([self = juce::WeakReference<WebView2Page> (this), result]
                {
                    if (self != nullptr)
                        self->fail (result);
                });
        }

        ~WebView2Page() override
        {
            masterReference.clear();

            if (controller)
                controller->Close();
        }

        void resized() override
        {
            host.setBounds (getLocalBounds());
            fillWindow();
        }

        void visibilityChanged() override
        {
            if (controller)
                controller->put_IsVisible (isVisible() ? TRUE : FALSE);
        }

    private:
        void createController (HRESULT result, ICoreWebView2Environment* environment)
        {
            if (FAILED (result) || environment == nullptr)
                return fail (result);

            const auto made = callback<ICoreWebView2CreateCoreWebView2ControllerCompletedHandler, HRESULT, ICoreWebView2Controller*> (
                [self = juce::WeakReference<WebView2Page> (this)] (HRESULT outcome, ICoreWebView2Controller* object)
                {
                    if (self != nullptr)
                        self->show (outcome, object);
                    else if (object != nullptr)
                        object->Close();

                    return S_OK;
                });

            if (const auto outcome = environment->CreateCoreWebView2Controller (window, made.get()); FAILED (outcome))
                fail (outcome);
        }

        void show (HRESULT result, ICoreWebView2Controller* object)
        {
            if (FAILED (result) || object == nullptr)
                return fail (result);

            controller = ComPointer<ICoreWebView2Controller>::to (object);

            if (const auto outcome = controller->get_CoreWebView2 (page.put()); FAILED (outcome) || ! page)
                return fail (outcome);

            ComPointer<ICoreWebView2Settings> settings;

            if (SUCCEEDED (page->get_Settings (settings.put())) && settings)
            {
                settings->put_IsStatusBarEnabled (FALSE);
                settings->put_AreDevToolsEnabled (FALSE);
            }

            listen();
            fillWindow();
            visibilityChanged();

            if (const auto outcome = page->Navigate (juce::String (address).toWideCharPointer()); FAILED (outcome))
                fail (outcome);
        }

        void listen()
        {
            const juce::WeakReference<WebView2Page> self (this);
            EventRegistrationToken token {};
            const auto loaded = callback<ICoreWebView2NavigationCompletedEventHandler, ICoreWebView2*, ICoreWebView2NavigationCompletedEventArgs*> (
                [self] (ICoreWebView2*, ICoreWebView2NavigationCompletedEventArgs* event)
                {
                    BOOL success = FALSE;
                    event->get_IsSuccess (&success);

                    if (self != nullptr)
                        self->finishLoading (success != FALSE);

                    return S_OK;
                });
            page->add_NavigationCompleted (loaded.get(), &token);

            // Links of the page, to the manual for example, are for the player's browser.
            const auto opened = callback<ICoreWebView2NewWindowRequestedEventHandler, ICoreWebView2*, ICoreWebView2NewWindowRequestedEventArgs*> (
                [] (ICoreWebView2*, ICoreWebView2NewWindowRequestedEventArgs* event)
                {
                    SystemText target;
                    event->get_Uri (&target.text);
                    event->put_Handled (TRUE);
                    juce::URL (juce::String (target.text)).launchInDefaultBrowser();
                    return S_OK;
                });
            page->add_NewWindowRequested (opened.get(), &token);

            const auto failed = callback<ICoreWebView2ProcessFailedEventHandler, ICoreWebView2*, ICoreWebView2ProcessFailedEventArgs*> (
                [self] (ICoreWebView2*, ICoreWebView2ProcessFailedEventArgs*)
                {
                    if (self != nullptr)
                        self->close ("the page’s process has ended");

                    return S_OK;
                });
            page->add_ProcessFailed (failed.get(), &token);
        }

        void finishLoading (bool success)
        {
            if (! success)
                return close ("the page did not load");

            if (const auto ready = std::exchange (onReady, nullptr))
                ready();
        }

        /** The page's window is as large as that around it, in the pixels of the screen. */
        void fillWindow()
        {
            RECT area {};

            if (! controller || ! GetClientRect (window, &area))
                return;

            controller->put_Bounds (area);
            controller->NotifyParentWindowPositionChanged();
        }

        void fail (HRESULT result)
        {
            close ("WebView2 did not start (0x" + juce::String::toHexString (static_cast<int> (result)) + ")");
        }

        /** May end this object. */
        void close (const juce::String& reason)
        {
            if (const auto closed = std::exchange (onClosed, nullptr))
                closed (reason);
        }

        const std::string address;
        const HWND window;
        juce::HWNDComponent host;
        ComPointer<ICoreWebView2Controller> controller;
        ComPointer<ICoreWebView2> page;

        JUCE_DECLARE_WEAK_REFERENCEABLE (WebView2Page)
    };
}

/** The runtime is part of Windows 11; on Windows 10 it may be missing. */
bool WebView::isAvailable()
{
    SystemText version;
    return SUCCEEDED (GetAvailableCoreWebView2BrowserVersionString (nullptr, &version.text)) && version.text != nullptr;
}

std::unique_ptr<WebView> WebView::create (const std::string& address)
{
    return std::make_unique<WebView2Page> (address);
}

#else

/** Built without WebView2: the window is the native page. */
bool WebView::isAvailable() { return false; }

std::unique_ptr<WebView> WebView::create (const std::string&) { return nullptr; }

#endif

} // namespace tiller

#endif
