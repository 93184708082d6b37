#pragma once

#include <cstdint>
#include <optional>

namespace tiller
{

/**
    Detects where an offline render begins: there the engine clears its state, so that two renders of the same passage are
    identical. Live playback never does that: audio that goes through while the user presses play goes on. [audio-thread]
*/
class RenderStartDetector
{
public:
    /** One host block, as the host describes it. */
    struct Block
    {
        bool playing = false;
        std::optional<std::int64_t> timeSamples;    ///< of its first sample; empty where the host reports none
        bool offline = false;
        bool hasSignal = false;                     ///< not all input samples are 0; needed offline only
        int numSamples = 0;
    };

    /** A stream begins. [main-thread] while no audio flows */
    void prepare() noexcept { *this = {}; }

    /** Takes the next block; true where a render begins with it. */
    bool isRenderStart (const Block&) noexcept;

private:
    bool transportStarts (const Block&) noexcept;
    bool signalStarts (const Block&) noexcept;

    bool wasPlaying = false, hadTime = false, hadSignal = false;
    std::int64_t expectedTime = 0, lastTime = 0;
};

} // namespace tiller
