#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

namespace tiller
{

/**
    Recognises echoes: a VST3 host passes each value that it was notified of for one parameter back to the processor, some blocks
    later, when the engine may have moved on. Such a value must not be taken for a change by the user. Each notification has one
    echo, within half a second by `EchoClock`, unless the host moves the parameter itself before that. Values are normalised, 0..1.
    Lock-free.
*/
class ParameterEchoFilter
{
public:
    /** The host is notified of a value. One thread at a time. [main-thread] */
    void expect (float value, std::uint32_t nowMilliseconds) noexcept
    {
        const auto at = expected.load (std::memory_order_relaxed);
        values[at % size].store (value, std::memory_order_relaxed);
        times[at % size].store (nowMilliseconds, std::memory_order_relaxed);
        expected.store (at + 1, std::memory_order_release);
    }

    /** True where this value may be an echo. [any-thread] */
    bool isExpected (float value, std::uint32_t nowMilliseconds) const noexcept { return find (value, nowMilliseconds).has_value(); }

    /**
        The same; the echo and those that were expected before it are then no longer expected. A value that is no echo is the
        host's own: its next ones are, too, also where they return to what it was notified of. [audio-thread]
    */
    bool consume (float value, std::uint32_t nowMilliseconds) noexcept
    {
        const auto found = find (value, nowMilliseconds);
        consumed.store (found ? *found + 1 : expected.load (std::memory_order_acquire), std::memory_order_relaxed);
        return found.has_value();
    }

private:
    std::optional<std::uint32_t> find (float value, std::uint32_t nowMilliseconds) const noexcept
    {
        const auto end = expected.load (std::memory_order_acquire);
        const auto waiting = end - consumed.load (std::memory_order_relaxed);

        for (auto at = end - (waiting < size ? waiting : size); at != end; ++at)
            if (values[at % size].load (std::memory_order_relaxed) == value
                && static_cast<std::int32_t> (nowMilliseconds - times[at % size].load (std::memory_order_relaxed)) < maxEchoMilliseconds)
                return at;

        return {};
    }

    /** More values than a host is notified of within `maxEchoMilliseconds`. */
    static constexpr std::uint32_t size = 64;
    /** Longer than several of the longest blocks. */
    static constexpr std::int32_t maxEchoMilliseconds = 500;

    std::array<std::atomic<float>, size> values {};
    std::array<std::atomic<std::uint32_t>, size> times {};
    std::atomic<std::uint32_t> expected { 0 }, consumed { 0 };
};

} // namespace tiller
