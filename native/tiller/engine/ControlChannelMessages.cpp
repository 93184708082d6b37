// What the control channel makes of the engine's messages.

#include "tiller/engine/ControlChannel.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace tiller
{

namespace to_plugin = protocol::to_plugin;

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
