#pragma once

#if ! defined (_WIN32)
 #include <chrono>
 #include <thread>
#endif

namespace tiller
{

/** Sleeps for about a tenth of a millisecond, on Windows half of one. [any-thread] the audio thread only where it may wait */
#if defined (_WIN32)
void sleepShortly() noexcept;
#else
inline void sleepShortly() noexcept { std::this_thread::sleep_for (std::chrono::microseconds (100)); }
#endif

} // namespace tiller
