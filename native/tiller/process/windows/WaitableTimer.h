#pragma once

#include "tiller/process/windows/Handle.h"

#include <cstdint>

// Since Windows 10, version 1803; MinGW's headers do not have it.
#if ! defined (CREATE_WAITABLE_TIMER_HIGH_RESOLUTION)
 #define CREATE_WAITABLE_TIMER_HIGH_RESOLUTION 0x00000002
#endif

namespace tiller
{

/** A timer with a resolution of half a millisecond: time limits of waits are as coarse as the system's clock, 1 to 16 ms. One thread. */
class WaitableTimer
{
public:
    /** Starts it; its event is set when the time is over. False where the system has no such timer. */
    bool start (std::uint32_t microseconds) noexcept
    {
        LARGE_INTEGER due {};
        due.QuadPart = -static_cast<LONGLONG> (microseconds) * 10;
        return timer && SetWaitableTimer (timer.get(), &due, 0, nullptr, nullptr, FALSE);
    }

    HANDLE event() const noexcept { return timer.get(); }

private:
    Handle timer { CreateWaitableTimerExW (nullptr, nullptr, CREATE_WAITABLE_TIMER_HIGH_RESOLUTION, TIMER_ALL_ACCESS) };
};

} // namespace tiller
