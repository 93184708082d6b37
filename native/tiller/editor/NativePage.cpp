#include "tiller/editor/NativePage.h"

namespace tiller
{

namespace
{
    constexpr int refreshHz = 15;
    constexpr float meterFloorDb = -60.0f;
    const juce::Colour background { 0xff14161a }, text { 0xffe6e6e6 }, quiet { 0xff8f97a3 }, warm { 0xffe0a24a }, cool { 0xff4fb3a9 }, danger { 0xffe0604a };
}

NativePage::NativePage (PluginProcessor& p) : processor (p)
{
    setOpaque (true);
    presets.setTextWhenNothingSelected ("Presets");
    presets.setTextWhenNoChoicesAvailable ("No presets yet");
    presets.setTitle ("Presets");
    presets.onChange = [this]
    {
        const int chosen = presets.getSelectedId() - 1;

        if (juce::isPositiveAndBelow (chosen, static_cast<int> (presetEntries.size())))
            processor.loadPreset (presetEntries[static_cast<std::size_t> (chosen)].id);
    };

    browser.onClick = [this]
    {
        browserWanted = true;
        processor.openInterface();
        openInBrowser();
    };

    retry.onClick = [this] { processor.retryEngine(); };
    reopen.onClick = [this] { if (onReopen) onReopen(); };

    for (auto* child : std::initializer_list<juce::Component*> { &presets, &browser, &reopen, &retry })
        addAndMakeVisible (child);

    reopen.setVisible (false);
    startTimerHz (refreshHz);
    timerCallback();
}

void NativePage::setNote (const juce::String& newNote)
{
    note = newNote;
    reopen.setVisible (note.isNotEmpty());
    repaint();
}

void NativePage::timerCallback()
{
    refreshPresets();
    openInBrowser();
    retry.setVisible (processor.engineView().phase == EnginePhase::waiting);
    repaint();
}

void NativePage::openInBrowser()
{
    const auto& address = processor.engineView().interfaceAddress;

    if (! browserWanted || address.empty())
        return;

    browserWanted = false;
    juce::URL (juce::String (address)).launchInDefaultBrowser();
}

void NativePage::refreshPresets()
{
    const auto& json = processor.engineView().presetsJson;

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
    const auto& view = processor.engineView();

    switch (view.phase)
    {
        case EnginePhase::off:        return "The engine starts with the audio.";
        case EnginePhase::starting:   return "The engine is starting.";
        case EnginePhase::running:
            return "Engine " + juce::String (view.version) + ", " + juce::String (juce::roundToInt (view.status.load * 100.0f)) + " % of one core"
                   + (view.modelName.empty() ? juce::String (", no model") : ", model " + juce::String::fromUTF8 (view.modelName.c_str()));
        case EnginePhase::waiting:
            return juce::String::fromUTF8 (view.problem.c_str()) + (view.failuresInARow > 1 ? " (" + juce::String (view.failuresInARow) + " times in a row)" : "")
                   + ". It will be started again; the track passes through meanwhile.";
    }

    return {};
}

void NativePage::paintMeter (juce::Graphics& g, juce::Rectangle<int> area, const juce::String& label, float decibels) const
{
    g.setColour (quiet);
    g.drawText (label, area.removeFromLeft (60), juce::Justification::centredLeft);
    const auto value = area.removeFromRight (80);
    const bool silent = ! (decibels > meterFloorDb);
    g.drawText (silent ? "silent" : juce::String (decibels, 1) + " dB", value, juce::Justification::centredRight);
    area.reduce (0, 5);
    g.setColour (background.brighter (0.1f));
    g.fillRect (area);
    g.setColour (decibels > 0.0f ? danger : cool);
    g.fillRect (area.withWidth (juce::roundToInt (juce::jlimit (0.0f, 1.0f, silent ? 0.0f : 1.0f - decibels / meterFloorDb) * (float) area.getWidth())));
}

void NativePage::paint (juce::Graphics& g)
{
    const auto& view = processor.engineView();
    g.fillAll (background);
    auto area = getLocalBounds().reduced (24);
    g.setColour (text);
    g.setFont (22.0f);
    g.drawText ("Tiller", area.removeFromTop (30), juce::Justification::centredLeft);
    g.setFont (14.0f);

    const auto line = [&] (const juce::String& words, juce::Colour colour)
    {
        if (words.isEmpty())
            return;

        g.setColour (colour);
        g.drawFittedText (words, area.removeFromTop (44), juce::Justification::topLeft, 3);
    };

    line (describeEngine(), view.phase == EnginePhase::waiting ? danger : text);
    line (processor.stateProblem(), danger);
    line (juce::String::fromUTF8 (view.refused.c_str()), danger);
    line (juce::String::fromUTF8 (view.notice.c_str()), view.noticeLevel == protocol::NoticeLevel::info ? quiet : warm);
    line (note, warm);

    const auto& counters = processor.counters();
    line ("Dropouts " + juce::String (counters.underruns.load()) + ", late answers " + juce::String (counters.lateAnswers.load()) + ", lost blocks "
              + juce::String (counters.lostBlocks.load()) + ", engine restarts " + juce::String (view.restarts)
              + (counters.offlineGivenUp.load() > 0 ? juce::String (". The engine did not answer in time during an export: export again.") : juce::String()),
          counters.offlineGivenUp.load() > 0 ? danger : quiet);

    if (view.phase == EnginePhase::running)
    {
        paintMeter (g, area.removeFromTop (24), "In", view.status.inputPeakDb);
        paintMeter (g, area.removeFromTop (24), "Out", view.status.outputPeakDb);
        g.setColour (quiet);
        g.drawText ("Gain reduction " + juce::String (view.status.gainReductionDb, 1) + " dB", area.removeFromTop (24), juce::Justification::centredLeft);
    }
}

void NativePage::resized()
{
    auto row = getLocalBounds().reduced (24).removeFromBottom (32);
    presets.setBounds (row.removeFromLeft (260));

    for (auto* button : { &browser, &reopen, &retry })
    {
        row.removeFromLeft (12);
        button->setBounds (row.removeFromLeft (160));
    }
}

} // namespace tiller
