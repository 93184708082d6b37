#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <optional>

namespace tiller
{

/**
    The latency that the host has been told, in samples. Through an offline render it stays as it is: hosts that hear of another
    one move their tracks, each time at another block, and two renders of one song would differ. Lock-free.
*/
class HostLatency
{
public:
    /** A stream begins: the host is told again. [main-thread] while no audio flows */
    void prepare() noexcept                 { state.store (pack ({})); }

    bool isRendering() const noexcept       { return unpack (state.load (std::memory_order_relaxed)).held != 0; }   // [any-thread]

    /**
        A block of an offline render comes, and the engine needs `needed`. Returns the least latency of the output: what the host was
        told when the render began, or what was needed then, where that was more and the player has fixed nothing. [audio-thread]
    */
    std::uint32_t renders (std::uint32_t needed) noexcept
    {
        const auto next = exchange ([needed] (Values values)
        {
            if (values.held == 0)
                values.held = values.isFixed ? values.told : std::max (values.told, needed);

            return values;
        });

        return next.held;
    }

    /** A live block comes. [audio-thread] */
    void plays() noexcept
    {
        if (isRendering())
            exchange ([] (Values values) { values.held = 0; return values; });
    }

    /** What to tell the host now that this latency is wanted, which the player may have fixed; empty where it knows. [any-thread] */
    std::optional<std::uint32_t> change (std::uint32_t wanted, bool isFixed) noexcept
    {
        bool isKnown = false;
        const auto next = exchange ([&] (Values values)
        {
            const auto told = values.held != 0 ? values.held : wanted;
            isKnown = told == values.told;
            return Values { values.held, told, isFixed };
        });

        return isKnown ? std::nullopt : std::optional (next.told);
    }

private:
    struct Values
    {
        std::uint32_t held = 0;     ///< through the render, 0 while there is none; below 2^31
        std::uint32_t told = 0;
        bool isFixed = false;
    };

    static std::uint64_t pack (const Values& values) noexcept
    {
        return (std::uint64_t { values.held } << 33) | (std::uint64_t { values.isFixed ? 1u : 0u } << 32) | values.told;
    }

    static Values unpack (std::uint64_t packed) noexcept
    {
        return { static_cast<std::uint32_t> (packed >> 33), static_cast<std::uint32_t> (packed), ((packed >> 32) & 1) != 0 };
    }

    /** Replaces the values by what `next` makes of them, which may be called more than once; returns them. */
    template <typename Next> Values exchange (Next&& next) noexcept
    {
        auto before = state.load();

        for (;;)
        {
            const Values after = next (unpack (before));

            if (state.compare_exchange_weak (before, pack (after)))
                return after;
        }
    }

    std::atomic<std::uint64_t> state { 0 };
};

} // namespace tiller
