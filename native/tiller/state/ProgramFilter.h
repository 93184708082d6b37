#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

namespace tiller
{

/**
    Which program changes of the host recall presets, as the player has set it: none, those of one channel or all; and the banks that
    were selected before them. Only those that do are passed on, each with its bank, as the protocol's MidiEvent carries it.
*/
class ProgramFilter
{
public:
    static constexpr int anyChannel = 0, channels = 16;

    /** `channel` is 1..16 or `anyChannel`. [any-thread] */
    void set (bool on, int channel) noexcept
    {
        wanted.store (on ? (channel >= 1 && channel <= channels ? channel : anyChannel) : off, std::memory_order_relaxed);
    }

    bool isOn() const noexcept { return wanted.load (std::memory_order_relaxed) != off; }     // [any-thread]

    /** What is to be passed on of a MIDI message, status | data1 << 8 | data2 << 16; nothing for a program change that recalls nothing. [audio-thread] */
    std::optional<std::uint32_t> pass (std::uint32_t message) noexcept
    {
        const auto channel = message & 0x0f, kind = message & 0xf0;

        if (kind == controlChange)
            selectBank (channel, (message >> 8) & 0x7f, (message >> 16) & 0x7f);

        if (kind != programChange)
            return message;

        const int selected = wanted.load (std::memory_order_relaxed);

        if (selected == off || (selected != anyChannel && static_cast<std::uint32_t> (selected - 1) != channel))
            return {};

        return (message & 0x7fff) | (banks[channel] << bankShift);
    }

    /** The program change that a move of the host's program parameter means, which has no channel of its own. [audio-thread] */
    std::optional<std::uint32_t> fromHost (std::uint8_t program) noexcept
    {
        const int selected = wanted.load (std::memory_order_relaxed);
        const auto channel = selected >= 1 ? static_cast<std::uint32_t> (selected - 1) : lastBankChannel;
        return pass (programChange | channel | (std::uint32_t { program } << 8));
    }

private:
    static constexpr int off = -1;
    static constexpr std::uint32_t controlChange = 0xb0, programChange = 0xc0, bankCoarse = 0, bankFine = 32, bankShift = 16;

    /** As everywhere in MIDI 1.0, the coarse value clears the fine one. */
    void selectBank (std::uint32_t channel, std::uint32_t controller, std::uint32_t value) noexcept
    {
        if (controller == bankCoarse)
            banks[channel] = value << 7;
        else if (controller == bankFine)
            banks[channel] = (banks[channel] & ~0x7fu) | value;
        else
            return;

        lastBankChannel = channel;
    }

    std::atomic<int> wanted { off };

    // [audio-thread]
    std::array<std::uint32_t, channels> banks {};   ///< 14 bits
    std::uint32_t lastBankChannel = 0;
};

} // namespace tiller
