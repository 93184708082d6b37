// Whatever the pattern in which a host calls, the engine is heard without a gap, and no wait exceeds the host's lead. On a
// controlled clock, with an engine that takes a known share of real time; then with the stub engine's process, which is given
// the time that it needs.

#include "CallPatterns.h"
#include "CoreTests.h"
#include "SupervisorFixture.h"

#include "tiller/stream/AudioExchange.h"

#include <deque>
#include <functional>
#include <utility>

namespace tiller::test
{

namespace
{

constexpr float gain = 0.5f;

float inputAt (std::size_t position) { return static_cast<float> (1 + position % 977); }

/** A clock that runs only while somebody waits. */
struct ControlledClock final : StreamClock
{
    double seconds() const noexcept override { return now; }

    void pause() noexcept override
    {
        now += step;
        onPause();
    }

    double now = 100.0, step = 1e-4;
    std::function<void()> onPause = [] {};
};

/** An engine on the controlled clock: it computes whenever a hop is complete, for a share of the hop's duration. */
class TimedEngine
{
public:
    TimedEngine (AudioExchange& e, ControlledClock& c, double r, int h, double l) : exchange (e), clock (c), rate (r), hop (h), load (l) {}

    void blockSent() { arrivals.push_back (clock.now); }

    /** Delivers what is finished by now. */
    void run()
    {
        while (! arrivals.empty() && exchange.toEngine.readable() > 0)
        {
            struct { std::uint32_t payloadBytes, type; protocol::to_engine::Block block; } front {};
            exchange.toEngine.peek (0, &front, sizeof (front));
            const auto end = front.block.position + front.block.frames;
            const auto calls = end / static_cast<std::uint32_t> (hop) - front.block.position / static_cast<std::uint32_t> (hop);
            const double finished = std::max (idleFrom, arrivals.front()) + calls * load * hop / rate;

            if (finished > clock.now)
                return;

            idleFrom = finished;
            arrivals.pop_front();
            std::vector<float> samples (front.block.frames);
            const auto bytes = samples.size() * sizeof (float);
            exchange.toEngine.peek (protocol::frameHeaderBytes + front.payloadBytes - bytes, samples.data(), bytes);
            exchange.toEngine.consume (protocol::frameHeaderBytes + front.payloadBytes);

            for (auto& sample : samples)
                sample *= gain;

            exchange.fromEngine.write (0, samples.data(), samples.size());
            exchange.fromEngine.publish (samples.size());
        }
    }

private:
    AudioExchange& exchange;
    ControlledClock& clock;
    const double rate;
    const int hop;
    const double load;
    std::deque<double> arrivals;
    double idleFrom = 0.0;
};

/** One block of `inputAt`, in place. */
void processBlock (AudioExchange& exchange, std::vector<float>& samples, std::size_t position, bool prefetch)
{
    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i] = inputAt (position + i);

