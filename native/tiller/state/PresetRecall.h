#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

namespace tiller
{

/** True for a MIDI program change: status | data1 << 8 | data2 << 16. */
constexpr bool isProgramChange (std::uint32_t message) noexcept { return (message & 0xf0) == 0xc0; }

/** Bank * 128 + program of a program change as the protocol's MidiEvent carries it: the bank, 14 bits, from bit 16 on. */
constexpr std::uint32_t programOf (std::uint32_t message) noexcept { return ((message >> 16) & 0x3fff) * 128 + ((message >> 8) & 0x7f); }

/** True where request `a` was made after request `b`; right while fewer than 2^31 lie between them. */
constexpr bool isLaterRequest (std::uint32_t a, std::uint32_t b) noexcept { return static_cast<std::int32_t> (a - b) > 0; }

/** Which preset the instrument is to become: one by its identifier, or the one that the player has assigned to a program. */
struct PresetRequest
{
    static constexpr int none = -1, maxProgram = (1 << 21) - 1;

    int program = none;     ///< bank * 128 + program, 0..maxProgram; `none` where `id` is given
    std::string id;
};

/**
    The preset that the host or the player has asked for last, and whether the engine has recalled it. Requests are numbered in
    the order in which they were made; numbers wrap. Until the engine reports its number, a request is pending: it is saved with
    the project, and the next engine is asked for it as well.
*/
class PresetRecall
{
public:
    /** Asks for the preset of a program. Returns the number of the request. Lock-free. [any-thread] */
    std::uint32_t requestProgram (std::uint32_t program) noexcept { return add (program); }

    /** Asks for a preset. Returns the number of the request. [any-thread] but the audio thread */
    std::uint32_t request (const PresetRequest& wanted)
    {
        if (wanted.program >= 0)
            return requestProgram (static_cast<std::uint32_t> (wanted.program));

        const std::lock_guard lock (mutex);
        id = wanted.id;
        return add (byIdentifier);
    }

    /** The number of the last request; 0 where there was none. [any-thread] */
    std::uint32_t lastNumber() const noexcept       { return numberOf (last.load (std::memory_order_acquire)); }

    /** The last request that has been answered, or that a project has replaced. [any-thread] */
    std::uint32_t appliedNumber() const noexcept    { return applied.load (std::memory_order_acquire); }

    /** Whether a request waits for its answer. [any-thread] */
    bool isPending() const noexcept                 { return isLaterRequest (lastNumber(), appliedNumber()); }

    /** The engine has recalled this request, or could not. [any-thread] */
    void setApplied (std::uint32_t number) noexcept { raise (applied, number); }

    /** The last request that a project has replaced. [any-thread] */
    std::uint32_t discardedNumber() const noexcept  { return discarded.load (std::memory_order_acquire); }

    /** A project is loaded: what was asked for before no longer counts. [any-thread] */
    void discard() noexcept
    {
        raise (discarded, lastNumber());
        raise (applied, discardedNumber());
    }

    /** A request and its number. */
    struct Numbered
    {
        std::uint32_t number;
        PresetRequest request;
    };

    /** The last request. [any-thread] but the audio thread */
    Numbered lastRequest() const
    {
        const std::lock_guard lock (mutex);
        const auto packed = last.load (std::memory_order_acquire);
        const auto program = static_cast<std::uint32_t> (packed);
        return { numberOf (packed), program == byIdentifier ? PresetRequest { PresetRequest::none, id } : PresetRequest { static_cast<int> (program), {} } };
    }

    /** The last request while it is pending. [any-thread] but the audio thread */
    std::optional<PresetRequest> pending() const
    {
        auto [number, request] = lastRequest();

        if (! isLaterRequest (number, appliedNumber()))
            return {};

        return request;
    }

private:
    static constexpr std::uint32_t byIdentifier = 0xffffffff;

    static constexpr std::uint32_t numberOf (std::uint64_t packed) noexcept { return static_cast<std::uint32_t> (packed >> 32); }

    static void raise (std::atomic<std::uint32_t>& value, std::uint32_t number) noexcept
    {
        auto before = value.load (std::memory_order_relaxed);

        while (isLaterRequest (number, before) && ! value.compare_exchange_weak (before, number, std::memory_order_acq_rel)) {}
    }

    std::uint32_t add (std::uint32_t program) noexcept
    {
        auto before = last.load (std::memory_order_relaxed);
        std::uint32_t number = 0;

        do
            number = numberOf (before) + 1;
        while (! last.compare_exchange_weak (before, (std::uint64_t { number } << 32) | program, std::memory_order_acq_rel));

        return number;
    }

    mutable std::mutex mutex;
    std::string id;                             ///< under `mutex`: of the last request that has one
    std::atomic<std::uint64_t> last { 0 };      ///< number and program, or `byIdentifier`
    std::atomic<std::uint32_t> applied { 0 }, discarded { 0 };
};

} // namespace tiller
