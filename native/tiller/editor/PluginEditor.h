#pragma once

#include "tiller/editor/NativePage.h"
#include "tiller/plugin/PluginProcessor.h"
#include "tiller/editor/WebView.h"

namespace tiller
{

/** The plugin's window: the engine's page where a web view can show it, else the native page. [main-thread] */
class PluginEditor final : public juce::AudioProcessorEditor, private juce::ChangeListener
{
public:
    explicit PluginEditor (PluginProcessor&);
    ~PluginEditor() override;

    void paint (juce::Graphics&) override {}
    void resized() override;
    void parentHierarchyChanged() override;

private:
    void changeListenerCallback (juce::ChangeBroadcaster*) override;
    void wantPage();
    void showPage();
    void pageIsGone (const juce::String& reason);

    PluginProcessor& tiller;
    NativePage nativePage;
    std::unique_ptr<WebView> page;
    std::string pageAddress;
    bool pageWanted = false;
};

} // namespace tiller
