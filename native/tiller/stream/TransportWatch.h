#pragma once

#include <cstdint>
#include <optional>

namespace tiller
{

/**
    Knows where an offline render begins: there the engine starts from empty states, so that two exports are the same. Live
    it never does: sound that goes through while a player presses play goes on. [audio-thread]
*/
class TransportWatch
{
public:
    /** One host block, as the host tells of it. */
    struct Block
    {
        bool playing = false;
        std::optional<std::int64_t> timeSamples;    ///< of its first sample; some hosts tell none
        bool offline = false;
        bool sounds = false;                        ///< not all of its samples are zero; only an offline render needs it
        int frames = 0;
    };

    /** A stream begins. [main-thread] while no audio flows. */
    void prepare() noexcept { *this = {}; }

    /** Takes the next block; true where it begins a render. */
    bool begins (const Block&) noexcept;

private:
    bool transportBegins (const Block&) noexcept;
    bool soundBegins (const Block&) noexcept;

    bool wasPlaying = false, wasTimeTold = false, hasSounded = false;
    std::int64_t expectedTime = 0, lastTime = 0;
};

} // namespace tiller
