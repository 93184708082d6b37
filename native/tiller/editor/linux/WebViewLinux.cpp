#if defined (__linux__)

#include "tiller/editor/WebView.h"

#include "tiller/editor/linux/XEmbedSafety.h"
#include "tiller/plugin/EngineLocation.h"
#include "tiller/process/ChildProcess.h"
#include "tiller/process/Clock.h"
#include "tiller/process/Watchdog.h"
#include "tiller/process/posix/RetryOnInterrupt.h"

#include <juce_gui_extra/juce_gui_extra.h>

#include <csignal>
#include <ctime>
#include <pthread.h>

namespace tiller
{

namespace
{
    constexpr int pollHz = 20;
    /** The helper may lose its window this often before the page is reported as closed. */
    constexpr int maxRestarts = 3;
    /** Time limit for the helper to open its window, without the time in which it only waits for a processor. */
    constexpr std::chrono::seconds openTimeout { 15 };

    /** Makes a write to a helper that has ended fail with an error: SIGPIPE would end the host. */
    class ScopedSigpipeBlock
    {
    public:
        ScopedSigpipeBlock()
        {
            sigemptyset (&pipeSignal);
            sigaddset (&pipeSignal, SIGPIPE);
            pthread_sigmask (SIG_BLOCK, &pipeSignal, &before);
        }

        ~ScopedSigpipeBlock()
        {
            const timespec now {};

            // Takes a pending one before the signal is unblocked.
            while (retryOnInterrupt ([&] { return sigtimedwait (&pipeSignal, nullptr, &now); }) > 0) {}

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
            // Not killed with this thread: JUCE ends its message thread when a host provides a run loop.
            helper = ChildProcess::start ({ findWebViewHelper().getFullPathName().toStdString() }, ChildProcess::OnHostDeath::survive, startError);
            opening.end();
            lastPoll = Clock::now();
            output.clear();

            if (helper)
            {
                const ScopedSigpipeBlock sigpipeBlock;
                const auto line = address + "\n";
                helper->write (reinterpret_cast<const std::uint8_t*> (line.data()), line.size());
            }
        }

        /**
            True where the helper lost its window and was started again. X11 reuses window identifiers: a late event about a page
            that was closed a moment ago can make JUCE release the window of the present one.
        */
        bool restart()
        {
            if (output.find ("unembedded") == std::string::npos || ++restarts > maxRestarts)
                return false;

            drop();
            start();
            return true;
        }

        void timerCallback() override
        {
            if (! helper)
            {
                close (startError);
                return;
            }

            std::uint8_t bytes[256];
            const auto count = helper->read (bytes, sizeof (bytes));
            helper->stderrTail();

            if (count < 0)
            {
                if (restart())
                    return;

                const auto ending = helper->terminate();
                close (ending + " " + helper->stderrTail());
                return;
            }

            output.append (reinterpret_cast<const char*> (bytes), static_cast<std::size_t> (count));

            const auto now = Clock::now(), before = std::exchange (lastPoll, now);

            if (embedded || embed())
                return;

            opening.advance (now - before, [this] { return helper->activity (0); });

            if (opening.duration() > openTimeout)
                close ("it did not open a window");
        }

        bool embed()
        {
            unsigned long window = 0;

            if (output.find ('\n') == std::string::npos || std::sscanf (output.c_str(), "window %lu", &window) != 1)
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
                new DeferredEmbedDeleter (std::move (embedded));

            helper.reset();
        }

        void close (const std::string& reason)
        {
            stopTimer();
            drop();

            if (auto callback = std::exchange (onClosed, nullptr))
                callback (juce::String::fromUTF8 (reason.c_str()).trim());
        }

        ScopedXErrorHandler errorHandler;
        std::unique_ptr<ChildProcess> helper;
        std::unique_ptr<juce::XEmbedComponent> embedded;
        const std::string address;
        std::string startError;
        std::string output;         ///< of the helper: `window ID`, then `unembedded` where it lost that window
        Silence opening;            ///< of the helper until it has opened its window
        Clock::time_point lastPoll;
        int restarts = 0;
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
