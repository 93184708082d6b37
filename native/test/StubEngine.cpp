// The smallest engine, for the tests of the supervisor: this program itself, started again with `--engine`. It delivers half of
// each block without any latency, whatever latency it reports, and takes each `RecallPreset` for a command: see `run`.

#include "CoreTests.h"
#include "SupervisorFixture.h"

#include "tiller/ipc/Messages.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>

#if defined (_WIN32)
 #include <fcntl.h>
 #include <io.h>
 #include <process.h>
#endif

#include <unistd.h>

namespace tiller::test
{

namespace
{

#if defined (_WIN32)
using ByteCount = unsigned;
#else
using ByteCount = std::size_t;
#endif

/** Appends one letter to the file that `TILLER_STUB_LOG` names; nothing without it. */
void note (char letter)
{
    if (const char* path = std::getenv ("TILLER_STUB_LOG"))
        std::ofstream (path, std::ios::app) << letter;
}

/** As POSIX's read of stdin, repeated where a signal has interrupted it. */
std::ptrdiff_t readInput (std::uint8_t* target, std::size_t capacity)
{
    for (;;)
        if (const auto count = ::read (STDIN_FILENO, target, static_cast<ByteCount> (capacity)); count >= 0 || errno != EINTR)
            return count;
}

class StubEngine
{
public:
    /** Until stdin ends. */
    void serve()
    {
       #if defined (_WIN32)
        _setmode (STDIN_FILENO, _O_BINARY);
        _setmode (STDOUT_FILENO, _O_BINARY);
       #endif

        for (;;)
        {
            auto* space = parser.space();
            const auto count = readInput (space, parser.freeBytes());

            if (count <= 0)
                return;

            parser.arrived (static_cast<std::size_t> (count));

            for (Message message; parser.parse (message) == MessageParser::Result::message;)
                receive (message);

            for (std::size_t sent = 0; sent < outbox.size();)
                sent += static_cast<std::size_t> (std::max<std::ptrdiff_t> (0, ::write (STDOUT_FILENO, outbox.data() + sent, static_cast<ByteCount> (outbox.size() - sent))));

            outbox.clear();

            if (exits)
                std::_Exit (3);
        }
    }

private:
    void receive (const Message& message)
    {
        protocol::to_engine::Parameter parameter {};
        protocol::to_engine::Tick tick {};
        protocol::to_engine::RecallPreset recall {};

        if (message.type == protocol::to_engine::Hello::type)
            send (protocol::to_plugin::Hello { protocol::version, static_cast<std::uint32_t> (getpid()), static_cast<std::uint32_t> (getpid()) }, "stub");
        else if (message.type == protocol::to_engine::State::type)
            sendState (std::string (message.text (0)), ++states);
        else if (message.get (prepare))
        {
            note ('p');
            sendPrepared (stubLatency);
        }
        else if (message.type == protocol::to_engine::Block::type)
            process (message);
        else if (message.get (parameter))
            sendState ("parameter " + std::to_string (parameter.index) + " is " + std::to_string (parameter.value), states);
        else if (message.get (tick))
            send (protocol::to_plugin::Pong { tick.count, ++beats });
        else if (message.get (recall))
        {
            run (std::string (message.text (sizeof (recall))));
            send (protocol::to_plugin::Recalled { recall.number });
        }
    }

    void process (const Message& message)
    {
        protocol::to_engine::Block block {};
        message.get (block);

        if ((block.flags & protocol::skipped) != 0)
            return;

        if (changesModel && block.position == modelChange)
            sendPrepared (secondLatency);

        send (protocol::to_plugin::Samples { block.epoch, block.position, block.frames, block.channels });
        std::vector<float> samples (std::size_t { block.frames } * block.channels);
        std::memcpy (samples.data(), message.payload + message.size - samples.size() * sizeof (float), samples.size() * sizeof (float));

        for (auto& sample : samples)
            sample *= 0.5f;

        const auto at = outbox.size();
        outbox.resize (at + samples.size() * sizeof (float));
        std::memcpy (outbox.data() + at, samples.data(), samples.size() * sizeof (float));
        const auto start = at - protocol::frameHeaderBytes - protocol::to_plugin::Samples::bytes;
        const auto size = static_cast<std::uint32_t> (outbox.size() - start - protocol::frameHeaderBytes);
        std::memcpy (outbox.data() + start, &size, sizeof (size));
    }

    /**
        `move INDEX VALUE TIMES` moves a parameter, by 0.001 more each time; `edit` edits the preset; `one-model` keeps the first
        model; `exit` ends this process. The command is echoed as names.
    */
    void run (const std::string& command)
    {
        std::istringstream words (command);
        std::string verb;
        words >> verb;

        if (verb == "move")
        {
            protocol::to_plugin::Parameter moved {};
            int times = 0;
            words >> moved.index >> moved.value >> times;

            for (int i = 0; i < times; ++i, moved.value += 0.001f)
                send (moved);
        }
        else if (verb == "edit")
        {
            // A long text comes in parts, between which other messages may come.
            send (protocol::to_plugin::TextPart { 4 }, "ed");
            send (protocol::to_plugin::TextPart { 2 }, "it");
            send (protocol::to_plugin::State { 1, 0, states }, "ed");
        }
        else if (verb == "one-model")
        {
            changesModel = false;
        }
        else if (verb == "exit")
        {
            exits = true;
        }

        send (protocol::to_plugin::Names {}, command);
    }

    void sendState (const std::string& text, std::uint32_t count) { send (protocol::to_plugin::State { 0, 0, count }, text); }
    void sendPrepared (std::uint32_t latency)                    { send (protocol::to_plugin::Prepared { prepare.epoch, latency, stubMargin }); }

    template <typename Message>
    void send (const Message& message, std::string_view text = {}) { appendMessage (outbox, message, text); }

    MessageParser parser;
    std::vector<std::uint8_t> outbox;
    protocol::to_engine::Prepare prepare {};
    std::uint32_t states = 0, beats = 0;
    bool changesModel = true, exits = false;
};

} // namespace

void runStubEngine()
{
    note ('s');

    if (std::getenv ("TILLER_STUB_DIES") != nullptr)
    {
        note ('d');
        std::_Exit (3);
    }

    StubEngine().serve();
}

} // namespace tiller::test
