// The other end of the link, as small as it can be: this program itself, started again with `--engine`. A block is
// answered by half of itself (the delays that it tells are words alone), and a `LoadPreset` is an order: see `obey`.

#include "LinkRig.h"

#include "tiller/ipc/Frames.h"

#include <sstream>
#include <unistd.h>

namespace tiller::test
{

namespace
{

class LinkEngine
{
public:
    void run()
    {
        for (;;)
        {
            const auto count = ::read (STDIN_FILENO, parser.space(), parser.room());

            if (count <= 0)
                return;

            parser.arrived (static_cast<std::size_t> (count));

            for (Frame frame; parser.parse (frame) == FrameParser::Result::frame;)
                handle (frame);

            for (std::size_t sent = 0; sent < outbox.size();)
                sent += static_cast<std::size_t> (std::max<ssize_t> (0, ::write (STDOUT_FILENO, outbox.data() + sent, outbox.size() - sent)));

            outbox.clear();
        }
    }

private:
    void handle (const Frame& frame)
    {
        protocol::to_engine::Parameter parameter {};
        protocol::to_engine::Tick tick {};

        if (frame.type == protocol::to_engine::Hello::type)
            say (protocol::to_plugin::Hello { protocol::version, static_cast<std::uint32_t> (getpid()) }, "link tests");
        else if (frame.type == protocol::to_engine::State::type)
            tell (std::string (frame.text (0)), ++states);
        else if (frame.get (prepare))
            announce (linkLatency);
        else if (frame.type == protocol::to_engine::Block::type)
            answer (frame);
        else if (frame.get (parameter))
            tell ("parameter " + std::to_string (parameter.index) + " is " + std::to_string (parameter.value), states);
        else if (frame.get (tick))
            say (protocol::to_plugin::Pong { tick.count, ++beats });
        else if (frame.type == protocol::to_engine::LoadPreset::type)
            obey (std::string (frame.text (0)));
    }

    void answer (const Frame& frame)
    {
        protocol::to_engine::Block block {};
        frame.get (block);

        if ((block.flags & protocol::skipped) != 0)
            return;

        if (block.position == linkChange)
            announce (linkLatencyLater);

        say (protocol::to_plugin::Samples { block.epoch, block.position, block.frames, block.channels });
        std::vector<float> samples (std::size_t { block.frames } * block.channels);
        std::memcpy (samples.data(), frame.payload + frame.size - samples.size() * sizeof (float), samples.size() * sizeof (float));

        for (auto& sample : samples)
            sample *= 0.5f;

        const auto at = outbox.size();
        outbox.resize (at + samples.size() * sizeof (float));
        std::memcpy (outbox.data() + at, samples.data(), samples.size() * sizeof (float));
        const auto head = at - protocol::frameHeaderBytes - protocol::to_plugin::Samples::bytes;
        const auto size = static_cast<std::uint32_t> (outbox.size() - head - protocol::frameHeaderBytes);
        std::memcpy (outbox.data() + head, &size, sizeof (size));
    }

    /** `move INDEX VALUE TIMES`, a little further each time, or `edit`. */
    void obey (const std::string& wish)
    {
        std::istringstream words (wish);
        std::string verb;
        words >> verb;

        if (verb == "move")
        {
            protocol::to_plugin::Parameter moved {};
            int times = 0;
            words >> moved.index >> moved.value >> times;

            for (int i = 0; i < times; ++i, moved.value += 0.001f)
                say (moved);
        }
        else if (verb == "edit")
        {
            say (protocol::to_plugin::State { 1, 0, states }, "edited");
        }

        say (protocol::to_plugin::Names {}, wish);
    }

    void tell (const std::string& text, std::uint32_t count) { say (protocol::to_plugin::State { 0, 0, count }, text); }
    void announce (std::uint32_t latency)                    { say (protocol::to_plugin::Prepared { prepare.epoch, latency, linkMargin }); }

    template <typename Message>
    void say (const Message& message, std::string_view text = {}) { appendFrame (outbox, message, text); }

    FrameParser parser;
    std::vector<std::uint8_t> outbox;
    protocol::to_engine::Prepare prepare {};
    std::uint32_t states = 0, beats = 0;
};

} // namespace

void beAnEngine() { LinkEngine().run(); }

} // namespace tiller::test
