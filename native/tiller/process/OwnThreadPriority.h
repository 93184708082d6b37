#pragma once

#include <memory>

namespace tiller
{

/**
    The priority of an audio thread for the thread that calls, as far as the system gives it; processes and threads that it starts do
    not inherit it. One thread, never the audio thread.
*/
class OwnThreadPriority
{
public:
    OwnThreadPriority();
    ~OwnThreadPriority();

    /**
        Asks for that priority, or gives it back; to be called again and again, since an answer may take its time. True while the
        thread has it.
    */
    bool setRealtime (bool realtime);

private:
    struct State;
    const std::unique_ptr<State> state;
};

} // namespace tiller
