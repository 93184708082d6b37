#include "tiller/vst3/Vst3Block.h"

namespace tiller
{

namespace
{
   #if defined (__linux__)
    // Allocated with the thread: with the default model the first use allocates, which would be on the audio thread.
    __attribute__ ((tls_model ("initial-exec")))
   #endif
    thread_local const Vst3Block* current = nullptr;
}

const Vst3Block* currentVst3Block() noexcept                    { return current; }
void setCurrentVst3Block (const Vst3Block* block) noexcept      { current = block; }

} // namespace tiller
