#pragma once

#include <memory>

namespace tiller
{

/**
    Ends the wait of another thread, or its next one where it does not wait now (`ChildProcess::wait`). Where the system has none
    left, nothing is ended: waits have time limits.
*/
class WakeSignal
{
public:
    WakeSignal();
    ~WakeSignal();

    /** [any-thread] but the audio thread: it is a system call */
    void set() noexcept;

    /** Of the system; what waits for it knows. */
    struct Source;
    Source& source() noexcept { return *held; }

private:
    std::unique_ptr<Source> held;
};

} // namespace tiller
