#pragma once

#include "tiller/generated/PluginProtocol.h"

#include <array>
#include <atomic>
#include <limits>

namespace tiller
{

/** The present value of every parameter in its plain unit, and what the engine was last told of it. [any-thread] */
class ParameterTable
{
public:
    static constexpr std::size_t size = protocol::parameters.size();

    ParameterTable()
    {
        for (std::size_t i = 0; i < size; ++i)
            values[i].store (protocol::parameters[i].initial);

        forgetAll();
    }

    float value (std::size_t i) const noexcept              { return values[i].load (std::memory_order_relaxed); }
    void setValue (std::size_t i, float plain) noexcept     { values[i].store (plain, std::memory_order_relaxed); }

    /** True where the engine has another value, or none. */
    bool isNews (std::size_t i) const noexcept              { return told[i].load (std::memory_order_relaxed) != value (i); }

    /** The engine has this value. */
    void setTold (std::size_t i, float plain) noexcept      { told[i].store (plain, std::memory_order_relaxed); }

    /** The engine's value is not known. */
    void forget (std::size_t i) noexcept                    { setTold (i, std::numeric_limits<float>::quiet_NaN()); }

    /** The engine's values are not known; where it chooses them, what the host left alone is not news to it. */
    void forgetAll() noexcept
    {
        for (std::size_t i = 0; i < size; ++i)
        {
            if (engineChooses())
                setTold (i, protocol::parameters[i].initial);
            else
                forget (i);
        }
    }

    /** Whether there is no instrument yet: the engine chooses one, and its values are what plays. */
    bool engineChooses() const noexcept                     { return choosing.load (std::memory_order_relaxed); }
    void setEngineChooses (bool does) noexcept              { choosing.store (does, std::memory_order_relaxed); }

    /** True where the host has left the value as it was at first. */
    bool isUntouched (std::size_t i) const noexcept         { return value (i) == protocol::parameters[i].initial; }

private:
    std::array<std::atomic<float>, size> values, told;
    std::atomic<bool> choosing { true };
};

} // namespace tiller
