#include "tiller/engine/EngineSupervisor.h"

#include <algorithm>
#include <cctype>
#include <csignal>
#include <utility>

namespace tiller
{

namespace to_engine = protocol::to_engine;

namespace
{
    // Time limits of the watchdog: `Silence` says which time counts.
    constexpr Milliseconds streamingLimit { 300 };
    constexpr Milliseconds idleLimit { 2000 };
    constexpr Milliseconds startLimit { 10000 };
    /** A standby process has loaded its program already: it only has to answer the handshake. */
    constexpr Milliseconds standbyStartLimit { 300 };
    constexpr Milliseconds mainThreadLimit { 5000 };

    /** An engine that nothing was heard of and nothing was sent to for this long is at rest. */
    constexpr Milliseconds restAfter { 2000 };
    /** How often an engine at rest is asked for an answer. */
    constexpr Milliseconds restTick { 250 };
    /** By how much a wait may exceed what was meant before its end counts as that of a host that was itself stopped. */
    constexpr Milliseconds lateness { 50 };

    /** How often a start that has to wait for others asks again. */
    constexpr Milliseconds startPollInterval { 20 };

    /** After this many failures in a row an offline render no longer waits for the next engine. */
    constexpr int maxFailuresOffline = 4;
    /** An engine that has played live for this long is worth a standby process. */
    constexpr std::chrono::seconds playedBeforeStandby { 2 };
    /** Longest part of stderr in an error message, in bytes. */
    constexpr std::size_t maxStderrBytes = 600;
}

EngineSupervisor::EngineSupervisor (CommandLine commandLine, ControlChannel& c, BlockTransport& t, std::shared_ptr<StartQueue> s)
    : command (std::move (commandLine)), control (c), transport (t), standby (StandbyProcess::shared (command)), starts (std::move (s))
{
    thread = std::thread ([this] { run(); });
}

EngineSupervisor::~EngineSupervisor() { stop(); }

void EngineSupervisor::start()
{
    {
        const std::lock_guard lock (mutex);
        wanted = true;
        wantedUntil = Clock::time_point::max();
    }

    wake.notify_all();
    signal.set();
}

void EngineSupervisor::endAfter (Clock::duration delay)
{
    const std::lock_guard lock (mutex);
    wantedUntil = Clock::now() + delay;
}

void EngineSupervisor::stop()
{
    {
        const std::lock_guard lock (mutex);
        quitting = true;
    }

    wake.notify_all();
    signal.set();

    if (thread.joinable())
        thread.join();
}

void EngineSupervisor::retryNow()
{
    {
        const std::lock_guard lock (mutex);
        retry = true;
    }

    wake.notify_all();
}

//==============================================================================
void EngineSupervisor::run()
{
   #if ! defined (_WIN32)
    // A write to an engine that has ended must fail with an error, not end the host with SIGPIPE.
    sigset_t signals;
    sigfillset (&signals);
    pthread_sigmask (SIG_BLOCK, &signals, nullptr);
   #endif

    // For profilers.
   #if defined (__linux__)
    pthread_setname_np (pthread_self(), "tiller-link");
   #elif defined (__APPLE__)
    pthread_setname_np ("tiller-link");
   #endif

    for (;;)
    {
        if (! process)
        {
            ownPriority.setRealtime (false);
            reportRender();
        }

        {
            std::unique_lock lock (mutex);
            wanted = wanted && Clock::now() < wantedUntil;

            if (process && ! wanted && ! quitting)
            {
                lock.unlock();
                release();
                continue;
            }

            if (! process)
            {
                wake.wait (lock, [this] { return wanted || quitting; });

                if (! quitting && Clock::now() < nextStart)
                    wake.wait_until (lock, nextStart, [this] { return quitting || retry; });

                urgent = std::exchange (retry, false) || urgent;
            }

            if (quitting)
                break;
        }

        if (process)
            serve();
        else
            launch();
    }

    process.reset();
}

void EngineSupervisor::launch()
{
    std::string error;
    started = Clock::now();
    process = standby->take();
    wasStandby = process != nullptr;

    if (! process && ! mayStart (started))
        return;

    dueSince = {};
    urgent = false;

    if (! process)
        process = ChildProcess::start (command, ChildProcess::OnHostDeath::kill, error);

    if (! process)
    {
        fail (error);
        return;
    }

    parser.clear();
    outbox.clear();
    control.connect (outbox);
    transport.engineStarted();
    watchdog.restart (started);
    nextTick = lastNews = started;
    priorities.restart();
}

/** Whether an engine may be started from nothing now; if not, when to ask again. */
bool EngineSupervisor::mayStart (Clock::time_point now)
{
    if (dueSince == Clock::time_point {})
        dueSince = now;

    startSlot = starts->tryEnter (now, urgent ? Clock::duration::max() : now - dueSince);

    if (! startSlot)
        nextStart = now + startPollInterval;

    return startSlot != nullptr;
}

/** The engine plays, or does what it can without audio: the next may start. */
void EngineSupervisor::finishStart()
{
    if (startSlot)
        starts->succeeded();

    startSlot.reset();
}

/** Ends an engine that is not needed for a while. */
void EngineSupervisor::release()
{
    process.reset();
    startSlot.reset();
    transport.engineStopped (true);
    control.setOff();
}

void EngineSupervisor::fail (const std::string& reason)
{
    auto text = reason;

    if (process)
    {
        text += " (" + process->terminate() + ")";
        auto output = process->stderrTail();

        while (! output.empty() && std::isspace (static_cast<unsigned char> (output.back())))
            output.pop_back();

        if (! output.empty())
            text += ": " + output.substr (output.size() > maxStderrBytes ? output.size() - maxStderrBytes : 0);

        process.reset();
    }

    const auto now = Clock::now();

    if (startSlot)
        starts->failed (now);

    startSlot.reset();
    // A standby process that never answered says nothing about the next engine.
    nextStart = wasStandby && ! control.isConnected() ? now : now + backoff.failed (now - started);

    transport.engineStopped (backoff.failuresInARow() < maxFailuresOffline);
    control.setFailed (text, backoff.failuresInARow());
}

void EngineSupervisor::serve()
{
    const auto interval = pollIntervalMicroseconds (Clock::now());
    const auto readiness = process->wait (outbox.pending() > 0, interval, &signal);

    if (readiness == ChildProcess::Readiness::ready && ! receive())
        return;

    if (readiness == ChildProcess::Readiness::closed)
    {
        fail ("The engine stopped");
        return;
    }

    // A block that was made after a request of the main thread must not overtake it.
    const auto waited = transport.waiting();

    if (control.sendRequests (outbox))
        lastNews = Clock::now();

    if (control.isConnected())
        transport.sendBlocks (outbox, waited);

    if (! outbox.flush (*process))
    {
        fail ("The engine stopped reading");
        return;
    }

    runTimers (Clock::now(), std::chrono::microseconds (interval) + lateness);
}

/** Whether neither the host nor the player nor the engine does anything. */
bool EngineSupervisor::isAtRest (Clock::time_point now)
{
    return control.isConnected() && ! startSlot && ! control.isInterfaceOpen() && now - lastNews > restAfter && transport.isQuiet (now);
}

/** Where a host may send blocks they are looked for: the audio thread makes no system call, and so it cannot end a wait. */
std::uint32_t EngineSupervisor::pollIntervalMicroseconds (Clock::time_point now)
{
    return isAtRest (now) && ! transport.hasStream() ? static_cast<std::uint32_t> (std::chrono::microseconds (restTick).count())
                                                     : transport.pollIntervalMicroseconds();
}

void EngineSupervisor::runTimers (Clock::time_point now, Clock::duration longestStep)
{
    watchdog.advance (now, longestStep, [this] { return process->activity (control.streamThread()); }, [this] { return process->activity (0); });
    const bool connected = control.isConnected();

    if (now >= nextTick)
    {
        nextTick = now + (isAtRest (now) ? restTick : Milliseconds (protocol::tickMilliseconds));
        process->stderrTail();

        if (connected)
            control.setPriority (priorities.update (*process, now, transport.isLive (now), transport.keepsUp (now)));

        // It carries every block to the engine and back.
        ownPriority.setRealtime (transport.isLive (now));
        reportRender();

        if (transport.isStreaming())
            control.sendRenderWarning (outbox);

        if (connected && ! transport.isActive (now))
            sendWithoutAudio();

        if (connected)
            outbox.add (to_engine::Tick { ++ticks });

        // Before a stream is prepared there is no more to wait for than the instrument.
        if (startSlot && connected && ! transport.hasStream() && control.hasLoaded())
            finishStart();
    }

    const bool live = transport.isLive (now);

    if (live && now - started > playedBeforeStandby)
        standby->keepReady();

    const auto startingLimit = wasStandby ? standbyStartLimit : startLimit;

    if (watchdog.hasExpired (! connected ? startingLimit : live ? streamingLimit : idleLimit))
        fail ("The engine did not answer");
    else if (watchdog.mainHasExpired (connected ? mainThreadLimit : startLimit))
        fail ("The engine's main thread did not answer");
}

/** A render that fell back to the dry track looks like a success to the host: the player gets a warning, also where no engine runs. */
void EngineSupervisor::reportRender()
{
    if (const auto isDry = transport.takeRenderIsDry())
        control.setRenderIsDry (*isDry);
}

/** What blocks carry where there are any: the parameters that were moved, and behind them the preset that was asked for. */
void EngineSupervisor::sendWithoutAudio()
{
    const auto waited = transport.waiting();
    const auto before = outbox.pending();

    if (control.sendDirtyParameters (outbox))
        transport.sendRecall (outbox, waited);

    if (outbox.pending() != before)
        lastNews = Clock::now();
}

} // namespace tiller
