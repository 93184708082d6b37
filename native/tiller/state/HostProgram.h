#pragma once

#include <atomic>
#include <cstdint>

namespace tiller
{

/**
    The program parameter of VST3 hosts. A host turns MIDI program change into a move of it, and may also write it when
    it restores a project or plays its automation: this tells the moves that recall a preset from those that only repeat
    what is there.
*/
class HostProgram
{
public:
    /** As many as MIDI has, whatever presets there are: the parameter's range never changes. */
    static constexpr int count = 128;
    /** No program was chosen yet; hosts are shown the first. */
    static constexpr std::int32_t none = -1;
    /** A project could not be read: which program it had, if any, only the host may know. */
    static constexpr std::int32_t unknown = -2;

    /** The program that a normalised value, 0..1, stands for, as VST3 counts the steps of a parameter. [any-thread] */
    static std::uint8_t fromNormalised (double value) noexcept;

    /** The program that was chosen last, `none` or `unknown`. [any-thread] */
    std::int32_t chosen() const noexcept            { return program.load (std::memory_order_relaxed); }

    /** The program that hosts are shown, 0..127. [any-thread] */
    int shown() const noexcept                      { return chosen() < 0 ? 0 : chosen(); }

    /** A project brought this program, `none` or `unknown`; others are taken for `none`. [any-thread] */
    void restore (std::int32_t) noexcept;

    /** Must be called before the audio flows. [main-thread] */
    void prepare (double rate) noexcept;

    /** Says before its points that a block of this many samples begins. [audio-thread] */
    void beginBlock (int frames) noexcept;

    /** Takes a point of this block; true where it recalls a preset. [audio-thread] */
    bool choose (std::uint8_t) noexcept;

private:
    /** Until this much audio has passed, a host that writes what the project brought asks for nothing. */
    static constexpr double writeBackSeconds = 1.0;
    /** Points of one program that follow each other within this time are one: automation repeats its value. */
    static constexpr double heldSeconds = 0.25;

    std::atomic<std::int32_t> program { none };
    std::atomic<bool> restored { false };

    // The audio thread's own, in samples.
    std::int64_t writeBack = 0, held = 0;
    std::int64_t writeBackLeft = 0, heldLeft = 0;
};

} // namespace tiller
