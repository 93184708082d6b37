#include "tiller/vst3/Vst3Block.h"

#if defined (__APPLE__)
 #include <pthread.h>
#endif

namespace tiller
{

#if defined (__APPLE__)

namespace
{
    /** Thread-local variables of a library are allocated on first use, which would be on the audio thread; values of keys are part of each thread. */
    pthread_key_t blockKey()
    {
        static const pthread_key_t key = []
        {
            pthread_key_t made {};
            pthread_key_create (&made, nullptr);
            return made;
        }();
        return key;
    }

    /** Made when the library is loaded. */
    [[maybe_unused]] const pthread_key_t madeEarly = blockKey();
}

const Vst3Block* currentVst3Block() noexcept                    { return static_cast<const Vst3Block*> (pthread_getspecific (blockKey())); }
void setCurrentVst3Block (const Vst3Block* block) noexcept      { pthread_setspecific (blockKey(), block); }

#else

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

#endif

} // namespace tiller
