#pragma once

#include "tiller/engine/BlockTransport.h"
#include "tiller/engine/ControlChannel.h"
#include "tiller/engine/SendBuffer.h"
#include "tiller/engine/StandbyProcess.h"
#include "tiller/engine/StartQueue.h"
#include "tiller/engine/ThreadPriorities.h"
#include "tiller/ipc/Messages.h"
#include "tiller/process/Backoff.h"
#include "tiller/process/ChildProcess.h"
#include "tiller/process/OwnThreadPriority.h"
#include "tiller/process/Watchdog.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace tiller
{

/**
    Keeps an engine process running, in a thread of its own (the I/O thread): starts it, passes messages between its pipes and
    the control channel or the block transport, watches it, and replaces one that crashes, hangs or breaks the protocol. The new
    engine gets the last state. The two must outlive the supervisor.
*/
class EngineSupervisor
{
public:
    EngineSupervisor (CommandLine, ControlChannel&, BlockTransport&, std::shared_ptr<StartQueue> = StartQueue::shared());

    /** As `stop`. [main-thread] */
    ~EngineSupervisor();

    /** From now on an engine shall run; returns at once. [main-thread] */
    void start();

    /**
        Ends the engine after `delay`, unless `start` is called before. What it held is with the plugin: the next engine gets the
        state and the undo history. [main-thread]
    */
    void endAfter (Clock::duration delay);

    /** Ends the engine and the I/O thread for good; neither the channel nor the transport is used afterwards. [main-thread] */
    void stop();

    /** Starts a failed engine now instead of after its delay. [main-thread] */
    void retryNow();

    /** The control channel or the transport has something for the engine, which may have been left alone for a while. [any-thread] but the audio thread */
    void wakeUp() noexcept { signal.set(); }

private:
    // [io-thread]
    void run();
    void launch();
    bool mayStart (Clock::time_point now);
    void finishStart();
    void release();
    void serve();
    void fail (const std::string& reason);
    bool receive();
    bool dispatch (const Message&);
    void sendWithoutAudio();
    void reportRender();
    void runTimers (Clock::time_point now, Clock::duration longestStep);
    bool isAtRest (Clock::time_point now);
    std::uint32_t pollIntervalMicroseconds (Clock::time_point now);

    const CommandLine command;
    ControlChannel& control;
    BlockTransport& transport;
    const std::shared_ptr<StandbyProcess> standby;
    const std::shared_ptr<StartQueue> starts;

    // Between the main thread and the I/O thread.
    std::mutex mutex;
    std::condition_variable wake;       ///< where no engine runs
    WakeSignal signal;                  ///< where one does
    bool wanted = false, quitting = false, retry = false;
    Clock::time_point wantedUntil = Clock::time_point::max();

    // The I/O thread's own.
    std::unique_ptr<ChildProcess> process;
    MessageParser parser;
    SendBuffer outbox;
    Watchdog watchdog;
    Backoff backoff;
    ThreadPriorities priorities;
    OwnThreadPriority ownPriority;
    Clock::time_point started {}, nextTick {}, nextStart {}, dueSince {}, lastNews {};
    std::unique_ptr<StartSlot> startSlot;   ///< while the engine starts
    bool urgent = false;                ///< the user has asked for the next start
    std::uint32_t ticks = 0;
    bool wasStandby = false;            ///< this engine had loaded its program before it was needed
    std::thread thread;
};

} // namespace tiller
