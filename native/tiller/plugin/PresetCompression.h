#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace tiller
{

/** Longer presets are compressed in the host's project, which should stay below a megabyte; in bytes. */
constexpr std::size_t maxUncompressedPreset = 512 * 1024;

/** The text's length in bytes (32 bits, little-endian), then the text in zlib format. [any-thread] but the audio thread */
std::string compressPreset (const std::string& text);

/** The text of a compressed preset; empty where it is damaged, cut, or longer than the protocol's texts. [any-thread] but the audio thread */
std::optional<std::string> decompressPreset (const std::string& compressed);

} // namespace tiller
