#if defined (_WIN32)

#include "tiller/process/ShortSleep.h"
#include "tiller/process/windows/WaitableTimer.h"

namespace tiller
{

void sleepShortly() noexcept
{
    // One for each thread that waits, made once: a render waits for every block.
    thread_local WaitableTimer timer;

    if (timer.start (100))
        WaitForSingleObject (timer.event(), 1);
    else
        Sleep (1);
}

} // namespace tiller

#endif
