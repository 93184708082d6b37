#include "tiller/engine/EngineLink.h"

#include <algorithm>
#include <cctype>
#include <csignal>

namespace tiller
{

using namespace std::chrono_literals;
namespace to_engine = protocol::to_engine;

namespace
{
    /** Silence after which a streaming engine is taken for hung. */
    constexpr Milliseconds hungStreaming { 300 };
    /** The same while nobody waits for sound. */
    constexpr Milliseconds hungIdle { 2000 };
    constexpr Milliseconds hungStarting { 10000 };
    /** An engine that stood by only has to say hello. */
    constexpr Milliseconds hungStandingBy { 300 };
    constexpr Milliseconds hungMain { 5000 };
    /** After this many failures in a row an offline render no longer waits for the next engine. */
    constexpr int failuresUntilHopeless = 4;
    /** Audio flows where a block came within this time. */
    constexpr Milliseconds flowing { 500 };
    /** Sound that has lasted this long is worth an engine standing by. */
    constexpr std::chrono::seconds playedForStandby { 2 };
}

EngineLink::EngineLink (AudioExchange& e, PresetMemory& p, ParameterTable& t, CommandLine c, std::function<void()> n)
    : exchange (e), presets (p), parameters (t), command (std::move (c)), standby (StandbyEngine::shared (command)), onNews (std::move (n))
{
    thread = std::thread ([this] { run(); });
}

EngineLink::~EngineLink() { stop(); }

void EngineLink::stop()
{
    {
        const std::lock_guard lock (mutex);
        quitting = true;
    }

    wake.notify_all();

    if (thread.joinable())
        thread.join();
}

void EngineLink::start()
{
    {
        const std::lock_guard lock (mutex);
        wanted = true;
    }

    wake.notify_all();
}

void EngineLink::prepare (const StreamFormat& format, Delays expected)
{
    const std::lock_guard lock (streamMutex);
    exchange.prepare (format, expected);
    rewind();
    programsFrom.reset();
    sentUpTo = 0;
}

void EngineLink::rewind() noexcept
{
    streaming = contiguous = keepsUp = parametersSent = false;
    exchange.setEngineReady (false);
    unanswered = 0;
    resendParameters.store (true);
}

bool EngineLink::isStreaming()
{
    const std::lock_guard lock (streamMutex);
    return streaming;
}

/** In an export the next block comes when the last one is answered, however long that takes. */
bool EngineLink::audioFlows (Clock::time_point now)
{
    const std::lock_guard lock (streamMutex);
    return now - lastBlock <= flowing || (offline && (unanswered > 0 || exchange.toEngine.readable() > 0));
}

void EngineLink::presetLoads()
{
    const std::lock_guard lock (mutex);
    ++presetsLoading;
    shared.edited = false;
}

void EngineLink::presetLoaded()
{
    {
        // What was asked for before is not what the project holds.
        const std::lock_guard lock (streamMutex);
        missedProgram = 0;
        programsFrom = exchange.position();
    }

    const std::lock_guard lock (mutex);
    shared.refused.clear();
    appendState (orders);
    ++statesTold;
    --presetsLoading;
}

void EngineLink::openInterface()
{
    const std::lock_guard lock (mutex);
    interfaceWanted = true;
    appendFrame (orders, to_engine::OpenInterface {});
}

void EngineLink::loadPreset (const std::string& id)
{
    const std::lock_guard lock (mutex);
    appendFrame (orders, to_engine::LoadPreset {}, id);
}

void EngineLink::retryNow()
{
    {
        const std::lock_guard lock (mutex);
        retry = true;
    }

    wake.notify_all();
}

EngineView EngineLink::takeView()
{
    const std::lock_guard lock (mutex);
    auto view = shared;
    shared.moved.clear();
    shared.edited = false;
    return view;
}

void EngineLink::setPhase (EnginePhase phase)
{
    tell ([phase] (EngineView& view) { view.phase = phase; });
}

void EngineLink::run()
{
   #if ! defined (_WIN32)
    // A write to a dead engine must be an error of the write, not the end of the host.
    sigset_t signals;
    sigfillset (&signals);
    pthread_sigmask (SIG_BLOCK, &signals, nullptr);
   #endif

    for (;;)
    {
        {
            std::unique_lock lock (mutex);

            if (! process)
            {
                wake.wait (lock, [this] { return wanted || quitting; });

                if (! quitting && Clock::now() < nextStart)
                    wake.wait_until (lock, nextStart, [this] { return quitting || retry; });

                retry = false;
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

void EngineLink::launch()
{
    std::string problem;
    started = Clock::now();
    process = standby->take();
    wasStandby = process != nullptr;

    if (! process)
        process = ChildProcess::start (command, ChildProcess::Orphan::ended, problem);

    if (! process)
    {
        fail (problem);
        return;
    }

    parser.clear();
    outbox.clear();
    outboxSent = 0;
    greeted = false;
    preparedEpoch = 0;
    heartbeat.restart (started);
    nextTick = started;
    setPhase (EnginePhase::starting);
    greet();
}

void EngineLink::greet()
{
    say (to_engine::Hello { protocol::version }, "Tiller plugin");

    const std::lock_guard lock (mutex);
    orders.clear();  // they were for the last engine; the state has them
    appendState (outbox);
    statesTold = 1;
    statesPlayed = 0;

    if (interfaceWanted)
        say (to_engine::OpenInterface {});
}

void EngineLink::fail (const std::string& reason)
{
    auto text = reason;

    if (process)
    {
        const auto how = process->end();
        auto words = process->lastWords();

        while (! words.empty() && std::isspace (static_cast<unsigned char> (words.back())))
            words.pop_back();

        text += " (" + how + ")";

        if (! words.empty())
            text += ": " + words.substr (words.size() > 600 ? words.size() - 600 : 0);

        process.reset();
    }

    const auto now = Clock::now();
    // One that stood by and never spoke says nothing about the next.
    nextStart = wasStandby && ! greeted ? now : now + backoff.failed (now - started);

    {
        const std::lock_guard lock (streamMutex);
        const bool lost = offline && streaming;
        rewind();
        exchange.setEngineExpected (backoff.failuresInARow() < failuresUntilHopeless);

        // What the last engine was sent will never be answered; an offline render must not wait for it.
        if (offline)
        {
            if (lost)
                renderWarning = "The engine stopped during an export, which is dry for a moment there: export again.";

            exchange.fromEngine.jumpTo (sentUpTo, sentUpTo);
        }
    }

    tell ([&] (EngineView& view)
    {
        view.phase = EnginePhase::waiting;
        view.problem = text;
        view.failuresInARow = backoff.failuresInARow();
        ++view.restarts;
        view.interfaceAddress.clear();
        view.processId = 0;
    });
}

void EngineLink::serve()
{
    const auto ready = process->wait (outboxSent < outbox.size(), napMicroseconds());

    if (ready == ChildProcess::Ready::something && ! receive())
        return;

    if (ready == ChildProcess::Ready::ended)
    {
        fail ("The engine stopped");
        return;
    }

    {
        const std::lock_guard lock (mutex);

        if (greeted && ! orders.empty())
        {
            outbox.insert (outbox.end(), orders.begin(), orders.end());
            orders.clear();
        }
    }

    takeBlocks();

    if (! transmit())
    {
        fail ("The engine stopped reading");
        return;
    }

    keepTime (Clock::now());
}

bool EngineLink::receive()
{
    for (;;)
    {
        auto* space = parser.space();
        const auto count = process->read (space, parser.room());

        if (count < 0)
        {
            fail ("The engine stopped");
            return false;
        }

        if (count == 0)
            return true;

        parser.arrived (static_cast<std::size_t> (count));
        heartbeat.heard();
        Frame frame;

        for (;;)
        {
            const auto result = parser.parse (frame);

            if (result == FrameParser::Result::none)
                break;

            if (result == FrameParser::Result::broken || ! handle (frame))
            {
                fail ("The engine sent what is no message of the protocol");
                return false;
            }
        }
    }
}

bool EngineLink::transmit()
{
    while (outboxSent < outbox.size())
    {
        const auto count = process->write (outbox.data() + outboxSent, outbox.size() - outboxSent);

        if (count < 0)
            return false;

        if (count == 0)
            return true;

        outboxSent += static_cast<std::size_t> (count);
    }

    outbox.clear();
    outboxSent = 0;
    return true;
}

void EngineLink::keepTime (Clock::time_point now)
{
    heartbeat.tick (now);

    if (now >= nextTick)
    {
        nextTick = now + Milliseconds (protocol::tickMilliseconds);
        process->lastWords();
        sendRenderWarning();

        if (greeted && ! audioFlows (now))
            tellParametersWithoutAudio();

        if (greeted)
            say (to_engine::Tick { ++ticks });
    }

    const bool live = isStreaming() && ! offline && now - lastBlock < 1s;

    if (live && now - started > playedForStandby)
        standby->keepReady();

    if (heartbeat.isHung (! greeted ? (wasStandby ? hungStandingBy : hungStarting) : live ? hungStreaming : hungIdle))
        fail ("The engine did not answer");
    else if (heartbeat.isMainHung (greeted ? hungMain : hungStarting))
        fail ("The engine's main thread did not answer");
}

} // namespace tiller
