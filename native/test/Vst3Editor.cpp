// The plugin's window in the headless host.

#include "Vst3Internals.h"

#include <chrono>
#include <thread>

namespace tiller::test
{

namespace
{
   #if defined (_WIN32)
    const FIDString windowType = kPlatformTypeHWND;
   #else
    const FIDString windowType = kPlatformTypeX11EmbedWindowID;
   #endif
}

bool Vst3Instance::openEditor (std::uintptr_t parent)
{
    in->view = owned (in->controller->createView (Vst::ViewType::kEditor));

    if (! in->view)
        return false;

    in->view->setFrame (&in->frame);
    return in->view->attached (reinterpret_cast<void*> (parent), windowType) == kResultTrue;
}

void Vst3Instance::runEditor (double seconds)
{
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double> (seconds);

    do
    {
       #if defined (_WIN32)
        Vst3Module::handleMessages();
        std::this_thread::sleep_for (std::chrono::milliseconds (10));
       #else
        in->frame.runLoop.run (10);
       #endif
    }
    while (std::chrono::steady_clock::now() < end);
}

bool Vst3Instance::resizeEditor (int width, int height)
{
    ViewRect size (0, 0, width, height);
    return in->view->canResize() == kResultTrue && in->view->checkSizeConstraint (&size) == kResultTrue && size.getWidth() == width
           && size.getHeight() == height && in->view->onSize (&size) == kResultTrue;
}

std::pair<int, int> Vst3Instance::editorSize() const
{
    ViewRect size;
    in->view->getSize (&size);
    return { size.getWidth(), size.getHeight() };
}

void Vst3Instance::closeEditor()
{
    if (! in->view)
        return;

    in->view->setFrame (nullptr);
    in->view->removed();
    in->view = nullptr;
}

} // namespace tiller::test
