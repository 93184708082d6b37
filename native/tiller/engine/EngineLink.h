#pragma once

#include "tiller/stream/AudioExchange.h"
#include "tiller/process/ChildProcess.h"
#include "tiller/ipc/Frames.h"
#include "tiller/state/ParameterTable.h"
#include "tiller/state/PresetMemory.h"
#include "tiller/engine/StandbyEngine.h"
#include "tiller/process/Watch.h"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace tiller
{

/** What a meter shows before the first sound, in dB. */
constexpr float silentDb = -120.0f;

/** How the engine is. */
enum class EnginePhase
{
    off,        ///< not wanted yet
    starting,   ///< started; it opens its model
    running,
    waiting     ///< failed; it will be started again
};

/** A parameter that moved in the engine, in its plain unit. The parameter table has it already. */
struct MovedParameter
{
    std::uint32_t index;
    float value;
    protocol::Gesture gesture;
};

/** What the engine last said, as the window shows it. */
struct EngineView
{
    EnginePhase phase = EnginePhase::off;
    std::string problem;          ///< why it failed last; empty while it runs well
    int failuresInARow = 0;
    int restarts = 0;             ///< since the plugin was loaded
    std::string version;
    std::uint32_t processId = 0;
    std::string notice;
    protocol::NoticeLevel noticeLevel = protocol::NoticeLevel::info;
    std::string refused;          ///< why the host's state could not be read; empty where it could
    std::string namesJson, presetsJson, interfaceAddress, modelName;
    protocol::to_plugin::Status status { silentDb, silentDb, 0.0f, 0.0f, 0 };
    std::vector<MovedParameter> moved;
    bool edited = false;          ///< the player changed the instrument since the last look
};

/**
    Starts the engine, keeps it alive and moves frames between its pipes and the audio thread's queues, in a thread of
    its own. An engine that dies, hangs or talks nonsense is replaced by a new one, which gets the last state.
*/
class EngineLink
{
public:
    /** `onNews` is called on the I/O thread whenever `view` has changed. */
    EngineLink (AudioExchange&, PresetMemory&, ParameterTable&, CommandLine, std::function<void()> onNews);

    /** As `stop`. [main-thread] */
    ~EngineLink();

    /** Ends the engine and its thread for good: neither the exchange nor `onNews` is touched afterwards. [main-thread] */
    void stop();

    /** Wants the engine to run; returns at once. [main-thread] */
    void start();

    /** Rewinds the stream for a new format. Waits for the I/O thread to step aside, never for the engine. [main-thread] */
    void prepare (const StreamFormat&, Delays expected);

    /** From here on what the engine says of its instrument is not believed, until it plays what is loaded. [any-thread] but the audio thread */
    void presetLoads();

    /** Plays what the preset memory and the parameters hold now; once after each `presetLoads`. [any-thread] but the audio thread */
    void presetLoaded();

    /** Serves the page, now and after each restart; its address comes with the view. [main-thread] */
    void openInterface();

    void loadPreset (const std::string& id);   // [main-thread]

    /** Starts a failed engine now instead of later. [main-thread] */
    void retryNow();

    /** What the engine last said; parameters that moved since the last call are handed over once. [main-thread] */
    EngineView takeView();

    /** True once after a new engine started: every parameter must be sent again. [audio-thread] */
    bool takeResendRequest() noexcept { return resendParameters.exchange (false, std::memory_order_acq_rel); }

private:
    // [io-thread], where nothing else is said.
    void run();
    void launch();
    void serve();
    void fail (const std::string& reason);
    void greet();
    void appendState (std::vector<std::uint8_t>&) const;   // [any-thread] but the audio thread, under `mutex`
    bool receive();
    bool handle (const Frame&);
    bool handleState (const Frame&);
    bool handleParameter (const Frame&);
    void noteMove (const MovedParameter&);                 // under `mutex`
    /** [any-thread] but the audio thread, under `mutex` */
    bool isBelieved() const noexcept { return presetsLoading == 0 && statesPlayed == statesTold; }
    bool handleSamples (const Frame&);
    void rewind() noexcept;                                // [any-thread] but the audio thread, under `streamMutex`
    void handlePrepared (const protocol::to_plugin::Prepared&);
    bool transmit();
    void takeBlocks();
    struct BlockHead;
    bool isBeforeProject (const BlockHead&) const noexcept;
    void missBlock (const BlockHead&);
    void sendBlock (BlockHead, bool skip);
    void keepTime (Clock::time_point);
    std::uint32_t napMicroseconds() const noexcept;
    void tellParametersWithoutAudio();
    void sendRenderWarning();
    bool isStreaming();
    bool audioFlows (Clock::time_point);
    void setPhase (EnginePhase);
    template <typename Change> void tell (Change&&);
    template <typename Message> void say (const Message&, std::string_view text = {});

    AudioExchange& exchange;
    PresetMemory& presets;
    ParameterTable& parameters;
    const CommandLine command;
    const std::shared_ptr<StandbyEngine> standby;
    const std::function<void()> onNews;

    // Between the main thread and the I/O thread.
    mutable std::mutex mutex;
    std::condition_variable wake;
    bool wanted = false, quitting = false, retry = false, interfaceWanted = false;
    std::vector<std::uint8_t> orders;  ///< control frames from the main thread
    int presetsLoading = 0;            ///< begun, and not in `orders` yet
    std::uint32_t statesTold = 0;      ///< to this engine, or in `orders`
    std::uint32_t statesPlayed = 0;    ///< of these, as it says
    EngineView shared;
    std::mutex streamMutex;            ///< held while the I/O thread uses the exchange
    std::atomic<bool> resendParameters { true };
    // Under `streamMutex`.
    std::uint32_t missedProgram = 0;   ///< the last program change that no engine heard, as a MIDI message; 0 for none
    std::optional<std::uint32_t> programsFrom;  ///< a project was loaded here: programs of earlier blocks count no more

    // The I/O thread's own, or under `streamMutex` where `prepare` needs them.
    std::unique_ptr<ChildProcess> process;
    FrameParser parser;
    std::vector<std::uint8_t> outbox;
    std::size_t outboxSent = 0;
    Heartbeat heartbeat;
    Backoff backoff;
    Clock::time_point started {}, nextTick {}, nextStart {}, lastBlock {};
    std::uint32_t ticks = 0;
    bool wasStandby = false;            ///< it had loaded its program before it was needed
    bool greeted = false;
    bool streaming = false;             ///< the engine is prepared for the present epoch
    bool contiguous = false;            ///< an answer of this engine has come in this epoch
    bool keepsUp = false;               ///< and one that came in time
    bool parametersSent = false;        ///< this engine has got every parameter in this epoch
    bool offline = false;
    std::string renderWarning;                 ///< what an export lost and the player does not know yet
    std::uint32_t toldGivenUp = 0;      ///< how often an export gave up that the player knows of
    std::uint32_t preparedEpoch = 0;    ///< the epoch that the engine was told last
    std::uint32_t sentUpTo = 0;         ///< end of the last block that was taken from the queue
    std::uint32_t unanswered = 0;       ///< samples that were sent and not answered
    double lastBlockSeconds = 0.0;      ///< its length
    std::vector<float> answer;
    std::thread thread;
};

template <typename Change>
void EngineLink::tell (Change&& change)
{
    {
        const std::lock_guard lock (mutex);
        change (shared);
    }

    onNews();
}

template <typename Message>
void EngineLink::say (const Message& message, std::string_view text)
{
    appendFrame (outbox, message, text);
}

} // namespace tiller
