// What the link does with each frame of the engine but its samples, and what it says to it.

#include "tiller/engine/EngineLink.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace tiller
{

namespace to_engine = protocol::to_engine;
namespace to_plugin = protocol::to_plugin;

bool EngineLink::handle (const Frame& frame)
{
    const auto text = [&frame] (std::size_t head) { return std::string (frame.text (head)); };

    if (! greeted && frame.type != to_plugin::Hello::type)
        return false;

    switch (frame.type)
    {
        case to_plugin::Samples::type:
            return handleSamples (frame);

        case to_plugin::Pong::type:
        {
            to_plugin::Pong pong {};

            if (! frame.get (pong))
                return false;

            heartbeat.beats (pong.mainBeats);
            return true;
        }

        case to_plugin::Hello::type:
        {
            to_plugin::Hello hello {};

            if (! frame.get (hello) || hello.protocol != protocol::version)
                return false;

            greeted = true;
            tell ([&] (EngineView& view) { view.version = text (hello.bytes); view.processId = hello.processId; });
            return true;
        }

        case to_plugin::Prepared::type:
        {
            to_plugin::Prepared message {};

            if (! frame.get (message))
                return false;

            handlePrepared (message);
            return true;
        }

        case to_plugin::State::type:
            return handleState (frame);

        case to_plugin::Parameter::type:
            return handleParameter (frame);

        case to_plugin::Status::type:
        {
            to_plugin::Status status {};

            if (! frame.get (status))
                return false;

            tell ([&] (EngineView& view) { view.status = status; view.modelName = text (sizeof (status)); });
            return true;
        }

        case to_plugin::Notice::type:
        {
            to_plugin::Notice notice {};

            if (! frame.get (notice))
                return false;

            tell ([&] (EngineView& view)
            {
                view.notice = text (sizeof (notice));
                view.noticeLevel = static_cast<protocol::NoticeLevel> (std::min (notice.level, 2u));
            });
            return true;
        }

        case to_plugin::Busy::type:
        {
            to_plugin::Busy busy {};

            if (! frame.get (busy))
                return false;

            heartbeat.allow (Milliseconds (std::min (busy.milliseconds, 60000u)));
            return true;
        }

        case to_plugin::Refused::type:
            presets.refused();
            tell ([&] (EngineView& view) { view.refused = text (0); });
            return true;

        case to_plugin::Names::type:
            tell ([&] (EngineView& view) { view.namesJson = text (0); });
            return true;

        case to_plugin::Interface::type:
            tell ([&] (EngineView& view) { view.interfaceAddress = text (0); });
            return true;

        case to_plugin::Presets::type:
            tell ([&] (EngineView& view) { view.presetsJson = text (0); });
            return true;

        case to_plugin::UndoHistory::type:
            if (frame.size > protocol::maxTextBytes)
                return false;

            if (const std::lock_guard lock (mutex); isBelieved())
                presets.keep (frame.text (0));

            return true;

        default:
            return false;
    }
}

bool EngineLink::handleState (const Frame& frame)
{
    to_plugin::State state {};

    if (! frame.get (state) || frame.size - sizeof (state) > protocol::maxTextBytes)
        return false;

    {
        const std::lock_guard lock (mutex);
        statesPlayed = state.states;

        // A project was loaded while the engine still spoke of what it played before.
        if (! isBelieved())
            return true;

        presets.pushed (frame.text (sizeof (state)), state.edited != 0);
        parameters.setEngineChooses (false);

        if (state.edited != 0)
        {
            shared.edited = true;
            shared.refused.clear();
        }
    }

    exchange.setSilenceOnFault (state.silenceOnFault != 0);

    if (state.edited != 0)
        onNews();

    return true;
}

bool EngineLink::handleParameter (const Frame& frame)
{
    to_plugin::Parameter moved {};

    if (! frame.get (moved) || moved.index >= protocol::parameters.size() || ! std::isfinite (moved.value) || moved.gesture > 3)
        return false;

    const auto& bounds = protocol::parameters[moved.index];
    moved.value = std::clamp (moved.value, bounds.min, bounds.max);

    {
        const std::lock_guard lock (mutex);
        // A value of the instrument that it chooses, unless the host has chosen another meanwhile.
        const bool chosen = presetsLoading == 0 && parameters.engineChooses() && parameters.isUntouched (moved.index);

        if (! isBelieved() && ! chosen)
            return true;

        const bool isKnown = parameters.value (moved.index) == moved.value && moved.gesture == static_cast<std::uint32_t> (protocol::Gesture::none);
        parameters.setValue (moved.index, moved.value);
        parameters.setTold (moved.index, moved.value);

        // A host takes each value that it is shown for a move of the player's.
        if (isKnown)
            return true;

        noteMove ({ moved.index, moved.value, static_cast<protocol::Gesture> (moved.gesture) });
    }

    onNews();
    return true;
}

/** Of moves that nobody has seen yet the last one of a parameter is enough, but for where a gesture begins and ends. */
void EngineLink::noteMove (const MovedParameter& move)
{
    auto& moves = shared.moved;
    const auto last = std::find_if (moves.rbegin(), moves.rend(), [&move] (const auto& earlier) { return earlier.index == move.index; });
    const auto isPlain = [] (const MovedParameter& m) { return m.gesture == protocol::Gesture::none; };

    if (last != moves.rend() && isPlain (*last) && isPlain (move))
        last->value = move.value;
    else
        moves.push_back (move);
}

void EngineLink::handlePrepared (const to_plugin::Prepared& message)
{
    {
        const std::lock_guard lock (streamMutex);

        if (message.epoch != exchange.epoch)
            return;

        const Delays delays { message.latencySamples, message.marginSamples };
        const bool changed = delays != exchange.delays();

        // Its frames come in order: the answers behind this one are those of another model.
        if (streaming && changed)
            exchange.setDelaysFrom (exchange.fromEngine.expected(), delays);
        else
            exchange.setDelays (delays);

        exchange.setEngineExpected (true);

        if (! streaming)
            resendParameters.store (true);

        streaming = true;
        exchange.setEngineReady (true);
    }

    tell ([] (EngineView& view) { view.phase = EnginePhase::running; view.problem.clear(); });
}

/** The parameters follow the preset: what the host has is younger than what the engine last told. */
void EngineLink::appendState (std::vector<std::uint8_t>& frames) const
{
    const auto preset = presets.get();

    if (const auto kept = presets.kept(); ! kept.empty())
        appendFrame (frames, to_engine::UndoHistory {}, kept);

    appendFrame (frames, to_engine::State {}, preset);

    // Without a preset the engine chooses one, and its values are what plays.
    if (preset.empty())
        return;

    for (std::uint32_t i = 0; i < ParameterTable::size; ++i)
        appendFrame (frames, to_engine::Parameter { i, parameters.value (i) });
}

/** Blocks carry the parameters; where none come, the engine and its page follow the host all the same. */
void EngineLink::tellParametersWithoutAudio()
{
    for (std::uint32_t i = 0; i < ParameterTable::size; ++i)
    {
        if (! parameters.isNews (i))
            continue;

        const float value = parameters.value (i);
        say (to_engine::Parameter { i, value });
        parameters.setTold (i, value);
    }
}

/** The warning about a damaged render is sent as soon as an engine plays that can show it. */
void EngineLink::sendRenderWarning()
{
    const auto givenUp = exchange.counters.offlineGivenUp.load();

    if (givenUp > toldGivenUp)
        renderWarning = "The engine did not answer in time during an export, which is dry there: export again.";

    toldGivenUp = givenUp;

    if (! renderWarning.empty() && isStreaming())
        say (to_engine::RenderWarning {}, std::exchange (renderWarning, {}));
}

} // namespace tiller
