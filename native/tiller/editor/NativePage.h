#pragma once

#include "tiller/plugin/PluginProcessor.h"
#include "tiller/plugin/PresetList.h"

#include <juce_gui_basics/juce_gui_basics.h>

namespace tiller
{

/**
    What the window shows while the engine's page cannot be shown: the state of the engine, levels, presets, and a button that
    opens the page in the browser. [main-thread]
*/
class NativePage final : public juce::Component, private juce::Timer
{
public:
    explicit NativePage (PluginProcessor&);

    /** Shows why the page is not here; empty for no message. */
    void setMessage (const juce::String&);

    /** Called when the user asks for the page in this window again. */
    std::function<void()> onReopen;

    void paint (juce::Graphics&) override;
    void resized() override;

private:
    void timerCallback() override;
    void refreshPresets();
    void openInBrowser();
    void refreshLatency();
    juce::String describeEngine() const;
    void paintMeter (juce::Graphics&, juce::Rectangle<int>, const juce::String& label, float decibels) const;

    PluginProcessor& processor;
    juce::String message;
    std::string presetsShown;   ///< the JSON that `presets` was filled from
    std::vector<PresetEntry> presetEntries;
    bool browserWanted = false;
    juce::ComboBox presets, latency;
    float latencyShown = -1.0f; ///< the fixed latency that `latency` was filled for, in milliseconds
    juce::TextButton browser { "Open in browser" }, reopen { "Show here" }, retry { "Start the engine now" };
};

} // namespace tiller
