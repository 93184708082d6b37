#include "tiller/editor/NativePage.h"

#include <algorithm>
#include <array>
#include <vector>

namespace tiller
{

namespace
{
    constexpr int refreshHz = 15;
    /** Offered for a fixed latency, in milliseconds; any other is chosen on the page. */
    constexpr std::array<int, 7> offeredLatencies { 20, 50, 100, 150, 200, 300, 500 };
    constexpr float meterFloorDb = -60.0f;
    const juce::Colour background { 0xff14161a }, textColour { 0xffe6e6e6 }, dimText { 0xff8f97a3 }, warning { 0xffe0a24a }, meterColour { 0xff4fb3a9 },
                       errorColour { 0xffe0604a };
}

NativePage::NativePage (PluginProcessor& p) : processor (p)
{
    setOpaque (true);
    presets.setTextWhenNothingSelected ("Presets");
    presets.setTextWhenNoChoicesAvailable ("No presets yet");
    presets.setTitle ("Presets");
    presets.onChange = [this]
    {
        const int selected = presets.getSelectedId() - 1;

        if (juce::isPositiveAndBelow (selected, static_cast<int> (presetEntries.size())))
            processor.loadPreset (presetEntries[static_cast<std::size_t> (selected)].id);
    };

    latency.setTitle ("Latency");
    latency.onChange = [this] { processor.fixLatency (static_cast<float> (latency.getSelectedId() - 1)); };

    browser.onClick = [this]
    {
        browserWanted = true;
        processor.openInterface();
        openInBrowser();
    };

    retry.onClick = [this] { processor.retryEngine(); };
    reopen.onClick = [this] { if (onReopen) onReopen(); };

    for (auto* child : std::initializer_list<juce::Component*> { &presets, &latency, &browser, &reopen, &retry })
        addAndMakeVisible (child);

    reopen.setVisible (false);
    startTimerHz (refreshHz);
    timerCallback();
}

void NativePage::setMessage (const juce::String& newMessage)
{
    message = newMessage;
    reopen.setVisible (message.isNotEmpty());
    repaint();
}

void NativePage::timerCallback()
{
    refreshPresets();
    refreshLatency();
    openInBrowser();
    retry.setVisible (processor.engine().phase == EnginePhase::restartPending);
    repaint();
}

void NativePage::openInBrowser()
{
    const auto& address = processor.engine().interfaceAddress;

    if (! browserWanted || address.empty())
        return;

    browserWanted = false;
    juce::URL (juce::String (address)).launchInDefaultBrowser();
}

/** The identifier of an item is its latency in milliseconds and one. */
void NativePage::refreshLatency()
{
    const float fixed = processor.fixedLatency();

    if (juce::approximatelyEqual (fixed, latencyShown))
        return;

    latencyShown = fixed;
    const int present = juce::roundToInt (fixed);
    std::vector<int> choices (offeredLatencies.begin(), offeredLatencies.end());

    if (present > 0 && std::find (choices.begin(), choices.end(), present) == choices.end())
        choices.insert (std::upper_bound (choices.begin(), choices.end(), present), present);

    latency.clear (juce::dontSendNotification);
    latency.addItem ("Latency follows the model", 1);

    for (const int milliseconds : choices)
        latency.addItem ("Latency fixed at " + juce::String (milliseconds) + " ms", milliseconds + 1);

    latency.setSelectedId (present + 1, juce::dontSendNotification);
}

void NativePage::refreshPresets()
{
    const auto& json = processor.engine().presetsJson;

    if (json == presetsShown)
        return;

    presetsShown = json;
    presets.clear (juce::dontSendNotification);
    presetEntries = parsePresetList (json);

    for (const auto& entry : presetEntries)
        presets.addItem (entry.name, presets.getNumItems() + 1);
}

juce::String NativePage::describeEngine() const
{
    const auto& engine = processor.engine();

    switch (engine.phase)
    {
        case EnginePhase::off:        return "The engine starts with the audio.";
        case EnginePhase::starting:   return "The engine is starting.";
        case EnginePhase::running:
            return "Engine " + juce::String (engine.version) + ", " + juce::String (juce::roundToInt (engine.status.load * 100.0f)) + " % of one core"
                   + (engine.modelName.empty() ? juce::String (", no model") : ", model " + juce::String::fromUTF8 (engine.modelName.c_str()));
        case EnginePhase::restartPending:
            return juce::String::fromUTF8 (engine.failure.c_str()) + (engine.failuresInARow > 1 ? " (" + juce::String (engine.failuresInARow) + " times in a row)" : "")
                   + ". It will be started again; the dry signal is heard meanwhile.";
    }

    return {};
}

void NativePage::paintMeter (juce::Graphics& g, juce::Rectangle<int> area, const juce::String& label, float decibels) const
{
    g.setColour (dimText);
    g.drawText (label, area.removeFromLeft (60), juce::Justification::centredLeft);
    const auto value = area.removeFromRight (80);
    const bool silent = ! (decibels > meterFloorDb);
    g.drawText (silent ? "silent" : juce::String (decibels, 1) + " dB", value, juce::Justification::centredRight);
    area.reduce (0, 5);
    g.setColour (background.brighter (0.1f));
    g.fillRect (area);
    g.setColour (decibels > 0.0f ? errorColour : meterColour);
    g.fillRect (area.withWidth (juce::roundToInt (juce::jlimit (0.0f, 1.0f, silent ? 0.0f : 1.0f - decibels / meterFloorDb) * (float) area.getWidth())));
}

void NativePage::paint (juce::Graphics& g)
{
    const auto& engine = processor.engine();
    g.fillAll (background);
    auto area = getLocalBounds().reduced (24);
    g.setColour (textColour);
    g.setFont (22.0f);
    g.drawText ("Tiller", area.removeFromTop (30), juce::Justification::centredLeft);
    g.setFont (14.0f);

    const auto line = [&] (const juce::String& text, juce::Colour colour)
    {
        if (text.isEmpty())
            return;

        g.setColour (colour);
        g.drawFittedText (text, area.removeFromTop (44), juce::Justification::topLeft, 3);
    };

    line (describeEngine(), engine.phase == EnginePhase::restartPending ? errorColour : textColour);
    line (processor.stateError(), errorColour);
    line (juce::String::fromUTF8 (engine.presetError.c_str()), errorColour);
    line (juce::String::fromUTF8 (engine.notice.c_str()), engine.noticeLevel == protocol::NoticeLevel::info ? dimText : warning);
    line (juce::String::fromUTF8 (engine.renderWarning.c_str()), errorColour);
    line (message, warning);

    if (const float needed = processor.neededLatency(), fixed = processor.fixedLatency(); fixed > 0.0f && needed > fixed)
        line ("This model needs a latency of " + juce::String (needed, 1) + " ms: it is heard " + juce::String (needed - fixed, 1) + " ms late.", warning);

    const auto& counters = processor.counters();
    line ("Dropouts " + juce::String (counters.underruns.load()) + ", late blocks " + juce::String (counters.lateBlocks.load()) + ", dropped blocks "
              + juce::String (counters.droppedBlocks.load()) + ", engine restarts " + juce::String (engine.restarts)
              + (engine.priority == EnginePriority::refused ? ", no real-time priority (see tiller doctor)" : ""),
          dimText);

    if (engine.phase == EnginePhase::running)
    {
        paintMeter (g, area.removeFromTop (24), "In", engine.status.inputPeakDb);
        paintMeter (g, area.removeFromTop (24), "Out", engine.status.outputPeakDb);
        g.setColour (dimText);
        g.drawText ("Gain reduction " + juce::String (engine.status.gainReductionDb, 1) + " dB", area.removeFromTop (24), juce::Justification::centredLeft);
    }
}

void NativePage::resized()
{
    auto row = getLocalBounds().reduced (24).removeFromBottom (32);
    presets.setBounds (row.removeFromLeft (180));
    row.removeFromLeft (12);
    latency.setBounds (row.removeFromLeft (200));

    for (auto* button : { &browser, &reopen, &retry })
    {
        row.removeFromLeft (12);
        button->setBounds (row.removeFromLeft (140));
    }
}

} // namespace tiller
