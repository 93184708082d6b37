#include "tiller/editor/PluginEditor.h"

namespace tiller
{

juce::AudioProcessorEditor* PluginProcessor::createEditor()
{
    return new PluginEditor (*this);
}

namespace
{
    constexpr int minWidth = 900, minHeight = 600, maxWidth = 4000, maxHeight = 3000;
}

PluginEditor::PluginEditor (PluginProcessor& p) : AudioProcessorEditor (p), tillerProcessor (p), nativePage (p)
{
    setOpaque (true);
    addAndMakeVisible (nativePage);
    nativePage.onReopen = [this] { requestPage(); };
    tillerProcessor.addChangeListener (this);

    const auto size = tillerProcessor.windowSize();
    setResizable (true, false);
    setResizeLimits (minWidth, minHeight, maxWidth, maxHeight);
    setSize (juce::jlimit (minWidth, maxWidth, size.x), juce::jlimit (minHeight, maxHeight, size.y));
}

PluginEditor::~PluginEditor()
{
    tillerProcessor.removeChangeListener (this);
    tillerProcessor.closeInterface();
}

void PluginEditor::resized()
{
    nativePage.setBounds (getLocalBounds());

    if (page)
        page->setBounds (getLocalBounds());

    tillerProcessor.setWindowSize (getWidth(), getHeight());
}

/** The page needs a native window: JUCE's LV2 build step makes an editor without one. */
void PluginEditor::parentHierarchyChanged()
{
    if (getPeer() != nullptr && ! pageRequested && WebView::isAvailable())
        requestPage();
}

void PluginEditor::requestPage()
{
    pageRequested = true;
    nativePage.setMessage ({});
    tillerProcessor.openInterface();
    showPage();
}

void PluginEditor::changeListenerCallback (juce::ChangeBroadcaster*)
{
    showPage();
}

/** Shows the page once its address is known, and again when a new engine serves it at another. */
void PluginEditor::showPage()
{
    const auto& address = tillerProcessor.engine().interfaceAddress;

    if (! pageRequested || getPeer() == nullptr || address == pageAddress)
        return;

    page.reset();
    nativePage.setVisible (true);
    pageAddress = address;

    if (address.empty())
        return;

    page = WebView::create (address);
    page->onReady = [this] { nativePage.setVisible (false); };
    page->onClosed = [this] (const juce::String& reason) { pageClosed (reason); };
    page->setBounds (getLocalBounds());
    addAndMakeVisible (*page);
}

void PluginEditor::pageClosed (const juce::String& reason)
{
    pageRequested = false;
    pageAddress.clear();
    nativePage.setVisible (true);
    nativePage.setMessage ("The page cannot be shown here: " + reason + ". The sound goes on.");
    page.reset();
}

} // namespace tiller
