#pragma once

#include <atomic>
#include <cstdint>

namespace tiller
{

/**
    The program parameter of VST3 hosts. A host moves it for MIDI program change, but may also write it when it restores a
    project or plays back automation: this tells the moves that must recall a preset from those that only repeat the value.
*/
class HostProgram
{
public:
    /** As many as MIDI has, however many presets there are: the parameter's range never changes. */
    static constexpr int count = 128;
    /** No program was selected yet; hosts display the first. */
    static constexpr std::int32_t none = -1;
    /** A project could not be read: only the host may know which program it had, if any. */
    static constexpr std::int32_t unknown = -2;

    /** The program of a normalised value, 0..1 (others are clamped, NaN is program 0), as VST3 counts the steps of a parameter. [any-thread] */
    static std::uint8_t fromNormalised (double value) noexcept;

    /** The program that was selected last, 0..127, `none` or `unknown`. [any-thread] */
    std::int32_t selected() const noexcept          { return program.load (std::memory_order_relaxed); }

    /** The program that hosts display, 0..127. [any-thread] */
    int displayed() const noexcept                  { return selected() < 0 ? 0 : selected(); }

    /** A project brought this program, `none` or `unknown`; anything else counts as `none`. [any-thread] */
    void restore (std::int32_t) noexcept;

    /** `rate` in Hz. [main-thread] before audio flows */
    void prepare (double rate) noexcept;

    /** A block of this many samples begins; its points follow. [audio-thread] */
    void beginBlock (int numSamples) noexcept;

    /** The host writes a program; true where this must recall its preset. [audio-thread] */
    bool select (std::uint8_t) noexcept;

private:
    /** Until this much audio has passed after a project was loaded, writing the project's own program recalls nothing. */
    static constexpr double restoreGuardSeconds = 1.0;
    /** Points of the same program closer than this are one: automation repeats its value. */
    static constexpr double repeatGuardSeconds = 0.25;

    std::atomic<std::int32_t> program { none };
    std::atomic<bool> restored { false };

    // The audio thread's own, in samples.
    std::int64_t restoreGuard = 0, repeatGuard = 0;
    std::int64_t restoreGuardLeft = 0, repeatGuardLeft = 0;
};

} // namespace tiller
