#pragma once

#include "tiller/plugin/PluginProcessor.h"
#include "tiller/plugin/PresetList.h"

#include <juce_gui_basics/juce_gui_basics.h>

namespace tiller
{

/**
    What the window shows where the engine's page cannot be: how the engine is, levels, the presets, and a way to open
    the page in the browser. [main-thread]
*/
class NativePage final : public juce::Component, private juce::Timer
{
public:
    explicit NativePage (PluginProcessor&);

    /** Says above everything else why the page is not here; empty for nothing. */
    void setNote (const juce::String&);

    /** Called when the player wants the page in this window again. */
    std::function<void()> onReopen;

    void paint (juce::Graphics&) override;
    void resized() override;

private:
    void timerCallback() override;
    void refreshPresets();
    void openInBrowser();
    juce::String describeEngine() const;
    void paintMeter (juce::Graphics&, juce::Rectangle<int>, const juce::String& label, float decibels) const;

    PluginProcessor& processor;
    juce::String note;
    std::string presetsShown;
    std::vector<PresetEntry> presetEntries;
    bool browserWanted = false;
    juce::ComboBox presets;
    juce::TextButton browser { "Open in browser" }, reopen { "Show here" }, retry { "Start the engine now" };
};

} // namespace tiller
