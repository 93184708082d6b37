#include "tiller/engine/ControlChannel.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <utility>

namespace tiller
{

namespace to_engine = protocol::to_engine;
namespace to_plugin = protocol::to_plugin;

ControlChannel::ControlChannel (PresetDocument& d, ParameterTable& p, PresetRecall& r, AudioExchange& e, std::function<void()> c)
    : document (d), parameters (p), recall (r), exchange (e), onChange (std::move (c))
{
}

template <typename Change>
void ControlChannel::update (Change&& change)
{
    {
        const std::lock_guard lock (mutex);
        change (snapshot);
    }

    onChange();
}

//==============================================================================
void ControlChannel::beginLoading()
{
    const std::lock_guard lock (mutex);
    ++loading;
    snapshot.edited = false;
}

void ControlChannel::finishLoading (const std::optional<PresetRequest>& wanted)
{
    const std::lock_guard lock (mutex);
    snapshot.presetError.clear();
    recall.discard();
    appendState (requests);
    ++statesSent;
    --loading;

    // Once the state is in `requests`: the engine gets that first.
    if (wanted)
        recall.request (*wanted);
}

void ControlChannel::openInterface()
{
    const std::lock_guard lock (mutex);
    interfaceWanted = true;
    appendMessage (requests, to_engine::OpenInterface {});
}

void ControlChannel::tellLatency (const to_engine::Latency& told)
{
    const std::lock_guard lock (mutex);

    if (latency && std::memcmp (&*latency, &told, sizeof (told)) == 0)
        return;

    latency = told;
    appendMessage (requests, told);
}

EngineSnapshot ControlChannel::takeSnapshot()
{
    const std::lock_guard lock (mutex);
    auto taken = snapshot;
    snapshot.parameterChanges.clear();
    snapshot.fixLatency.reset();
    snapshot.edited = false;
    return taken;
}

//==============================================================================
void ControlChannel::connect (SendBuffer& outbox)
{
    connected = false;
    longText.clear();
    outbox.add (to_engine::Hello { protocol::version }, "Tiller plugin");
    std::vector<std::uint8_t> state;

    {
        const std::lock_guard lock (mutex);
        requests.clear();  // they were for the last engine; the state has what they changed
        appendState (state);
        statesSent = 1;
        statesApplied = 0;

        if (latency)
            appendMessage (state, *latency);

        if (interfaceWanted)
            appendMessage (state, to_engine::OpenInterface {});
    }

    outbox.add (state);
    reportedPriority = EnginePriority::normal;
    update ([] (EngineSnapshot& s) { s.phase = EnginePhase::starting; s.priority = EnginePriority::normal; });
}

void ControlChannel::setRunning()
{
    update ([] (EngineSnapshot& s) { s.phase = EnginePhase::running; s.failure.clear(); });
}

void ControlChannel::setOff()
{
    update ([this] (EngineSnapshot& s)
    {
        interfaceWanted = false;
        s.phase = EnginePhase::off;
        s.interfaceAddress.clear();
        s.processId = 0;
    });
}

void ControlChannel::setPriority (EnginePriority priority)
{
    if (std::exchange (reportedPriority, priority) != priority)
        update ([priority] (EngineSnapshot& s) { s.priority = priority; });
}

void ControlChannel::setFailed (const std::string& reason, int failuresInARow)
{
    update ([&] (EngineSnapshot& s)
    {
        s.phase = EnginePhase::restartPending;
        s.failure = reason;
        s.failuresInARow = failuresInARow;
        ++s.restarts;
        s.interfaceAddress.clear();
        s.processId = 0;
    });
}

void ControlChannel::sendRequests (SendBuffer& outbox)
{
    const std::lock_guard lock (mutex);

    if (! connected || requests.empty())
        return;

    outbox.add (requests);
    requests.clear();
}

bool ControlChannel::sendDirtyParameters (SendBuffer& outbox)
{
    if (const std::lock_guard lock (mutex); ! requests.empty())
        return false;

    for (std::uint32_t i = 0; i < ParameterTable::size; ++i)
    {
        if (! parameters.isDirty (i))
            continue;

        const float value = parameters.value (i);
        outbox.add (to_engine::Parameter { i, value });
        parameters.markSent (i, value);
    }

    return true;
}

void ControlChannel::setRenderIsDry (bool isDry)
{
    renderWarning = isDry ? "The last export has the dry track in places, because the engine had stopped or did not answer: export again." : "";

    // What hosts and their terminals log.
    if (isDry)
        std::fprintf (stderr, "Tiller: %s\n", renderWarning.c_str());

    update ([this] (EngineSnapshot& s) { s.renderWarning = renderWarning; });
}

void ControlChannel::sendRenderWarning (SendBuffer& outbox)
{
    if (! renderWarning.empty())
        outbox.add (to_engine::RenderWarning {}, std::exchange (renderWarning, {}));
}

/** The parameters follow the preset: the host's values are newer than those that the engine last reported. */
void ControlChannel::appendState (std::vector<std::uint8_t>& messages) const
{
    const auto preset = document.preset();

    if (const auto history = document.undoHistory(); ! history.empty())
        appendMessage (messages, to_engine::UndoHistory {}, history);

    appendMessage (messages, to_engine::State {}, preset);

    // Without a preset the engine plays its default instrument with that instrument's values.
    if (preset.empty())
        return;

    for (std::uint32_t i = 0; i < ParameterTable::size; ++i)
        appendMessage (messages, to_engine::Parameter { i, parameters.value (i) });
}

//==============================================================================
bool ControlChannel::receive (const Message& message)
{
    const auto text = [&message] { return std::string (message.text (0)); };

    switch (message.type)
    {
        case to_plugin::Hello::type:      return receiveHello (message);
        case to_plugin::State::type:      return receiveState (message);
        case to_plugin::Parameter::type:  return receiveParameter (message);
        case to_plugin::Status::type:     return receiveStatus (message);
        case to_plugin::Notice::type:     return receiveNotice (message);
        case to_plugin::UndoHistory::type:   return receiveUndoHistory (message);
        case to_plugin::Recalled::type:   return receiveRecalled (message);
        case to_plugin::Programs::type:   return receivePrograms (message);
        case to_plugin::FixLatency::type: return receiveFixLatency (message);
        case to_plugin::TextPart::type:   return longText.add (message);

        case to_plugin::Refused::type:
            document.reject();
            update ([&] (EngineSnapshot& s) { s.presetError = text(); });
            return true;

        case to_plugin::Names::type:
            update ([&] (EngineSnapshot& s) { s.namesJson = text(); });
            return true;

        case to_plugin::Interface::type:
            update ([&] (EngineSnapshot& s) { s.interfaceAddress = text(); });
            return true;

        case to_plugin::Presets::type:
            update ([&] (EngineSnapshot& s) { s.presetsJson = text(); });
            return true;

        default:
            return false;
    }
}

bool ControlChannel::receiveHello (const Message& message)
{
    to_plugin::Hello hello {};

    if (! message.get (hello) || hello.protocol != protocol::version)
        return false;

    connected = true;
    streamThreadId = hello.streamThread;
    update ([&] (EngineSnapshot& s)
    {
        s.version = message.text (sizeof (hello));
        s.processId = hello.processId;
    });
    return true;
}

bool ControlChannel::hasLoaded()
{
    const std::lock_guard lock (mutex);
    return engineIsUpToDate();
}

bool ControlChannel::receiveState (const Message& message)
{
    to_plugin::State state {};

    std::string text;

    if (! message.get (state) || ! longText.complete (message, sizeof (state), text))
        return false;

    {
        const std::lock_guard lock (mutex);
        statesApplied = state.states;

        // A project was loaded after the engine sent this: it is about the instrument before.
        if (! engineIsUpToDate())
            return true;

        document.update (std::move (text), state.edited != 0);
        parameters.setUsesEngineDefaults (false);

        if (state.edited != 0)
        {
            snapshot.edited = true;
            snapshot.presetError.clear();
        }
    }

    exchange.setSilenceOnFault (state.silenceOnFault != 0);

    if (state.edited != 0)
        onChange();

    return true;
}

bool ControlChannel::receiveRecalled (const Message& message)
{
    to_plugin::Recalled recalled {};

    if (! message.get (recalled) || isLaterRequest (recalled.number, recall.lastNumber()))
        return false;

    recall.setApplied (recalled.number);
    return true;
}

bool ControlChannel::receivePrograms (const Message& message)
{
    to_plugin::Programs programs {};

    if (! message.get (programs) || programs.channel > 16)
        return false;

    update ([&] (EngineSnapshot& s)
    {
        s.programs = ProgramSettings { programs.on != 0, static_cast<int> (programs.channel), std::string (message.text (sizeof (programs))) };
    });
    return true;
}

bool ControlChannel::receiveFixLatency (const Message& message)
{
    to_plugin::FixLatency fix {};

    if (! message.get (fix) || ! (fix.milliseconds >= 0.0f && fix.milliseconds <= protocol::maxFixedLatency))
        return false;

    update ([&] (EngineSnapshot& s) { s.fixLatency = fix.milliseconds; });
    return true;
}

bool ControlChannel::receiveParameter (const Message& message)
{
    to_plugin::Parameter moved {};

    if (! message.get (moved) || moved.index >= protocol::parameters.size() || ! std::isfinite (moved.value) || moved.gesture > 3)
        return false;

    const auto& bounds = protocol::parameters[moved.index];
    moved.value = std::clamp (moved.value, bounds.min, bounds.max);

    {
        const std::lock_guard lock (mutex);
        // A value of the default instrument, unless the host has set another meanwhile.
        const bool isDefault = loading == 0 && parameters.usesEngineDefaults() && parameters.isInitial (moved.index);

        if (! engineIsUpToDate() && ! isDefault)
            return true;

        const bool isKnown = parameters.value (moved.index) == moved.value && moved.gesture == static_cast<std::uint32_t> (protocol::Gesture::none);
        parameters.setValue (moved.index, moved.value);
        parameters.markSent (moved.index, moved.value);

        // A host may record every value that it is given: it gets none twice.
        if (isKnown)
            return true;

        addChange ({ moved.index, moved.value, static_cast<protocol::Gesture> (moved.gesture) });
    }

    onChange();
    return true;
}

/** Of plain changes of one parameter in a row only the last is kept; the begin and end of gestures always are. */
void ControlChannel::addChange (const ParameterChange& change)
{
    auto& changes = snapshot.parameterChanges;
    const auto last = std::find_if (changes.rbegin(), changes.rend(), [&change] (const auto& earlier) { return earlier.index == change.index; });
    const auto isPlain = [] (const ParameterChange& c) { return c.gesture == protocol::Gesture::none; };

    if (last != changes.rend() && isPlain (*last) && isPlain (change))
        last->value = change.value;
    else
        changes.push_back (change);
}

bool ControlChannel::receiveStatus (const Message& message)
{
    to_plugin::Status status {};

    if (! message.get (status))
        return false;

    update ([&] (EngineSnapshot& s)
    {
        s.status = status;
        s.modelName = message.text (sizeof (status));
    });
    return true;
}

bool ControlChannel::receiveNotice (const Message& message)
{
    to_plugin::Notice notice {};

    if (! message.get (notice))
        return false;

    update ([&] (EngineSnapshot& s)
    {
        s.notice = message.text (sizeof (notice));
        s.noticeLevel = static_cast<protocol::NoticeLevel> (std::min (notice.level, 2u));
    });
    return true;
}

bool ControlChannel::receiveUndoHistory (const Message& message)
{
    std::string text;

    if (! longText.complete (message, 0, text))
        return false;

    if (const std::lock_guard lock (mutex); engineIsUpToDate())
        document.storeUndoHistory (std::move (text));

    return true;
}

} // namespace tiller