    float* channel = samples.data();
    HostBlock block;
    block.input = &channel;
    block.output = &channel;
    block.numSamples = static_cast<int> (samples.size());
    exchange.beginCall ({ block.numSamples, false, prefetch });
    exchange.process (block);
}

/** The engine is heard from its first sample on, and the first sample that is not its is reported. */
void checkHeard (const std::vector<float>& output, std::size_t latency, std::size_t position, const std::string& what)
{
    for (std::size_t i = 0; i < output.size(); ++i)
        if (position + i >= latency)
            CHECK (output[i] == gain * inputAt (position + i - latency), what, ": sample ", position + i, " is ", output[i]);
}

/** The jitter of a live host is known, and may be waited for, only after two windows. */
bool isFilledUp (const CallPattern& pattern, double seconds)
{
    return pattern.kind != CallPattern::Kind::jitter || seconds > 2.2 * HostLead::windowSeconds;
}

void playTimed (const CallPattern& pattern, double rate, int blockSize, double load)
{
    constexpr int hop = 512;
    const double blockSeconds = blockSize / rate;
    // As the engine's normal margin: see src/engine/host/margin.ts.
    const auto margin = static_cast<std::uint32_t> (std::ceil (rate * (0.002 + 0.3 * hop / rate)));
    ControlledClock clock;
    AudioExchange exchange (clock);
    TimedEngine engine (exchange, clock, rate, hop, load);
    clock.onPause = [&engine] { engine.run(); };
    exchange.prepare ({ rate, blockSize, 1 }, { 0, margin });
    exchange.setEngineReady (true);

    const auto what = pattern.name + " at " + std::to_string (static_cast<int> (rate)) + " Hz in blocks of " + std::to_string (blockSize);
    const auto schedule = pattern.schedule (static_cast<int> (8.0 / blockSeconds), blockSeconds);
    std::vector<float> samples (static_cast<std::size_t> (blockSize));
    const double start = clock.now;
    double latest = 0.0, longestWait = 0.0;

    for (std::size_t n = 0; n < schedule.size(); ++n)
    {
        clock.now = std::max (clock.now, start + schedule[n]);
        engine.run();
        const double arrived = clock.now, inStream = start + static_cast<double> (n) * blockSeconds;
        latest = std::max (latest, arrived - inStream);
        engine.blockSent();
        processBlock (exchange, samples, n * samples.size(), pattern.prefetch);

        if (isFilledUp (pattern, static_cast<double> (n) * blockSeconds))
            checkHeard (samples, exchange.latencySamples (exchange.latency()), n * samples.size(), what);

        const double waited = clock.now - arrived;
        longestWait = std::max (longestWait, waited);

        // A step of the clock may go beyond the end of the wait; the guard is longer than that.
        if (waited > 0.0 && ! pattern.prefetch)
            CHECK (clock.now - inStream < latest, what, ": block ", n, " waited for ", waited, " s");
    }

    if (pattern.kind == CallPattern::Kind::bursts && pattern.seconds == 0.0)
        CHECK_EQUAL (longestWait, 0.0);
}

void everyPatternIsHeard()
{
    for (const auto& pattern : callPatterns())
        for (const double rate : { 48000.0, 96000.0 })
            for (const int blockSize : { 64, 441, 1024 })
                for (const double load : { 0.02, 0.25 })
                    playTimed (pattern, rate, blockSize, load);
}

/** Waits until the engine has delivered all that it was sent. */
void deliverAll (const AudioExchange& exchange)
{
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::duration<double> (patience);

    for (; exchange.fromEngine.readable().end != exchange.position(); std::this_thread::sleep_for (std::chrono::microseconds (100)))
        CHECK (std::chrono::steady_clock::now() < deadline, "the engine does not deliver");
}

/** What `sleepShortly` takes at least. */
constexpr double shortestSleepSeconds = 1e-4;

/** The whole way through the block transport, two pipes and a process. Time passes for the host only while it waits, and slowly. */
void everyPatternIsHeardFromTheStubEngine()
{
    for (const auto& pattern : callPatterns())
    {
        for (const double rate : { 48000.0, 96000.0 })
        {
            ControlledClock clock;
            constexpr auto blockSize = static_cast<std::size_t> (SupervisorFixture::blockSize);
            const double blockSeconds = static_cast<double> (blockSize) / rate;
            // The second block of a burst is ahead by one block. The stub engine may take our patience for it: by a fixed step it was
            // too late at 96 kHz where a busy machine did not run it for a quarter of a second.
            clock.step = HostLead::longestWait (blockSeconds, blockSeconds) * shortestSleepSeconds / patience;
            clock.onPause = [] { sleepShortly(); };
            SupervisorFixture fixture (clock, rate);
            auto& exchange = fixture.exchange;
            const auto schedule = pattern.schedule (static_cast<int> ((isFilledUp (pattern, 0.0) ? 1.3 : 3.0) / blockSeconds), blockSeconds);
            fixture.command ("one-model");
            const auto latency = exchange.latencySamples (exchange.latency()) - stubLatency;
            std::vector<float> samples (blockSize);
            const double start = clock.now;

            for (std::size_t n = 0; n < schedule.size(); ++n)
            {
                if (start + schedule[n] > clock.now)
                {
                    // The engine has all the time that the host is idle.
                    deliverAll (exchange);
                    clock.now = start + schedule[n];
                }

                processBlock (exchange, samples, n * blockSize, pattern.prefetch);

                if (isFilledUp (pattern, static_cast<double> (n) * blockSeconds))
                    checkHeard (samples, latency, n * blockSize, pattern.name);
            }
        }
    }
}

/** An engine that crashes while it is waited for: the wait ends, and the next engine is waited for and heard. */
void aHostThatIsAheadGetsTheNextEngine()
{
    for (const bool prefetch : { false, true })
    {
        ControlledClock clock;
        clock.step = 1e-7;
        clock.onPause = [] { std::this_thread::sleep_for (std::chrono::microseconds (50)); };
        SupervisorFixture fixture (clock, 48000.0);
        constexpr auto blockSize = static_cast<std::size_t> (SupervisorFixture::blockSize);
        std::vector<float> samples (blockSize);
        std::size_t n = 0;

        fixture.command ("one-model");

        for (; n < 30; ++n)
            processBlock (fixture.exchange, samples, n * blockSize, prefetch);

        fixture.send ("exit");
        CHECK (eventually (patience, [&] { return fixture.control.takeSnapshot().restarts == 1; }));

        for (; n < 45; ++n)
            processBlock (fixture.exchange, samples, n * blockSize, prefetch);

        const auto latency = fixture.exchange.latencySamples (fixture.exchange.latency()) - stubLatency;
        checkHeard (samples, latency, (n - 1) * blockSize, "after the engine's end");
        CHECK_EQUAL (fixture.exchange.counters.offlineTimeouts.load(), 0u);
    }
}

} // namespace

void addCallPatternTests (Suite& suite)
{
    suite.add ("the engine is heard in every calling pattern", everyPatternIsHeard);
    suite.add ("the stub engine is heard in every calling pattern", everyPatternIsHeardFromTheStubEngine);
    suite.add ("a host that is ahead gets the next engine", aHostThatIsAheadGetsTheNextEngine);
}

} // namespace tiller::test
