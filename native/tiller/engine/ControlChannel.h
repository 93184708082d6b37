#pragma once

#include "tiller/engine/EngineSnapshot.h"
#include "tiller/engine/SendBuffer.h"
#include "tiller/ipc/Messages.h"
#include "tiller/ipc/TextAssembler.h"
#include "tiller/state/ParameterTable.h"
#include "tiller/state/PresetDocument.h"
#include "tiller/state/PresetRecall.h"
#include "tiller/stream/AudioExchange.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tiller
{

/**
    All messages between plugin and engine except audio: handshake, preset, parameters, names, notices. Keeps the preset
    document and the parameter table in step with the engine.
*/
class ControlChannel
{
public:
    /** `onChange` is called on the I/O thread whenever the next snapshot differs. */
    ControlChannel (PresetDocument&, ParameterTable&, PresetRecall&, AudioExchange&, std::function<void()> onChange);

    /**
        A project begins to load: until the engine plays it, what the engine reports of preset and parameters is ignored.
        [any-thread] but the audio thread
    */
    void beginLoading();

    /**
        Sends what the preset document and the parameters hold now; once for each `beginLoading`. Requests for presets from before
        no longer count; `recall` is the one that the project was saved with. [any-thread] but the audio thread
    */
    void finishLoading (const std::optional<PresetRequest>& recall);

    /** Has the engine serve its page, now and after each restart; the address comes with the snapshot. [main-thread] */
    void openInterface();

    /** The window is closed; the engine goes on serving its page. [main-thread] */
    void closeInterface() noexcept { interfaceOpen.store (false, std::memory_order_relaxed); }

    /** Reports the latency that the host gets to this engine and each one after it; nothing where it has not changed. [main-thread] */
    void sendHostLatency (const protocol::to_engine::Latency&);

    /** The engine as it last reported; changes of parameters are handed over once. [main-thread] */
    EngineSnapshot takeSnapshot();

    // [io-thread]

    /** A new engine was started: sends the handshake and the present state. */
    void connect (SendBuffer&);

    /** Whether this engine has completed the handshake. */
    bool isConnected() const noexcept { return connected; }

    /** Number of this engine's streaming thread in the system; 0 where it is not known. */
    std::uint32_t streamThread() const noexcept { return connected ? streamThreadId : 0; }

    /** Whether the window is open: what the player does there is to be heard of at once. */
    bool isInterfaceOpen() const noexcept { return interfaceOpen.load (std::memory_order_relaxed); }

    /** Whether this engine has applied the last state that it was sent. */
    bool hasLoaded();

    /** Handles any message but audio, liveness and `prepared`; false where it breaks the protocol. */
    bool receive (const Message&);

    /** Sends what the main thread has asked for. @returns whether it has asked for anything */
    bool sendRequests (SendBuffer&);

    /**
        Sends the parameters that the host has moved; audio blocks carry them where there are any. False, with nothing sent, while
        `sendRequests` has something that comes before them.
    */
    bool sendDirtyParameters (SendBuffer&);

    /** Tells the player where the last offline render has fallen back to the dry track: in the window, in the host's log, and on the page. */
    void setRenderIsDry (bool);

    /** Hands that to an engine, which shows it on its page. */
    void sendRenderWarning (SendBuffer&);

    void setRunning();
    /** The engine was ended, since nothing needs it. */
    void setOff();
    void setPriority (EnginePriority);
    void setFailed (const std::string& reason, int failuresInARow);

private:
    // [any-thread] but the audio thread, under `mutex`.
    void appendState (std::vector<std::uint8_t>&) const;
    bool engineIsUpToDate() const noexcept { return loading == 0 && statesApplied == statesSent; }
    void addChange (const ParameterChange&);

    // [io-thread]
    bool receiveHello (const Message&);
    bool receiveState (const Message&);
    bool receiveParameter (const Message&);
    bool receiveStatus (const Message&);
    bool receiveNotice (const Message&);
    bool receiveUndoHistory (const Message&);
    bool receiveRecalled (const Message&);
    bool receivePrograms (const Message&);
    bool receiveFixLatency (const Message&);

    /** Changes the next snapshot. [any-thread] but the audio thread, without `mutex` */
    template <typename Change>
    void update (Change&& change)
    {
        {
            const std::lock_guard lock (mutex);
            change (snapshot);
        }

        onChange();
    }

    PresetDocument& document;
    ParameterTable& parameters;
    PresetRecall& recall;
    AudioExchange& exchange;
    const std::function<void()> onChange;
    std::atomic<bool> interfaceOpen { false };

    std::mutex mutex;
    // Under `mutex`.
    std::vector<std::uint8_t> requests;     ///< messages from the main thread
    bool interfaceWanted = false;
    std::optional<protocol::to_engine::Latency> latency;    ///< what the host gets; empty until it has been reported
    int loading = 0;                        ///< projects that have begun to load and are not in `requests` yet
    std::uint32_t statesSent = 0;           ///< to this engine, those in `requests` included
    std::uint32_t statesApplied = 0;        ///< of these, as the engine reports
    EngineSnapshot snapshot;

    // The I/O thread's own.
    bool connected = false;
    std::uint32_t streamThreadId = 0;
    EnginePriority reportedPriority = EnginePriority::normal;
    TextAssembler longText;                 ///< of the next state or undo history
    std::string renderWarning;              ///< for the next engine; empty where it has been sent
};

} // namespace tiller
