#pragma once

#include "tiller/generated/PluginProtocol.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tiller
{

/** What a level meter shows before the first audio, in dBFS. */
constexpr float silenceDb = -120.0f;

enum class EnginePhase
{
    off,            ///< not needed yet
    starting,       ///< started; it is opening its model
    running,
    restartPending  ///< it failed, and will be started again
};

/** Of the engine's streaming thread. */
enum class EnginePriority
{
    normal,         ///< it does not play live, or cannot keep up
    realtime,       ///< that of an audio thread
    refused         ///< the system does not allow more than the normal one
};

/** A parameter that the engine moved, in its plain unit. The parameter table has the value already. */
struct ParameterChange
{
    std::uint32_t index;
    float value;
    protocol::Gesture gesture;
};

/** As the message `programs` of the engine has them. */
struct ProgramSettings
{
    bool isOn = false;
    int channel = 0;                ///< 1..16; 0 for any
    std::string assignmentsJson;
};

/** The engine as it last reported, for the plugin's window and for the host. */
struct EngineSnapshot
{
    EnginePhase phase = EnginePhase::off;
    std::string failure;          ///< why it failed last; empty once it runs again
    int failuresInARow = 0;
    EnginePriority priority = EnginePriority::normal;
    int restarts = 0;             ///< since the plugin was loaded
    std::string version;
    std::uint32_t processId = 0;
    std::string notice;           ///< a message for the user; empty for none
    protocol::NoticeLevel noticeLevel = protocol::NoticeLevel::info;
    std::string renderWarning;    ///< what was wrong with the last offline render; empty where it was complete
    std::string presetError;      ///< why the engine could not read the project's preset; empty where it could
    /** The player's settings for program change; empty until the engine has sent them. */
    std::optional<ProgramSettings> programs;
    std::string namesJson, presetsJson, interfaceAddress, modelName;
    protocol::to_plugin::Status status { silenceDb, silenceDb, 0.0f, 0.0f, 0 };
    std::vector<ParameterChange> parameterChanges;   ///< since the last snapshot, in order
    std::optional<float> fixLatency;                 ///< the player has fixed the latency since the last snapshot, in milliseconds; 0 has it follow the model
    bool edited = false;          ///< the user has changed the instrument since the last snapshot
};

} // namespace tiller
