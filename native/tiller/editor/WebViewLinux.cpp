#if defined (__linux__)

#include "tiller/editor/WebView.h"

#include "tiller/process/ChildProcess.h"
#include "tiller/plugin/EngineLocation.h"

#include <juce_gui_extra/juce_gui_extra.h>

#include <X11/Xlib.h>
#include <csignal>
#include <pthread.h>

namespace tiller
{

namespace
{
    constexpr int pollHz = 20;
    /** A window may be lost so often before the player is told. */
    constexpr int mostLosses = 3;
    /** The helper opens its window within this time, or something is wrong. */
    constexpr juce::uint32 openingMilliseconds = 15000;

    /**
        Ignores what X11 says about windows that are gone, while a web view is open. The helper may die at any moment,
        JUCE then still speaks to its window, and Xlib's own answer to that is to end the host.
    */
    class DeadWindowGuard
    {
    public:
        DeadWindowGuard()
        {
            if (users++ == 0)
                before = XSetErrorHandler (handle);
        }

        ~DeadWindowGuard()
        {
            if (--users > 0)
                return;

            // Somebody may have set a handler of his own since: it stays.
            if (auto* present = XSetErrorHandler (before); present != handle)
                XSetErrorHandler (present);
        }

    private:
        static int handle (Display* display, XErrorEvent* error)
        {
            const auto code = error->error_code;

            if (code == BadWindow || code == BadDrawable || code == BadMatch || before == nullptr)
                return 0;

            return before (display, error);
        }

        static inline int users = 0;
        static inline XErrorHandler before = nullptr;
    };

    /**
        Keeps an embedding component alive for a while after its end. JUCE 7.0.5 answers an event of the embedded window
        with a message to itself that it does not take back when it is deleted; a window that is closed while it opens
        would end the host. Deletes itself, at the latest when the last plugin of the process has gone.
    */
    class Afterlife final : private juce::Timer, private juce::DeletedAtShutdown
    {
    public:
        explicit Afterlife (std::unique_ptr<juce::XEmbedComponent> c) : component (std::move (c))
        {
            component->removeClient();

            if (auto* parent = component->getParentComponent())
                parent->removeChildComponent (component.get());

            startTimer (1000);
        }

    private:
        void timerCallback() override { delete this; }

        DeadWindowGuard guard;
        std::unique_ptr<juce::XEmbedComponent> component;
    };

    /** Makes a write to a dead helper an error of the write: its signal would end the host. */
    class NoPipeSignal
    {
    public:
        NoPipeSignal()
        {
            sigemptyset (&pipeSignal);
            sigaddset (&pipeSignal, SIGPIPE);
            pthread_sigmask (SIG_BLOCK, &pipeSignal, &before);
        }

        ~NoPipeSignal()
        {
            const timespec now {};

            while (sigtimedwait (&pipeSignal, nullptr, &now) > 0) {}

            pthread_sigmask (SIG_SETMASK, &before, nullptr);
        }

    private:
        sigset_t pipeSignal, before;
    };

    class HelperWebView final : public WebView, private juce::Timer
    {
    public:
        explicit HelperWebView (const std::string& a) : address (a)
        {
            start();
            startTimerHz (pollHz);
        }

        ~HelperWebView() override
        {
            stopTimer();
            drop();
        }

        void resized() override
        {
            if (embedded)
                embedded->setBounds (getLocalBounds());
        }

    private:
        void start()
        {
            // JUCE ends its message thread when a host brings its own loop: the helper must not end with that.
            helper = ChildProcess::start ({ findWebViewHelper().getFullPathName().toStdString() }, ChildProcess::Orphan::leftToItself, problem);
            opened = juce::Time::getMillisecondCounter();
            heard.clear();

            if (helper)
            {
                const NoPipeSignal noSignal;
                const auto line = address + "\n";
                helper->write (reinterpret_cast<const std::uint8_t*> (line.data()), line.size());
            }
        }

        /**
            True where the helper lost its window and another was started. X gives the identifiers of a window that has gone to
            the next program: late news of a page that was closed a moment ago makes JUCE let go of the one that is there now.
        */
        bool startAgain()
        {
            if (heard.find ("taken") == std::string::npos || ++losses > mostLosses)
                return false;

            drop();
            start();
            return true;
        }

        void timerCallback() override
        {
            if (! helper)
            {
                gone (problem);
                return;
            }

            std::uint8_t bytes[256];
            const auto count = helper->read (bytes, sizeof (bytes));
            helper->lastWords();

            if (count < 0)
            {
                if (startAgain())
                    return;

                const auto how = helper->end();
                gone (how + " " + helper->lastWords());
                return;
            }

            heard.append (reinterpret_cast<const char*> (bytes), static_cast<std::size_t> (count));

            if (! embedded && ! embed() && juce::Time::getMillisecondCounter() - opened > openingMilliseconds)
                gone ("it did not open a window");
        }

        bool embed()
        {
            unsigned long window = 0;

            if (heard.find ('\n') == std::string::npos || std::sscanf (heard.c_str(), "window %lu", &window) != 1)
                return false;

            embedded = std::make_unique<juce::XEmbedComponent> (window, true, false);
            addAndMakeVisible (*embedded);
            resized();

            if (onReady)
                onReady();

            return true;
        }

        void drop()
        {
            if (embedded)
                new Afterlife (std::move (embedded));

            helper.reset();
        }

        void gone (const std::string& reason)
        {
            stopTimer();
            drop();

            if (auto tell = std::exchange (onGone, nullptr))
                tell (juce::String::fromUTF8 (reason.c_str()).trim());
        }

        DeadWindowGuard guard;
        std::unique_ptr<ChildProcess> helper;
        std::unique_ptr<juce::XEmbedComponent> embedded;
        const std::string address;
        std::string problem, heard;
        juce::uint32 opened = 0;
        int losses = 0;
    };
}

bool WebView::isAvailable()
{
    return findWebViewHelper().existsAsFile() && juce::SystemStats::getEnvironmentVariable ("DISPLAY", {}).isNotEmpty();
}

std::unique_ptr<WebView> WebView::create (const std::string& address)
{
    return std::make_unique<HelperWebView> (address);
}

} // namespace tiller

#endif
