#if defined (_WIN32)

#include "tiller/process/OwnThreadPriority.h"
#include "tiller/process/windows/SystemHeaders.h"

#include <avrt.h>

namespace tiller
{

/** The Multimedia Class Scheduler Service's task of audio programs, or null. */
struct OwnThreadPriority::State
{
    HANDLE task = nullptr;
};

OwnThreadPriority::OwnThreadPriority() : state (std::make_unique<State>()) {}

/** The service forgets the thread when it ends. */
OwnThreadPriority::~OwnThreadPriority() = default;

bool OwnThreadPriority::setRealtime (bool realtime)
{
    if (realtime && state->task == nullptr)
    {
        DWORD index = 0;
        state->task = AvSetMmThreadCharacteristicsW (L"Pro Audio", &index);
    }
    else if (! realtime && state->task != nullptr && AvRevertMmThreadCharacteristics (state->task))
    {
        state->task = nullptr;
    }

    return state->task != nullptr;
}

} // namespace tiller

#endif
