// The FIFO between the threads, and the messages of the plugin protocol.

#include "CoreTests.h"

#include "tiller/ipc/MessageFifo.h"
#include "tiller/ipc/Messages.h"

#include <random>

namespace tiller::test
{

namespace
{

void fifoKeepsMessagesWhole()
{
    MessageFifo fifo;
    fifo.allocate (1000);
    constexpr int messages = 20000;

    std::thread writer ([&fifo]
    {
        std::mt19937 random (1);
        std::vector<std::uint8_t> bytes (200);

        for (int i = 0; i < messages; ++i)
        {
            const std::uint32_t length = random() % 200;
            std::fill (bytes.begin(), bytes.end(), static_cast<std::uint8_t> (i));
            const ByteSpan spans[] { { &length, sizeof (length) }, { bytes.data(), length / 2 }, { bytes.data(), length - length / 2 } };

            while (! fifo.push (spans, 3))
                std::this_thread::yield();
        }
    });

    int received = 0;
    std::string problem;

    while (received < messages)
    {
        if (fifo.readable() == 0)
        {
            std::this_thread::yield();
            continue;
        }

        std::uint32_t length = 0;
        fifo.peek (0, &length, sizeof (length));
        std::vector<std::uint8_t> bytes (length);

        if (fifo.readable() < sizeof (length) + length)
            problem = "a message was readable in part";

        fifo.peek (sizeof (length), bytes.data(), length);
        fifo.consume (sizeof (length) + length);

        for (const auto byte : bytes)
            if (byte != static_cast<std::uint8_t> (received))
                problem = "message " + std::to_string (received) + " is not what was written";

        ++received;
    }

    writer.join();
    CHECK (problem.empty(), problem);
}

void fifoRejectsWhatDoesNotFit()
{
    MessageFifo fifo;
    fifo.allocate (64);
    std::vector<std::uint8_t> bytes (65);
    const ByteSpan whole { bytes.data(), 64 }, tooLong { bytes.data(), 65 }, one { bytes.data(), 1 };
    CHECK (! fifo.push (&tooLong, 1));
    CHECK (fifo.push (&whole, 1));
    CHECK (! fifo.push (&one, 1));
    fifo.consume (1);
    CHECK (fifo.push (&one, 1));
    CHECK_EQUAL (fifo.readable(), std::size_t { 64 });
    fifo.release();
    CHECK (! fifo.push (&one, 1), "there is no memory to write to");
    CHECK_EQUAL (fifo.readable(), std::size_t { 0 });
}

void parserTakesAnySizeOfPieces()
{
    std::vector<std::uint8_t> bytes;
    appendMessage (bytes, protocol::to_engine::Hello { 7 }, "text");
    appendMessage (bytes, protocol::to_engine::State {}, std::string (100000, 'x'));
    appendMessage (bytes, protocol::to_engine::Tick { 9 });
    std::mt19937 random (2);

    for (int run = 0; run < 50; ++run)
    {
        MessageParser parser;
        std::vector<std::uint16_t> types;

        for (std::size_t at = 0; at < bytes.size();)
        {
            const auto piece = std::min<std::size_t> (1 + random() % 40000, bytes.size() - at);
            std::memcpy (parser.space(), bytes.data() + at, piece);
            parser.arrived (piece);
            at += piece;

            for (Message message; parser.parse (message) == MessageParser::Result::message;)
            {
                types.push_back (message.type);

                if (message.type == protocol::to_engine::State::type)
                    CHECK (message.text (0) == std::string (100000, 'x'));
            }
        }

        CHECK (types == (std::vector<std::uint16_t> { 1, 2, 6 }));
    }
}

void parserRejectsInvalidBytes()
{
    MessageParser parser;
    const std::string garbage = "HTTP/1.1 200 OK\r\n\r\n";
    std::memcpy (parser.space(), garbage.data(), garbage.size());
    parser.arrived (garbage.size());
    Message message;
    CHECK (parser.parse (message) == MessageParser::Result::invalid);

    protocol::to_plugin::Prepared prepared {};
    const std::uint8_t few[4] {};
    const Message tooShort { protocol::to_plugin::Prepared::type, few, sizeof (few) };
    CHECK (! tooShort.get (prepared));
}

} // namespace

void addIpcTests (Suite& suite)
{
    suite.add ("the FIFO keeps messages whole", fifoKeepsMessagesWhole);
    suite.add ("the FIFO rejects what does not fit", fifoRejectsWhatDoesNotFit);
    suite.add ("the parser takes pieces of any size", parserTakesAnySizeOfPieces);
    suite.add ("the parser rejects invalid bytes", parserRejectsInvalidBytes);
}

} // namespace tiller::test
