#pragma once

#include "tiller/engine/BlockTransport.h"
#include "tiller/engine/ControlChannel.h"
#include "tiller/engine/EngineSupervisor.h"
#include "tiller/plugin/BlockEvents.h"
#include "tiller/plugin/HostParameter.h"
#include "tiller/plugin/PresetList.h"
#include "tiller/plugin/ProgramList.h"
#include "tiller/plugin/ProjectState.h"
#include "tiller/state/HostProgram.h"
#include "tiller/state/ParameterTable.h"
#include "tiller/state/PresetDocument.h"
#include "tiller/state/PresetRecall.h"
#include "tiller/state/ProgramFilter.h"
#include "tiller/stream/AudioExchange.h"
#include "tiller/stream/HostLatency.h"
#include "tiller/stream/RenderStartDetector.h"
#include "tiller/vst3/Vst3Automation.h"

#include <juce_audio_processors/juce_audio_processors.h>

#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tiller
{

/**
    The plugin as the host sees it: parameters, buses, latency and state. The audio is processed by the engine; this exchanges
    blocks with it, and waits for it only where the host is ahead of time or renders offline.
*/
class PluginProcessor final : public juce::AudioProcessor,
                              public juce::ChangeBroadcaster,
                              public Vst3Automation,
                              private juce::AsyncUpdater
{
public:
    /** The tests control the clock. [main-thread] */
    explicit PluginProcessor (StreamClock& = StreamClock::system());
    ~PluginProcessor() override;                            // [main-thread]

    //==============================================================================
    // For the editor. [main-thread]

    const EngineSnapshot& engine() const noexcept           { return snapshot; }
    /** Why the project's state could not be read; empty where it could. */
    juce::String stateError() const                         { return project.error(); }
    const StreamCounters& counters() const noexcept         { return exchange.counters; }
    /** Has the engine serve its page; starts it where it does not run yet. */
    void openInterface();
    /** The window is closed. */
    void closeInterface();
    void retryEngine()                                      { supervisor.retryNow(); }
    void loadPreset (const juce::String& id);
    /** In pixels; 0 where the window was never opened. */
    juce::Point<int> windowSize() const                     { return project.windowSize(); }
    void setWindowSize (int width, int height)              { project.setWindowSize (width, height); }

    /** The latency that the player has fixed for the host, in milliseconds; 0 where it follows the model. */
    float fixedLatency() const                              { return project.fixedLatency(); }
    void fixLatency (float milliseconds);
    /** What the present model needs, in milliseconds; 0 while there is no stream. */
    float neededLatency() const;

    //==============================================================================
    // [any-thread]
    const juce::String getName() const override             { return "Tiller"; }
    bool acceptsMidi() const override                       { return true; }
    bool producesMidi() const override                      { return false; }
    double getTailLengthSeconds() const override;
    bool isBusesLayoutSupported (const BusesLayout&) const override;
    juce::AudioProcessorParameter* getBypassParameter() const override;

    void prepareToPlay (double rate, int maximumBlock) override;                          // [main-thread]
    /** Ends an offline render's wait for the engine, and frees the stream's memory; the engine goes on for a while. [main-thread] */
    void releaseResources() override;
    void reset() override                                   { resetRequested.store (true); }     // [any-thread]
    void processBlock (juce::AudioBuffer<float>&, juce::MidiBuffer&) override;            // [audio-thread]
    void processBlockBypassed (juce::AudioBuffer<float>&, juce::MidiBuffer&) override;    // [audio-thread]
    using AudioProcessor::processBlock;
    using AudioProcessor::processBlockBypassed;

    bool hasEditor() const override                         { return true; }              // [any-thread]
    /** Defined by the editor (PluginEditor.cpp), which imports this. [main-thread] */
    juce::AudioProcessorEditor* createEditor() override;

    // VST3's program list: the programs of bank 0 as the player has assigned them, where program change was switched on before
    // this instance was made. In other formats program change arrives as MIDI, and the wrappers would make presets of programs.
    int getNumPrograms() override;                                                        // [any-thread]
    int getCurrentProgram() override                        { return hostProgram.displayed(); }   // [any-thread]
    /** Only what the host displays: programs to recall arrive with the audio. [main-thread] */
    void setCurrentProgram (int) override                   {}
    const juce::String getProgramName (int) override;                                     // [any-thread] but the audio thread
    void changeProgramName (int, const juce::String&) override {}                         // [main-thread]

    // [any-thread] but the audio thread; neither waits for the engine.
    void getStateInformation (juce::MemoryBlock&) override;
    void setStateInformation (const void*, int) override;

private:
    void handleAsyncUpdate() override;                                                    // [main-thread]
    // [audio-thread]
    void process (juce::AudioBuffer<float>&, const juce::MidiBuffer&, bool hostBypass) noexcept;
    RenderStartDetector::Block describe (const juce::AudioBuffer<float>&) const noexcept;
    std::uint32_t leastLatency (const RenderStartDetector::Block&) noexcept;
    // [main-thread]
    void updateLatency();
    void reportLatency();
    void endEngineWhereUnused();
    void updateParameterNames (const std::string& namesJson);
    void updatePrograms();
    // [any-thread] but the audio thread
    std::uint32_t fixedLatencySamples() const;
    std::optional<PresetRequest> pendingRecall() const;

    ParameterTable table;
    EchoClock echoClock;
    BlockEvents::HostParameters hostParameters {};
    PresetDocument document;
    PresetRecall recall;
    AudioExchange exchange;
    HostProgram hostProgram;
    ProjectState project;
    HostLatency hostLatency;

    mutable std::mutex programsMutex;
    // Under `programsMutex`: hosts ask for names on any thread.
    ProgramList programs;
    std::vector<PresetEntry> presets;
    const bool listsPrograms;

    // [main-thread]
    EngineSnapshot snapshot;
    int restartsSeen = 0;
    std::string namesShown, presetsShown;

    // [audio-thread]
    BlockEvents events;
    ProgramFilter programFilter;
    RenderStartDetector renderStarts;
    std::atomic<bool> resetRequested { false };
    bool resendParameters = false;      ///< the last block that had every parameter was not sent

    BlockTransport transport;
    ControlChannel control;
    EngineSupervisor supervisor;        ///< last: its thread uses everything above

    JUCE_DECLARE_NON_COPYABLE_WITH_LEAK_DETECTOR (PluginProcessor)
};

} // namespace tiller
