#include "tiller/editor/PluginEditor.h"

namespace tiller
{

namespace
{
    constexpr int minWidth = 900, minHeight = 600, maxWidth = 4000, maxHeight = 3000;
}

PluginEditor::PluginEditor (PluginProcessor& p) : AudioProcessorEditor (p), tiller (p), nativePage (p)
{
    setOpaque (true);
    addAndMakeVisible (nativePage);
    nativePage.onReopen = [this] { wantPage(); };
    tiller.addChangeListener (this);

    const auto size = tiller.windowSize();
    setResizable (true, false);
    setResizeLimits (minWidth, minHeight, maxWidth, maxHeight);
    setSize (juce::jlimit (minWidth, maxWidth, size.x), juce::jlimit (minHeight, maxHeight, size.y));
}

PluginEditor::~PluginEditor()
{
    tiller.removeChangeListener (this);
}

void PluginEditor::resized()
{
    nativePage.setBounds (getLocalBounds());

    if (page)
        page->setBounds (getLocalBounds());

    tiller.setWindowSize (getWidth(), getHeight());
}

/** Only a window on a screen can hold the page: some builds make an editor without one. */
void PluginEditor::parentHierarchyChanged()
{
    if (getPeer() != nullptr && ! pageWanted && WebView::isAvailable())
        wantPage();
}

void PluginEditor::wantPage()
{
    pageWanted = true;
    nativePage.setNote ({});
    tiller.openInterface();
    showPage();
}

void PluginEditor::changeListenerCallback (juce::ChangeBroadcaster*)
{
    showPage();
}

/** Shows the page once the engine has told its address, and anew where a new engine has told another. */
void PluginEditor::showPage()
{
    const auto& address = tiller.engineView().interfaceAddress;

    if (! pageWanted || getPeer() == nullptr || address == pageAddress)
        return;

    page.reset();
    nativePage.setVisible (true);
    pageAddress = address;

    if (address.empty())
        return;

    page = WebView::create (address);
    page->onReady = [this] { nativePage.setVisible (false); };
    page->onGone = [this] (const juce::String& reason) { pageIsGone (reason); };
    page->setBounds (getLocalBounds());
    addAndMakeVisible (*page);
}

void PluginEditor::pageIsGone (const juce::String& reason)
{
    pageWanted = false;
    pageAddress.clear();
    nativePage.setVisible (true);
    nativePage.setNote ("The page cannot be shown here: " + reason + ". The sound goes on.");
    page.reset();
}

} // namespace tiller
