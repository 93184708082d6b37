#include "tiller/vst3/AutomationPoints.h"

namespace tiller
{

namespace
{
   #if defined (__linux__)
    // Storage that is there when the thread is: the usual kind is allocated by its first use, on the audio thread.
    __attribute__ ((tls_model ("initial-exec")))
   #endif
    thread_local const AutomationPoints* current = nullptr;
}

const AutomationPoints* automationOfThisBlock() noexcept                       { return current; }
void setAutomationOfThisBlock (const AutomationPoints* points) noexcept        { current = points; }

} // namespace tiller
