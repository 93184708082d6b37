#include "EngineLink.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <csignal>

namespace tiller
{

using namespace std::chrono_literals;
namespace to_engine = protocol::to_engine;
namespace to_plugin = protocol::to_plugin;

namespace
{
    /** Silence after which a streaming engine is taken for hung. */
    constexpr Milliseconds hungStreaming { 300 };
    /** The same while nobody waits for sound. */
    constexpr Milliseconds hungIdle { 2000 };
    constexpr Milliseconds hungStarting { 10000 };
    constexpr Milliseconds hungMain { 5000 };
    /** A live block that is this much later than it could be heard, in seconds, is not worth the engine's time. */
    constexpr double hopelessSeconds = 0.2;
    /** After this many failures in a row an offline render no longer waits for the next engine. */
    constexpr int failuresUntilHopeless = 4;
    constexpr std::size_t outboxEnough = 256 * 1024;
}

EngineLink::EngineLink (AudioExchange& e, PresetMemory& p, ParameterTable& t, CommandLine c, std::function<void()> n)
    : exchange (e), presets (p), parameters (t), command (std::move (c)), onNews (std::move (n))
{
    thread = std::thread ([this] { run(); });
}

EngineLink::~EngineLink()
{
    {
        const std::lock_guard lock (mutex);
        quitting = true;
    }

    wake.notify_all();
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
    sentUpTo = 0;
}

void EngineLink::rewind() noexcept
{
    streaming = contiguous = false;
    exchange.setEngineReady (false);
    unanswered = 0;
    resendParameters.store (true);
}

void EngineLink::presetLoaded()
{
    const std::lock_guard lock (mutex);
    shared.refused.clear();
    appendState (orders);
}

/** The parameters follow the preset: what the host has is younger than what the engine last told. */
void EngineLink::appendState (std::vector<std::uint8_t>& frames) const
{
    const auto preset = presets.get();
    appendFrame (frames, to_engine::State {}, preset);

    // Without a preset the engine chooses one, and its values are what plays.
    if (preset.empty())
        return;

    for (std::uint32_t i = 0; i < ParameterTable::size; ++i)
        appendFrame (frames, to_engine::Parameter { i, parameters.value (i) });
}

void EngineLink::setParameter (std::uint32_t index, float value)
{
    const std::lock_guard lock (mutex);
    appendFrame (orders, to_engine::Parameter { index, value });
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

template <typename Change>
void EngineLink::tell (Change&& change)
{
    {
        const std::lock_guard lock (mutex);
        change (shared);
    }

    onNews();
}

void EngineLink::setPhase (EnginePhase phase)
{
    tell ([phase] (EngineView& view) { view.phase = phase; });
}

template <typename Message>
void EngineLink::say (const Message& message, std::string_view text)
{
    appendFrame (outbox, message, text);
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
    process = ChildProcess::start (command, problem);

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
    appendState (outbox);

    const std::lock_guard lock (mutex);
    orders.clear();  // they were for the last engine; the state has them

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
    nextStart = now + backoff.failed (now - started);

    {
        const std::lock_guard lock (streamMutex);
        rewind();
        exchange.setEngineExpected (backoff.failuresInARow() < failuresUntilHopeless);

        // What the last engine was sent will never be answered; an offline render must not wait for it.
        if (offline)
            exchange.fromEngine.jumpTo (sentUpTo, sentUpTo);
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

std::uint32_t EngineLink::napMicroseconds() const noexcept
{
    if (offline)
        return 100;

    if (Clock::now() - lastBlock > 2s || lastFrames == 0)
        return 5000;

    const double block = lastFrames / exchange.streamFormat().rate;
    return static_cast<std::uint32_t> (std::clamp (block * 0.25, 0.00025, 0.002) * 1e6);
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
        {
            to_plugin::State state {};

            if (! frame.get (state) || frame.size - sizeof (state) > protocol::maxTextBytes)
                return false;

            exchange.setSilenceOnFault (state.silenceOnFault != 0);
            presets.pushed (frame.text (sizeof (state)), state.edited != 0);

            if (state.edited != 0)
                tell ([] (EngineView& view) { view.edited = true; view.refused.clear(); });

            return true;
        }

        case to_plugin::Parameter::type:
        {
            to_plugin::Parameter moved {};

            if (! frame.get (moved) || moved.index >= protocol::parameters.size() || ! std::isfinite (moved.value) || moved.gesture > 3)
                return false;

            parameters.setValue (moved.index, moved.value);
            parameters.setTold (moved.index, moved.value);
            tell ([&] (EngineView& view) { view.moved.push_back ({ moved.index, moved.value, static_cast<protocol::Gesture> (moved.gesture) }); });
            return true;
        }

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

        default:
            return false;
    }
}

void EngineLink::handlePrepared (const to_plugin::Prepared& message)
{
    {
        const std::lock_guard lock (streamMutex);

        if (message.epoch != exchange.epoch)
            return;

        const Delays delays { message.latencySamples, message.marginSamples };
        const bool changed = delays != exchange.delays();
        exchange.setDelays (delays);
        exchange.setEngineExpected (true);

        // Where only the model changed: what comes until the new one has filled up is not its sound.
        if (streaming && changed)
            exchange.fromEngine.hearFrom (exchange.fromEngine.expected() + exchange.delays().engine);

        if (! streaming)
            resendParameters.store (true);

        streaming = true;
        exchange.setEngineReady (true);
    }

    tell ([] (EngineView& view) { view.phase = EnginePhase::running; view.problem.clear(); });
}

bool EngineLink::handleSamples (const Frame& frame)
{
    to_plugin::Samples head {};

    if (! frame.get (head))
        return false;

    const std::lock_guard lock (streamMutex);

    if (head.epoch != exchange.epoch || ! streaming)
        return true;

    const auto channels = static_cast<std::size_t> (exchange.streamFormat().channels);
    const std::size_t channelBytes = head.frames * sizeof (float);

    if (head.frames > static_cast<std::uint32_t> (exchange.streamFormat().maxBlock) || head.channels != channels
        || frame.size != sizeof (head) + channelBytes * channels || head.frames > unanswered)
        return false;

    unanswered -= head.frames;
    auto& answers = exchange.fromEngine;
    const auto delays = exchange.delays();

    // After a gap the engine's own delay is filled with what it did not hear: none of that may sound.
    if (! contiguous || head.position != answers.expected())
        answers.jumpTo (head.position, head.position == 0 ? 0 : head.position + delays.engine);

    contiguous = true;
    const auto late = delays.margin + static_cast<std::uint32_t> (exchange.streamFormat().maxBlock);

    if (distance (exchange.position(), head.position + head.frames + late) > 0)
        exchange.counters.lateAnswers.fetch_add (1, std::memory_order_relaxed);

    bool finite = true;

    for (std::size_t c = 0; c < channels; ++c)
    {
        answer.resize (head.frames);
        std::memcpy (answer.data(), frame.payload + sizeof (head) + c * channelBytes, channelBytes);
        finite = finite && std::all_of (answer.begin(), answer.end(), [] (float sample) { return std::isfinite (sample); });
        answers.write (static_cast<int> (c), answer.data(), head.frames);
    }

    if (finite)
    {
        answers.publish (head.frames);
    }
    else
    {
        exchange.counters.faultyAnswers.fetch_add (1, std::memory_order_relaxed);
        answers.jumpTo (head.position + head.frames, head.position + head.frames);
    }

    return true;
}

void EngineLink::takeBlocks()
{
    const std::lock_guard lock (streamMutex);
    const auto& format = exchange.streamFormat();

    if (! greeted || format.channels == 0)
        return;

    if (preparedEpoch != exchange.epoch)
    {
        preparedEpoch = exchange.epoch;
        say (to_engine::Prepare { exchange.epoch, static_cast<float> (format.rate), static_cast<std::uint32_t> (format.maxBlock),
                                  static_cast<std::uint32_t> (format.channels) });
    }

    struct Head
    {
        std::uint32_t size, type;
        to_engine::Block block;
    };

    auto& queue = exchange.toEngine;
    const auto late = exchange.delays().margin + static_cast<std::uint32_t> (format.maxBlock);
    const auto hopeless = static_cast<std::int32_t> (hopelessSeconds * format.rate);

    while (outbox.size() - outboxSent < outboxEnough && queue.readable() > 0)
    {
        Head head {};
        queue.peek (0, &head, sizeof (head));
        offline = (head.block.flags & protocol::offline) != 0;
        lastBlock = Clock::now();
        lastFrames = head.block.frames;
        const auto whole = protocol::frameHeaderBytes + head.size;
        const auto end = head.block.position + head.block.frames;
        const auto lateness = distance (exchange.position(), end + late);

        if (! streaming)
        {
            if (offline || lateness <= 0)
                break;

            queue.drop (whole);
            sentUpTo = end;
            continue;
        }

        if (unanswered > 0 && unanswered + head.block.frames > late + static_cast<std::uint32_t> (hopeless))
            break;

        const bool skip = ! offline && lateness > (contiguous ? hopeless : 0);
        auto taken = whole;

        if (skip)
        {
            taken -= std::size_t { head.block.frames } * head.block.channels * sizeof (float);
            head.size = static_cast<std::uint32_t> (taken - protocol::frameHeaderBytes);
            head.block.flags |= protocol::skipped;
        }
        else
        {
            unanswered += head.block.frames;
        }

        const auto at = outbox.size();
        outbox.resize (at + taken);
        queue.peek (0, outbox.data() + at, taken);
        std::memcpy (outbox.data() + at, &head, sizeof (head));
        queue.drop (whole);
        sentUpTo = end;
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

        if (greeted)
            say (to_engine::Tick { ++ticks });
    }

    const bool live = streaming && ! offline && now - lastBlock < 1s;

    if (heartbeat.isHung (! greeted ? hungStarting : live ? hungStreaming : hungIdle))
        fail ("The engine did not answer");
    else if (heartbeat.isMainHung (greeted ? hungMain : hungStarting))
        fail ("The engine's main thread did not answer");
}

} // namespace tiller
