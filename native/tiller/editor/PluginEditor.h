#pragma once

#include "tiller/editor/NativePage.h"
#include "tiller/plugin/PluginProcessor.h"
#include "tiller/editor/WebView.h"

namespace tiller
{

/** The plugin's window: the engine's page in a web view where that is possible, else the native page. [main-thread] */
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
    void requestPage();
    void showPage();
    void pageClosed (const juce::String& reason);

    PluginProcessor& tillerProcessor;
    NativePage nativePage;
    std::unique_ptr<WebView> page;
    std::string pageAddress;    ///< of `page`
    bool pageRequested = false;
};

} // namespace tiller
