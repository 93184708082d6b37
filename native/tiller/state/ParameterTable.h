#pragma once

#include "tiller/generated/PluginProtocol.h"

#include <array>
#include <atomic>
#include <limits>
#include <string_view>

namespace tiller
{

/** The present value of every parameter in its plain unit, and the value that the engine has. Lock-free. [any-thread] */
class ParameterTable
{
public:
    static constexpr std::size_t size = protocol::parameters.size();

    /** The index of the parameter with this identifier; to be evaluated while compiling, where an unknown one is an error. */
    static constexpr std::size_t indexOf (std::string_view id)
    {
        std::size_t i = 0;

        while (id != protocol::parameters.at (i).id)
            ++i;

        return i;
    }

    ParameterTable()
    {
        for (std::size_t i = 0; i < size; ++i)
            values[i].store (protocol::parameters[i].initial);

        invalidateAll();
    }

    float value (std::size_t i) const noexcept              { return values[i].load (std::memory_order_relaxed); }
    void setValue (std::size_t i, float plain) noexcept     { values[i].store (plain, std::memory_order_relaxed); }

    /** The value that the engine has; NaN where it is unknown. */
    float sentValue (std::size_t i) const noexcept          { return sent[i].load (std::memory_order_relaxed); }

    /** True where the engine has another value, or its value is unknown. */
    bool isDirty (std::size_t i) const noexcept             { return sent[i].load (std::memory_order_relaxed) != value (i); }

    /** The engine has this value, or it is on its way there. */
    void markSent (std::size_t i, float plain) noexcept     { sent[i].store (plain, std::memory_order_relaxed); }

    /** The engine's value is unknown: the parameter is dirty. */
    void invalidate (std::size_t i) noexcept                { markSent (i, std::numeric_limits<float>::quiet_NaN()); }

    /** The engine's values are unknown; where it plays its defaults, only those that the host has changed are dirty. */
    void invalidateAll() noexcept
    {
        for (std::size_t i = 0; i < size; ++i)
        {
            if (usesEngineDefaults())
                markSent (i, protocol::parameters[i].initial);
            else
                invalidate (i);
        }
    }

    /** True while there is no preset yet: the engine plays its default instrument, and that instrument's values count. */
    bool usesEngineDefaults() const noexcept                { return engineDefaults.load (std::memory_order_relaxed); }
    void setUsesEngineDefaults (bool does) noexcept         { engineDefaults.store (does, std::memory_order_relaxed); }

    /** True where the parameter still has its initial value. */
    bool isInitial (std::size_t i) const noexcept           { return value (i) == protocol::parameters[i].initial; }

private:
    std::array<std::atomic<float>, size> values, sent;
    std::atomic<bool> engineDefaults { true };
};

} // namespace tiller
