#include "tiller/plugin/PluginProcessor.h"

#include "tiller/plugin/EngineLocation.h"
#include "tiller/plugin/PackedPreset.h"
#include "tiller/editor/PluginEditor.h"

#include <cmath>
#include <utility>

namespace tiller
{

namespace
{
    /** The model's echoes of what it heard; a model has no exact end. */
    constexpr double tailSeconds = 2.0;
    /** Until the engine has told its latency once: one call of the usual model at 44.1 kHz. */
    constexpr double guessedEngineSeconds = 0.03, guessedMarginSeconds = 0.01;
}

PluginProcessor::PluginProcessor()
    : AudioProcessor (BusesProperties().withInput ("Input", juce::AudioChannelSet::stereo(), true)
                                       .withOutput ("Output", juce::AudioChannelSet::stereo(), true)),
      link (exchange, presets, table, engineCommand (findEngineFolder()), [this] { triggerAsyncUpdate(); })
{
    for (std::size_t i = 0; i < hostParameters.size(); ++i)
    {
        auto parameter = std::make_unique<HostParameter> (table, i);
        hostParameters[i] = parameter.get();
        addParameter (parameter.release());
    }
}

PluginProcessor::~PluginProcessor()
{
    // The link's thread asks for updates until it has ended.
    link.stop();
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
    const auto fits = [] (const juce::AudioChannelSet& set)
    {
        return set == juce::AudioChannelSet::mono() || set == juce::AudioChannelSet::stereo();
    };

    return fits (layout.getMainInputChannelSet()) && fits (layout.getMainOutputChannelSet());
}

/** What the project remembers is exact for the rate it was saved at; for another it is the best guess. */
Delays PluginProcessor::expectedDelays (double rate) const
{
    const std::lock_guard lock (stateMutex);
    const auto samples = [rate] (double seconds) { return static_cast<std::uint32_t> (juce::roundToInt (seconds * rate)); };

    if (state.rate <= 0.0)
        return { samples (guessedEngineSeconds), samples (guessedMarginSeconds) };

    if (juce::approximatelyEqual (state.rate, rate))
        return state.delays;

    return { samples (state.delays.engine / state.rate), samples (state.delays.margin / state.rate) };
}

void PluginProcessor::prepareToPlay (double rate, int maximumBlock)
{
    // The engine counts in whole hertz; hosts of films run a little beside one.
    const StreamFormat format { juce::jlimit (protocol::minRate, protocol::maxRate, std::round (rate)),
                                juce::jlimit (1, protocol::maxBlock, maximumBlock),
                                getTotalNumOutputChannels() == 1 ? 1 : 2 };

    link.prepare (format, expectedDelays (format.rate));
    hostProgram.prepare (format.rate);
    transport.prepare();
    resetRequested.store (false);
    link.start();

    // Offline nobody minds the wait, and the latency is the engine's own from the first sample on.
    if (isNonRealtime())
        exchange.waitUntilReady();

    setLatencySamples (static_cast<int> (exchange.latencySamples (exchange.delays())));
}

bool PluginProcessor::renderBegins (const juce::AudioBuffer<float>& buffer) noexcept
{
    TransportWatch::Block block;
    block.offline = isNonRealtime();
    block.sounds = block.offline && buffer.getMagnitude (0, buffer.getNumSamples()) > 0.0f;
    block.frames = buffer.getNumSamples();

    if (auto* head = getPlayHead())
    {
        if (const auto position = head->getPosition())
        {
            block.playing = position->getIsPlaying();

            if (const auto samples = position->getTimeInSamples())
                block.timeSamples = *samples;
        }
    }

    return transport.begins (block);
}

void PluginProcessor::processBlock (juce::AudioBuffer<float>& buffer, juce::MidiBuffer& midi)
{
    process (buffer, midi, false);
}

void PluginProcessor::processBlockBypassed (juce::AudioBuffer<float>& buffer, juce::MidiBuffer& midi)
{
    process (buffer, midi, true);
}

void PluginProcessor::process (juce::AudioBuffer<float>& buffer, const juce::MidiBuffer& midi, bool bypass) noexcept
{
    const juce::ScopedNoDenormals noDenormals;
    const auto& format = exchange.streamFormat();
    const int frames = buffer.getNumSamples();

    if (frames == 0 || format.channels == 0 || buffer.getNumChannels() < format.channels)
        return;

    // One side from two, or two from one, where the buses differ.
    if (getTotalNumInputChannels() == 2 && format.channels == 1)
    {
        buffer.addFrom (0, 0, buffer, 1, 0, frames);
        buffer.applyGain (0, 0, frames, 0.5f);
    }
    else if (getTotalNumInputChannels() == 1 && format.channels == 2)
    {
        buffer.copyFrom (1, 0, buffer, 0, 0, frames);
    }

    const bool begins = renderBegins (buffer), fresh = resetRequested.exchange (false);

    if (link.takeResendRequest())
        table.forgetAll();

    events.collect (table, hostParameters, hostProgram, midi, frames);
    bool allSent = true;

    for (int start = 0; start < frames; start += format.maxBlock)
    {
        const int length = juce::jmin (format.maxBlock, frames - start);
        const auto part = events.part (start, length);
        const std::array<float*, 2> channels { buffer.getWritePointer (0, start), buffer.getWritePointer (format.channels - 1, start) };

        HostBlock block;
        block.input = channels.data();
        block.output = channels.data();
        block.frames = length;
        block.parameterEvents = part.parameters;
        block.parameterEventCount = part.parameterCount;
        block.midiEvents = part.midi;
        block.midiEventCount = part.midiCount;
        block.restart = begins && start == 0;
        block.fresh = fresh && start == 0;
        block.offline = isNonRealtime();
        block.bypass = bypass;
        block.neverSilent = table.value (protocol::bypassIndex) >= 0.5f;
        allSent = exchange.process (block) && allSent;
    }

    if (! allSent)
        table.forgetAll();
}

//==============================================================================
void PluginProcessor::openInterface()
{
    link.start();
    link.openInterface();
}

juce::Point<int> PluginProcessor::windowSize() const
{
    const std::lock_guard lock (stateMutex);
    return { state.windowWidth, state.windowHeight };
}

juce::String PluginProcessor::stateProblem() const
{
    const std::lock_guard lock (stateMutex);
    return unreadableReason;
}

void PluginProcessor::setWindowSize (int width, int height)
{
    const std::lock_guard lock (stateMutex);
    state.windowWidth = width;
    state.windowHeight = height;
}

void PluginProcessor::handleAsyncUpdate()
{
    view = link.takeView();

    for (const auto& moved : view.moved)
        hostParameters[moved.index]->followEngine (moved.value, moved.gesture);

    // A hand on a page that went with its engine never says that it let go.
    if (std::exchange (restartsSeen, view.restarts) != view.restarts)
        for (auto* parameter : hostParameters)
            parameter->letGo();

    if (view.edited)
    {
        const std::lock_guard lock (stateMutex);
        unreadable.reset();
        unreadableReason.clear();
    }

    rename (view.namesJson);
    nameProgramsAfter (view.presetsJson);
    followLatency();

    sendChangeMessage();
}

/** Tells the host the latency where the engine's differs from what was expected. */
void PluginProcessor::followLatency()
{
    const auto& format = exchange.streamFormat();

    if (view.phase != EnginePhase::running || format.channels == 0)
        return;

    const auto delays = exchange.delays();

    {
        const std::lock_guard lock (stateMutex);
        state.delays = delays;
        state.rate = format.rate;
        state.maxBlock = format.maxBlock;
    }

    // Last: a host may prepare anew before this returns.
    setLatencySamples (static_cast<int> (exchange.latencySamples (delays)));
}

void PluginProcessor::rename (const std::string& namesJson)
{
    if (namesJson == namesShown)
        return;

    namesShown = namesJson;
    const auto names = juce::JSON::parse (juce::String::fromUTF8 (namesJson.data(), static_cast<int> (namesJson.size())));

    if (! names.isArray())
        return;

    bool changed = false;

    for (int i = 0; i < juce::jmin (names.size(), static_cast<int> (hostParameters.size())); ++i)
        changed = hostParameters[static_cast<std::size_t> (i)]->rename (names[i].toString()) || changed;

    if (changed)
        updateHostDisplay (ChangeDetails().withParameterInfoChanged (true));
}

/** Hosts are not told of new names: Ardour would answer by loading the program that it shows. */
void PluginProcessor::nameProgramsAfter (const std::string& presetsJson)
{
    if (presetsJson == programsShown)
        return;

    programsShown = presetsJson;
    auto named = parsePresetList (presetsJson);
    const std::lock_guard lock (stateMutex);
    programs.swap (named);
}

//==============================================================================
int PluginProcessor::getNumPrograms()
{
    return wrapperType == wrapperType_VST3 ? HostProgram::count : 1;
}

const juce::String PluginProcessor::getProgramName (int index)
{
    const std::lock_guard lock (stateMutex);

    if (juce::isPositiveAndBelow (index, static_cast<int> (programs.size())))
        return programs[static_cast<std::size_t> (index)].name;

    // Never empty: a host that leaves nameless programs out would count the others wrongly.
    return "Program " + juce::String (index + 1);
}

//==============================================================================
void PluginProcessor::getStateInformation (juce::MemoryBlock& target)
{
    SavedState now;

    {
        const std::lock_guard lock (stateMutex);

        if (! unreadable.isEmpty())
        {
            target = unreadable;
            return;
        }

        now = state;
    }

    now.preset = presets.get();
    now.program = hostProgram.chosen();

    if (now.preset.size() > longestPlainPreset)
        now.packedPreset = packPreset (std::exchange (now.preset, {}));

    for (std::size_t i = 0; i < now.parameters.size(); ++i)
        now.parameters[i] = table.value (i);

    const auto bytes = now.encode();
    target.replaceAll (bytes.data(), bytes.size());
}

void PluginProcessor::setStateInformation (const void* data, int size)
{
    std::string problem;
    auto read = SavedState::decode (static_cast<const std::uint8_t*> (data), static_cast<std::size_t> (juce::jmax (0, size)), problem);

    if (read && ! read->packedPreset.empty())
    {
        if (auto text = unpackPreset (std::exchange (read->packedPreset, {})))
            read->preset = std::move (*text);
        else
        {
            problem = "The instrument of Tiller in this project is damaged.";
            read.reset();
        }
    }

    const auto loaded = read.value_or (SavedState {});
    link.presetLoads();

    {
        const std::lock_guard lock (stateMutex);
        state = loaded;
        state.preset.clear();
        unreadable.reset();
        unreadableReason = problem;

        if (! read)
            unreadable.replaceAll (data, static_cast<std::size_t> (juce::jmax (0, size)));
    }

    presets.load (loaded.preset);
    table.setEngineChooses (loaded.preset.empty());
    hostProgram.restore (read ? loaded.program : HostProgram::unknown);

    for (std::size_t i = 0; i < hostParameters.size(); ++i)
        hostParameters[i]->show (loaded.parameters[i]);

    if (table.engineChooses())
        table.forgetAll();

    link.presetLoaded();
    sendChangeMessage();
}

juce::AudioProcessorEditor* PluginProcessor::createEditor()
{
    return new PluginEditor (*this);
}

} // namespace tiller

juce::AudioProcessor* JUCE_CALLTYPE createPluginFilter()
{
    return new tiller::PluginProcessor();
}
