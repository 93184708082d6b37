#pragma once

#include <optional>
#include <string>

namespace tiller
{

/** Longer presets are deflated in the host's project, which should stay below a megabyte. */
constexpr std::size_t longestPlainPreset = 512 * 1024;

/** A text's length in bytes (32 bits, little-endian), then the text deflated. [any-thread] but the audio thread */
std::string packPreset (const std::string& text);

/** The text of a packed preset; nothing where it is damaged, cut, or longer than the protocol's texts. [any-thread] but the audio thread */
std::optional<std::string> unpackPreset (const std::string& packed);

} // namespace tiller
