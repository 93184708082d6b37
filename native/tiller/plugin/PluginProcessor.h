#pragma once

#include "tiller/stream/AudioExchange.h"
#include "tiller/plugin/BlockEvents.h"
#include "tiller/engine/EngineLink.h"
#include "tiller/plugin/HostParameter.h"
#include "tiller/state/HostProgram.h"
#include "tiller/state/ParameterTable.h"
#include "tiller/plugin/PresetList.h"
#include "tiller/state/PresetMemory.h"
#include "tiller/state/SavedState.h"
#include "tiller/stream/TransportWatch.h"
#include "tiller/vst3/Vst3Automation.h"

#include <juce_audio_processors/juce_audio_processors.h>

#include <array>
#include <atomic>
#include <mutex>

namespace tiller
{

/**
    The plugin as the host sees it: parameters, buses, latency and state. Everything that makes sound is in the engine;
    this hands its blocks over and never waits for it, but in an offline render.
*/
class PluginProcessor final : public juce::AudioProcessor,
                              public juce::ChangeBroadcaster,
                              public Vst3Automation,
                              private juce::AsyncUpdater
{
public:
    // [main-thread]
    PluginProcessor();
    ~PluginProcessor() override;

    //==============================================================================
    // For the window. [main-thread]

    const EngineView& engineView() const noexcept           { return view; }
    /** Why the project's state could not be read, or empty. */
    juce::String stateProblem() const;
    const StreamCounters& counters() const noexcept         { return exchange.counters; }
    /** Starts the engine where it was not needed yet, and has it serve the page. */
    void openInterface();
    void retryEngine()                                      { link.retryNow(); }
    void loadPreset (const juce::String& id)                { link.loadPreset (id.toStdString()); }
    juce::Point<int> windowSize() const;
    void setWindowSize (int width, int height);

    //==============================================================================
    // [any-thread]
    const juce::String getName() const override             { return "Tiller"; }
    bool acceptsMidi() const override                       { return true; }
    bool producesMidi() const override                      { return false; }
    double getTailLengthSeconds() const override;
    bool isBusesLayoutSupported (const BusesLayout&) const override;
    juce::AudioProcessorParameter* getBypassParameter() const override;

    void prepareToPlay (double rate, int maximumBlock) override;                          // [main-thread]
    void releaseResources() override {}                                                   // [main-thread]
    void reset() override                                   { resetRequested.store (true); }     // [any-thread]
    void processBlock (juce::AudioBuffer<float>&, juce::MidiBuffer&) override;            // [audio-thread]
    void processBlockBypassed (juce::AudioBuffer<float>&, juce::MidiBuffer&) override;    // [audio-thread]
    using AudioProcessor::processBlock;
    using AudioProcessor::processBlockBypassed;

    bool hasEditor() const override                         { return true; }              // [any-thread]
    juce::AudioProcessorEditor* createEditor() override;                                  // [main-thread]

    // Program n is the n-th preset, in VST3 only: elsewhere MIDI program change comes as what it is, and wrappers would
    // make presets of their own from programs.
    int getNumPrograms() override;                                                        // [any-thread]
    int getCurrentProgram() override                        { return hostProgram.shown(); }   // [any-thread]
    /** Only says what the host shows; what it wants to hear comes with the audio. [main-thread] */
    void setCurrentProgram (int) override                   {}
    const juce::String getProgramName (int) override;                                     // [any-thread] but the audio thread
    void changeProgramName (int, const juce::String&) override {}                         // [main-thread]

    // [any-thread] but the audio thread; neither waits for the engine.
    void getStateInformation (juce::MemoryBlock&) override;
    void setStateInformation (const void*, int) override;

private:
    void handleAsyncUpdate() override;                                                    // [main-thread]
    // [audio-thread]
    void process (juce::AudioBuffer<float>&, const juce::MidiBuffer&, bool bypass) noexcept;
    bool renderBegins (const juce::AudioBuffer<float>&) noexcept;
    // [main-thread]
    void followLatency();
    Delays expectedDelays (double rate) const;
    void rename (const std::string& namesJson);
    void nameProgramsAfter (const std::string& presetsJson);

    ParameterTable table;
    std::array<HostParameter*, ParameterTable::size> hostParameters {};
    PresetMemory presets;
    AudioExchange exchange;

    // Hosts save and load from any thread but the audio thread: under `stateMutex`.
    mutable std::mutex stateMutex;
    SavedState state;                   ///< its parameters and preset are stale: the table and the memory have them
    juce::MemoryBlock unreadable;       ///< what the host brought and nobody could read; handed back as it is
    juce::String unreadableReason;
    std::vector<PresetEntry> programs;  ///< under `stateMutex`, too: hosts ask for names from any thread

    // [main-thread]
    EngineView view;
    int restartsSeen = 0;
    std::string namesShown, programsShown;

    HostProgram hostProgram;

    // [audio-thread]
    BlockEvents events;
    TransportWatch transport;
    std::atomic<bool> resetRequested { false };

    EngineLink link;                    ///< last: its thread uses everything above

    JUCE_DECLARE_NON_COPYABLE_WITH_LEAK_DETECTOR (PluginProcessor)
};

} // namespace tiller
