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
    interfaceOpen.store (true, std::memory_order_relaxed);
    appendMessage (requests, to_engine::OpenInterface {});
}

void ControlChannel::sendHostLatency (const to_engine::Latency& next)
{
    const std::lock_guard lock (mutex);

    if (latency && std::memcmp (&*latency, &next, sizeof (next)) == 0)
        return;

    latency = next;
    appendMessage (requests, next);
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

bool ControlChannel::sendRequests (SendBuffer& outbox)
{
    const std::lock_guard lock (mutex);

    if (! connected || requests.empty())
        return false;

    outbox.add (requests);
    requests.clear();
    return true;
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

bool ControlChannel::hasLoaded()
{
    const std::lock_guard lock (mutex);
    return engineIsUpToDate();
}

} // namespace tiller
