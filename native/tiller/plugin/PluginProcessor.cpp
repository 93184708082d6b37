#include "tiller/plugin/PluginProcessor.h"

#include "tiller/plugin/EngineLocation.h"
#include "tiller/plugin/HostTime.h"
#include "tiller/vst3/Vst3Block.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace tiller
{

namespace
{
    /** The model goes on for a while after its input has ended; there is no exact end. */
    constexpr double tailSeconds = 2.0;
    /** The longest block that latency and buffers are made for, in samples; a host that announces more is served in parts. */
    constexpr int maxHostBlock = 1 << 17;
    /** An engine without a stream and a window is kept for so long: hosts deactivate plugins for a moment to prepare them anew. */
    constexpr std::chrono::seconds unusedEngineTime { 30 };
    constexpr std::size_t ceilingIndex = ParameterTable::indexOf ("ceiling");
}

PluginProcessor::PluginProcessor (StreamClock& clock)
    : AudioProcessor (BusesProperties().withInput ("Input", juce::AudioChannelSet::stereo(), true)
                                       .withOutput ("Output", juce::AudioChannelSet::stereo(), true)),
      exchange (clock),
      programs (ProgramList::readFile()),
      listsPrograms (programs.isOn),
      transport (exchange, recall),
      control (document, table, recall, exchange, [this] { triggerAsyncUpdate(); }),
      supervisor (engineCommand (findEngineFolder()), control, transport)
{
    programFilter.set (programs.isOn, programs.channel);

    for (std::size_t i = 0; i < hostParameters.size(); ++i)
    {
        auto parameter = std::make_unique<HostParameter> (table, echoClock, i);
        hostParameters[i] = parameter.get();
        addParameter (parameter.release());
    }
}

PluginProcessor::~PluginProcessor()
{
    // The I/O thread triggers updates until it has ended.
    supervisor.stop();
    cancelPendingUpdate();
}

//==============================================================================
double PluginProcessor::getTailLengthSeconds() const                  { return tailSeconds; }

juce::AudioProcessorParameter* PluginProcessor::getBypassParameter() const
{
    return hostParameters[protocol::bypassIndex];
}

bool PluginProcessor::isBusesLayoutSupported (const BusesLayout& layout) const
{
    const auto isSupported = [] (const juce::AudioChannelSet& set)
    {
        return set == juce::AudioChannelSet::mono() || set == juce::AudioChannelSet::stereo();
    };

    return isSupported (layout.getMainInputChannelSet()) && isSupported (layout.getMainOutputChannelSet());
}

void PluginProcessor::prepareToPlay (double rate, int maximumBlock)
{
    // The engine takes whole hertz; hosts synchronised to film run at fractional rates.
    const StreamFormat format { juce::jlimit (protocol::minRate, protocol::maxRate, std::round (rate)),
                                juce::jlimit (1, maxHostBlock, maximumBlock),
                                getTotalNumOutputChannels() == 1 ? 1 : 2 };

    const auto expected = project.expectedLatency (format.rate);
    // A host that renders offline reads the latency now, before the engine is known to be ready: what it reads stays true.
    const auto total = expected.model + expected.scheduling + static_cast<std::uint32_t> (format.maxBlock);
    const auto fixed = static_cast<std::uint32_t> (juce::roundToInt (project.fixedLatency() * format.rate / 1000.0));
    exchange.setLeastLatency (isNonRealtime() ? juce::jmax (total, fixed) : fixed);
    transport.prepare (format, expected);
    hostProgram.prepare (format.rate);
    renderStarts.prepare();
    hostLatency.prepare();
    resetRequested.store (false);
    supervisor.start();
    reportLatency();
}

void PluginProcessor::releaseResources()
{
    // First: an offline render that is cancelled may be waiting for the engine, inside the callback.
    exchange.cancelWaiting();
    const juce::ScopedLock lock (getCallbackLock());
    transport.release();
    endEngineWhereUnused();
}

RenderStartDetector::Block PluginProcessor::describe (const juce::AudioBuffer<float>& buffer) const noexcept
{
    RenderStartDetector::Block block;
    block.offline = isNonRealtime();
    block.hasSignal = block.offline && buffer.getMagnitude (0, buffer.getNumSamples()) > 0.0f;
    block.numSamples = buffer.getNumSamples();

    if (auto* head = getPlayHead())
    {
        if (const auto position = head->getPosition())
        {
            block.playing = position->getIsPlaying();

            if (const auto samples = position->getTimeInSamples())
                block.timeSamples = *samples;
        }
    }

    return block;
}

/** Hosts run plugins before the song begins, while they may still be told a latency. */
std::uint32_t PluginProcessor::leastLatency (const RenderStartDetector::Block& block) noexcept
{
    if (! block.offline)
    {
        hostLatency.plays();
        return 0;
    }

    const bool hasBegun = block.playing || ! block.timeSamples || hostLatency.isRendering();
    return hasBegun ? hostLatency.renders (exchange.latencySamples (exchange.latency())) : 0;
}

void PluginProcessor::processBlock (juce::AudioBuffer<float>& buffer, juce::MidiBuffer& midi)
{
    process (buffer, midi, false);
}

void PluginProcessor::processBlockBypassed (juce::AudioBuffer<float>& buffer, juce::MidiBuffer& midi)
{
    process (buffer, midi, true);
}

void PluginProcessor::process (juce::AudioBuffer<float>& buffer, const juce::MidiBuffer& midi, bool hostBypass) noexcept
{
    const juce::ScopedNoDenormals noDenormals;
    const auto began = juce::Time::getMillisecondCounter();
    const auto& format = exchange.streamFormat();
    const int numSamples = buffer.getNumSamples();

    if (numSamples == 0 || format.channels == 0 || buffer.getNumChannels() < format.channels)
        return;

    // Where the buses differ: stereo to mono, or mono to stereo.
    if (getTotalNumInputChannels() == 2 && format.channels == 1)
    {
        buffer.addFrom (0, 0, buffer, 1, 0, numSamples);
        buffer.applyGain (0, 0, numSamples, 0.5f);
    }
    else if (getTotalNumInputChannels() == 1 && format.channels == 2)
    {
        buffer.copyFrom (1, 0, buffer, 0, 0, numSamples);
    }

    const auto* vst3Block = currentVst3Block();
    const bool prefetch = vst3Block != nullptr && vst3Block->prefetch;
    // A block beyond what the host announced is as several that it delivers at once.
    const auto beginCall = [&] (int start) { exchange.beginCall ({ juce::jmin (format.maxBlock, numSamples - start), isNonRealtime(), prefetch }); };
    beginCall (0);
    const auto described = describe (buffer);
    const bool renderStart = renderStarts.isRenderStart (described), hostReset = resetRequested.exchange (false);
    const auto least = leastLatency (described);

    resendParameters = transport.takeResendRequest() || resendParameters;

    // Before the parameters are read: what the engine answers meanwhile is then asked for once more, and not lost.
    const bool recallPending = recall.isPending();

    if (resendParameters)
        table.invalidateAll();

    events.collect (table, hostParameters, hostProgram, programFilter, midi, numSamples);
    const auto time = hostTime (getPlayHead());
    bool allSent = true;

    for (int start = 0, callEnd = format.maxBlock; start < numSamples;)
    {
        if (start == callEnd)
        {
            beginCall (start);
            callEnd += format.maxBlock;
        }

        const int length = juce::jmin (format.maxEngineBlock(), callEnd - start, numSamples - start);
        const auto slice = events.slice (start, length, recall);
        const std::array<float*, 2> channels { buffer.getWritePointer (0, start), buffer.getWritePointer (format.channels - 1, start) };

        HostBlock block;
        block.input = channels.data();
        block.output = channels.data();
        block.numSamples = length;
        block.parameterEvents = slice.parameters;
        block.parameterEventCount = slice.parameterCount;
        block.midiEvents = slice.midi;
        block.midiEventCount = slice.midiCount;
        block.recall = slice.recall;
        block.allParameters = resendParameters && start == 0;
        block.recallPending = recallPending;
        block.time = time.after (start, format.rate);
        block.renderStart = renderStart && start == 0;
        block.hostReset = hostReset && start == 0;
        block.offline = isNonRealtime();
        block.leastLatency = least;
        block.hostBypass = hostBypass;
        block.fallBackToDry = table.value (protocol::bypassIndex) >= 0.5f;
        block.ceiling = juce::Decibels::decibelsToGain (table.value (ceilingIndex));
        allSent = exchange.process (block) && allSent;
        start += length;
    }

    resendParameters = ! allSent;

    if (isNonRealtime())
        echoClock.pause (juce::Time::getMillisecondCounter() - began);
}

//==============================================================================
void PluginProcessor::openInterface()
{
    control.openInterface();
    supervisor.start();
}

void PluginProcessor::closeInterface()
{
    control.closeInterface();
    endEngineWhereUnused();
}

void PluginProcessor::loadPreset (const juce::String& id)
{
    recall.request ({ PresetRequest::none, id.toStdString() });
    supervisor.wakeUp();
}

void PluginProcessor::endEngineWhereUnused()
{
    if (! control.isInterfaceOpen() && exchange.streamFormat().channels == 0)
        supervisor.endAfter (unusedEngineTime);
}

void PluginProcessor::handleAsyncUpdate()
{
    snapshot = control.takeSnapshot();

    for (const auto& change : snapshot.parameterChanges)
        hostParameters[change.index]->setFromEngine (change.value, change.gesture);

    // A gesture on a page that was served by an engine that has ended has no end of its own.
    if (std::exchange (restartsSeen, snapshot.restarts) != snapshot.restarts)
        for (auto* parameter : hostParameters)
            parameter->endGesture();

    if (const auto milliseconds = snapshot.fixLatency)
        fixLatency (*milliseconds);

    if (snapshot.edited)
    {
        project.instrumentEdited();
        // Or the host would close its project without asking.
        updateHostDisplay (ChangeDetails().withNonParameterStateChanged (true));
    }

    updateParameterNames (snapshot.namesJson);
    updatePrograms();
    updateLatency();

    sendChangeMessage();
}

/** Reports the engine's latency to the host, and keeps it for the project. */
void PluginProcessor::updateLatency()
{
    const auto& format = exchange.streamFormat();

    if (snapshot.phase != EnginePhase::running || format.channels == 0)
        return;

    project.setLatency (format, exchange.engineLatency());
    reportLatency();
}

/** To the engine, which shows it, and to the host. */
void PluginProcessor::reportLatency()
{
    const auto& format = exchange.streamFormat();
    control.sendHostLatency ({ static_cast<float> (format.rate), project.fixedLatency(), exchange.latencySamples (exchange.engineLatency()) });
    supervisor.wakeUp();
    const auto fixed = fixedLatencySamples();

    // Last: a host may prepare the plugin again before this returns.
    if (const auto samples = hostLatency.change (fixed > 0 ? fixed : exchange.latencySamples (exchange.latency()), fixed > 0))
        setLatencySamples (static_cast<int> (*samples));
}

/** A model that needs more is heard late: the host's compensation stays where the player has fixed it. */
void PluginProcessor::fixLatency (float milliseconds)
{
    project.setFixedLatency (milliseconds);
    updateHostDisplay (ChangeDetails().withNonParameterStateChanged (true));

    if (exchange.streamFormat().channels == 0)
        return;

    transport.setLeastLatency (fixedLatencySamples());
    reportLatency();
}

std::uint32_t PluginProcessor::fixedLatencySamples() const
{
    return static_cast<std::uint32_t> (juce::roundToInt (project.fixedLatency() * exchange.streamFormat().rate / 1000.0));
}

float PluginProcessor::neededLatency() const
{
    const auto& format = exchange.streamFormat();
    return format.channels == 0 ? 0.0f : static_cast<float> (exchange.latencySamples (exchange.engineLatency()) * 1000.0 / format.rate);
}

} // namespace tiller

juce::AudioProcessor* JUCE_CALLTYPE createPluginFilter()
{
    return new tiller::PluginProcessor();
}
