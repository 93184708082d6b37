#if defined (__linux__)

#include "tiller/editor/linux/XEmbedSafety.h"

// Last: Xlib's macros would break other headers.
#include <X11/Xlib.h>

namespace tiller
{

namespace
{
    int users = 0;
    XErrorHandler previousHandler = nullptr;

    int handleError (Display* display, XErrorEvent* error)
    {
        const auto code = error->error_code;

        if (code == BadWindow || code == BadDrawable || code == BadMatch || previousHandler == nullptr)
            return 0;

        return previousHandler (display, error);
    }
}

ScopedXErrorHandler::ScopedXErrorHandler()
{
    if (users++ == 0)
        previousHandler = XSetErrorHandler (handleError);
}

ScopedXErrorHandler::~ScopedXErrorHandler()
{
    if (--users > 0)
        return;

    // Where the host has set a handler since, it is put back.
    if (auto* present = XSetErrorHandler (previousHandler); present != handleError)
        XSetErrorHandler (present);
}

DeferredEmbedDeleter::DeferredEmbedDeleter (std::unique_ptr<juce::XEmbedComponent> c) : component (std::move (c))
{
    component->removeClient();

    if (auto* parent = component->getParentComponent())
        parent->removeChildComponent (component.get());

    startTimer (1000);
}

} // namespace tiller

#endif
