#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

namespace tiller
{

/**
    What a host was shown of one parameter a moment ago, 0..1. A VST3 host gives each such value to the processor again, some
    blocks later, when the engine may have moved on: that is an echo, and no wish of the host's. Each value is one echo.
*/
class ShownValues
{
public:
    /** The host is shown a value. One thread at a time. [main-thread] */
    void add (float value, std::uint32_t nowMilliseconds) noexcept
    {
        const auto at = added.load (std::memory_order_relaxed);
        values[at % size].store (value, std::memory_order_relaxed);
        times[at % size].store (nowMilliseconds, std::memory_order_relaxed);
        added.store (at + 1, std::memory_order_release);
    }

    /** True where the host may still give this value back. [any-thread] */
    bool holds (float value, std::uint32_t nowMilliseconds) const noexcept { return find (value, nowMilliseconds).has_value(); }

    /** The same, and it is given back now; those before it were passed over. [audio-thread] */
    bool take (float value, std::uint32_t nowMilliseconds) noexcept
    {
        const auto found = find (value, nowMilliseconds);

        if (found)
            taken.store (*found + 1, std::memory_order_relaxed);

        return found.has_value();
    }

private:
    std::optional<std::uint32_t> find (float value, std::uint32_t nowMilliseconds) const noexcept
    {
        const auto end = added.load (std::memory_order_acquire);
        const auto waiting = end - taken.load (std::memory_order_relaxed);

        for (auto at = end - (waiting < size ? waiting : size); at != end; ++at)
            if (values[at % size].load (std::memory_order_relaxed) == value
                && nowMilliseconds - times[at % size].load (std::memory_order_relaxed) < echoMilliseconds)
                return at;

        return {};
    }

    /** More than a hand makes in that time. */
    static constexpr std::uint32_t size = 64;
    /** Later than after some of the longest blocks the host means what it says. */
    static constexpr std::uint32_t echoMilliseconds = 500;

    std::array<std::atomic<float>, size> values {};
    std::array<std::atomic<std::uint32_t>, size> times {};
    std::atomic<std::uint32_t> added { 0 }, taken { 0 };
};

} // namespace tiller
