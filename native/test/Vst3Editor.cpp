// The plugin's window in the headless host.

#include "Vst3Internals.h"

#include <chrono>

namespace tiller::test
{

bool Vst3Instance::openEditor (unsigned long parent)
{
    in->view = owned (in->controller->createView (Vst::ViewType::kEditor));

    if (! in->view)
        return false;

    in->view->setFrame (&in->frame);
    return in->view->attached (reinterpret_cast<void*> (parent), kPlatformTypeX11EmbedWindowID) == kResultTrue;
}

void Vst3Instance::runEditor (double seconds)
{
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double> (seconds);

    do
        in->frame.runLoop.run (10);
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
