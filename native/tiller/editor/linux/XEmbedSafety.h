#pragma once

#include <juce_gui_extra/juce_gui_extra.h>

#include <memory>

namespace tiller
{

/**
    Ignores X11 errors about windows that no longer exist, for as long as any of these exists. The helper process may end at any
    moment; JUCE then still uses its window, and Xlib's default error handler would end the host. [main-thread]
*/
class ScopedXErrorHandler
{
public:
    ScopedXErrorHandler();
    ~ScopedXErrorHandler();

    ScopedXErrorHandler (const ScopedXErrorHandler&) = delete;
    ScopedXErrorHandler& operator= (const ScopedXErrorHandler&) = delete;
};

/**
    Deletes an embedding component one second later. JUCE 7.0.5 answers events of the embedded window with a message to the
    component that it does not cancel when the component is deleted; closing a window while it opens would crash the host.
    Deletes itself, at the latest when the last plugin of the process is unloaded. [main-thread]
*/
class DeferredEmbedDeleter final : private juce::Timer, private juce::DeletedAtShutdown
{
public:
    explicit DeferredEmbedDeleter (std::unique_ptr<juce::XEmbedComponent>);

private:
    void timerCallback() override { delete this; }

    ScopedXErrorHandler errorHandler;
    std::unique_ptr<juce::XEmbedComponent> component;
};

} // namespace tiller
